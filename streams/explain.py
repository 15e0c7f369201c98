"""Explain one line: take the books back to the moment it was decided, decide again, and listen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Connection

from processors.assess import ASSESSED, Assessment, assess
from processors.explain import Story, causes, steps, story_object
from processors.line_rules import Verdict
from processors.wording import Lang, rejection_object
from rules.facts import REJECTED
from schemas.declaration import Declaration, Line
from schemas.notice import Rejection, rejections_from_json
from store.inbox import Inbox
from store.packing import unpack
from store.registers import load
from store.rewind import rewind
from streams.handle import read_message
from streams.handle_declaration import read_facts
from streams.house import House, choices_of

DECISIONS = {0: "rejected", 1: "approved", 2: "approved, credited later", 3: "approved credit"}
NOT_ASSESSED = "not assessed"


class SeveralMunicipalities(LookupError):
    """The reference was used for more than one municipality; `codes` names them."""

    def __init__(self, codes: list[str]) -> None:
        super().__init__(", ".join(codes))
        self.codes = codes


class _Place(NamedTuple):
    """Where a line was decided."""

    message_id: int
    relation_id: int
    municipality: str
    position: int
    state: int


def explain(
    connection: Connection, provider: str, domain: str, reference: str, municipality: str | None, lang: Lang
) -> dict[str, Any] | None:
    """The story of the latest decision on a line, as one JSON object; None when there is no such line.

    A line of messages that were all returned as a whole has the story of the latest of those.

    Raises SeveralMunicipalities when none was named and the line is not of one alone.
    Use it inside `store.database.trial`: it turns the books back, and leaves putting them forward
    again to the rollback.
    """
    inbox = Inbox(connection)
    places = _places(inbox, provider, domain, reference, municipality)
    returned = [] if places else _returned(inbox, provider, domain, reference, municipality)
    if not places and not returned:
        return None
    if len(codes := sorted({place.municipality for place in places or (each for each, _ in returned)})) > 1:
        raise SeveralMunicipalities(codes)
    place = places[-1] if places else returned[-1][0]
    message = _message(inbox, place.message_id)
    same = [each for each in places if each.message_id == place.message_id and each.state == REJECTED]
    earlier = sum(each.position < place.position for each in same)
    rejection = _told(inbox, place.message_id, reference if places else None, earlier)
    told = None if rejection is None else rejection_object(rejection, lang)
    decided = {
        "provider": provider,
        "municipality": place.municipality,
        "domain": domain,
        "reference": reference,
        "decision": DECISIONS[place.state] if places else NOT_ASSESSED,
        "codes": told["codes"] if told else [],
        "who_acts": told["who_acts"] if told else "nobody",
        "explanation": told["explanation"] if told else "",
        "how_to_fix": told["how_to_fix"] if told else "",
        "paths": told["paths"] if told else [],
        "message_sha256": message["sha256"],
        "identification": message["identification"],
        "received_on": message["received_on"],
        "answer_due": message["answer_due"],
        "rule_set": json.loads(message["basis"]),
        "register_version": message["register_version"],
        "batch": _batch(inbox, place.message_id, provider) if place.state != REJECTED else None,
        "earlier_decisions": len({each.message_id for each in places} or returned) - 1,
    }
    story = (
        _listen(inbox, place, message, lang)
        if places
        else Story(returned[-1][1], causes(rejection, lang), None, None, None)
    )
    return {**decided, **story_object(story)}


def _places(
    inbox: Inbox, provider: str, domain: str, reference: str, municipality: str | None
) -> list[_Place]:
    rows = inbox.execute(
        "SELECT l.message_id, l.relation_id, r.municipality, l.id % 100000, l.state FROM relation r"
        " JOIN line l ON l.relation_id = r.id AND l.reference = ?"
        " WHERE r.provider = ? AND r.domain = ? AND r.municipality = COALESCE(?, r.municipality)"
        " ORDER BY l.id",
        (reference, provider, domain, municipality),
    )
    return [_Place(*row) for row in rows]


def _returned(
    inbox: Inbox, provider: str, domain: str, reference: str, municipality: str | None
) -> list[tuple[_Place, Line]]:
    """The lines of this reference in declarations that were returned as a whole; nothing is kept of them
    but the message."""
    rows = inbox.execute(
        "SELECT m.id, m.relation_id, r.municipality, b.body FROM relation r"
        " JOIN message m ON m.relation_id = r.id JOIN message_body b ON b.message_id = m.id"
        " WHERE r.provider = ? AND r.domain = ? AND r.municipality = COALESCE(?, r.municipality)"
        " AND m.type = ? AND m.row < ? ORDER BY m.id",
        (provider, domain, municipality, f"{domain.upper()}323", ASSESSED),
    )
    found = []
    for message_id, relation_id, code, body in rows.fetchall():
        declaration = _declaration(unpack(body))
        line = next((each for each in declaration.lines if each.reference == reference), None)
        if line is not None:
            found.append((_Place(message_id, relation_id, code, line.position, 0), line))
    return found


def _declaration(body: bytes) -> Declaration:
    """A declaration that was decided once, read again."""
    content = read_message(body)
    assert isinstance(content, Declaration), "a message that was decided once is read again"
    return content


def _message(inbox: Inbox, message_id: int) -> dict[str, Any]:
    columns = (
        "sha256",
        "identification",
        "received_on",
        "answer_due",
        "register_version",
        "file",
        "body",
        "basis",
    )
    row = inbox.execute(
        "SELECT m.sha256, m.identification, m.received_on, m.answer_due, m.register_version, m.file, b.body,"
        " s.content FROM message m JOIN message_body b ON b.message_id = m.id"
        " JOIN basis s ON s.id = m.basis_id WHERE m.id = ?",
        (message_id,),
    ).fetchone()
    found = dict(zip(columns, row, strict=True))
    found["body"] = unpack(found["body"])
    return found


def _told(inbox: Inbox, message_id: int, reference: str | None, earlier: int) -> Rejection | None:
    """The rejection of a line behind so many of the same reference, or with None of the whole message."""
    row = inbox.execute(
        "SELECT body FROM outbox WHERE message_id = ? AND topic = 'rejections'", (message_id,)
    ).fetchone()
    found = () if row is None else tuple(rejections_from_json(unpack(row[0])))
    return next(islice((each for each in found if each.reference == reference), earlier, None), None)


def _batch(inbox: Inbox, message_id: int, provider: str) -> dict[str, Any] | None:
    """The batch that covers a message, and whether it paid the provider anything: what it covers may have
    been set off or held."""
    row = inbox.execute(
        "SELECT b.number, b.due, p.amount_cents FROM batch_message c JOIN batch b ON b.id = c.batch_id"
        " LEFT JOIN payment p ON p.batch_id = b.id AND p.provider = ? WHERE c.message_id = ?",
        (provider, message_id),
    ).fetchone()
    return None if row is None else {"batch": row[0], "due": row[1], "pays": row[2] is not None}


def _listen(inbox: Inbox, place: _Place, message: dict[str, Any], lang: Lang) -> Story:
    """Decide the message again with the facts of its day, and keep what is said of one line."""
    house = House(choices_of(message["basis"]))
    house.use(load(inbox.connection, message["register_version"]))
    rewind(inbox, place.relation_id, place.message_id)
    declaration = _declaration(message["body"])
    received_on = date.fromisoformat(message["received_on"])
    (known,) = read_facts([(place.relation_id, declaration, received_on)], inbox, house)
    line = declaration.lines[place.position]
    heard: list[Story] = []

    def watch(each: Line, verdicts: Iterator[Verdict]) -> None:
        if each.position == place.position:
            facts, number = known.facts, each.allocation
            allocation = facts.allocations.get(number)
            used = None if allocation is None else (facts.used_volume[number], facts.used_cents[number])
            told = steps(verdicts, lang)
            price = facts.price(each) if each.side == "D" else None
            heard.append(Story(each, told, allocation, used, price))

    rules = house.declaration_rules(declaration.header.message_type.name, received_on)
    assessment = assess(declaration, known.facts, rules, watch)
    return heard[0] if heard else _of_client(declaration, line, assessment, lang)


def _of_client(declaration: Declaration, line: Line, assessment: Assessment, lang: Lang) -> Story:
    """The story of a line that was not looked at, because its client was rejected."""
    client = declaration.clients[line.client]
    verdicts = [
        Verdict(finding.rule, "broken", (client, _NoClients()))
        for finding in assessment.client_findings.get(line.client, ())
    ]
    return Story(line, steps(verdicts, lang), None, None, None)


class _NoClients(NamedTuple):
    """Facts under which a client is unknown."""

    known_clients: frozenset[str] = frozenset()
