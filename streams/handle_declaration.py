"""Handle a 323: facts, rules, answer, notices, books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

from processors.answer import answer
from processors.assess import LEVEL_2, Assessment, DeclarationRules, assess, refuse_inside
from processors.findings import Finding
from processors.notify import rejections
from processors.signals import declaration_signals
from reference.working_days import ANSWER_WITHIN
from rules.facts import DeclarationFacts, EarlierLine
from rules.municipality import valid_for_declaration
from schemas.declaration import Declaration
from schemas.notice import rejections_to_json, signals_to_json
from schemas.standard import answer_type
from schemas.xml.fault import Fault
from store.allocations import Allocations, client_products, read_allocations
from store.declarations import (
    HeaderFacts,
    Processed,
    earlier_lines,
    header_facts,
    live_keys,
    record_declarations,
)
from store.inbox import Inbox, MessageRow
from streams.house import House
from streams.outcome import Outcome
from streams.received import Received, file_name, new_identifications, unknown_party
from streams.watch_ceilings import CeilingWatch


class Known(NamedTuple):
    """Facts for the rules, and where they stand in the store."""

    facts: DeclarationFacts
    header: HeaderFacts
    allocations: Allocations
    originals: dict[str, EarlierLine]


class Sent(NamedTuple):
    """A declaration, and how it came."""

    declaration: Declaration
    received: Received


class Case(NamedTuple):
    """A declaration and what its rules may know; nothing (`known`) when what stands `inside` refuses it."""

    declaration: Declaration
    received: Received
    relation_id: int
    rules: DeclarationRules
    inside: tuple[Finding, ...]
    known: Known | None


def handle_declaration(
    declaration: Declaration, received: Received, inbox: Inbox, house: House
) -> Outcome | Fault:
    """Decide a 323, answer it and record both. Returns a fault when it cannot be answered."""
    stranger = unknown_party(declaration.header, house)
    if stranger is not None:
        return stranger
    (outcome,) = decide_declarations([Sent(declaration, received)], None, inbox, house)
    return outcome


def decide_declarations(
    sent: Sequence[Sent], numbers: Sequence[int] | None, inbox: Inbox, house: House
) -> list[Outcome]:
    """Decide 323s between parties we know, answer them and record all. None depends on another: they are of
    different relations and change different ceilings. Without `numbers` they get the next ones."""
    cases = _look_up(sent, inbox, house)
    judged = [(case, _judge(case)) for case in cases]
    return _conclude(judged, numbers, inbox, house) if judged else []


def _look_up(sent: Sequence[Sent], inbox: Inbox, house: House) -> list[Case]:
    """What must be known before declarations are judged; each knows its own."""
    cases = [_judged_inside(declaration, received, inbox, house) for declaration, received in sent]
    asked = [
        (relation_id, declaration, received.received_on)
        for declaration, received, relation_id, _, inside in cases
        if not inside
    ]
    known = iter(read_facts(asked, inbox, house) if asked else ())
    return [Case(*case, None if case[4] else next(known)) for case in cases]


def _judged_inside(
    declaration: Declaration, received: Received, inbox: Inbox, house: House
) -> tuple[Declaration, Received, int, DeclarationRules, tuple[Finding, ...]]:
    header = declaration.header
    relation_id = inbox.relation(header.municipality, header.provider, header.domain.value)
    rules = house.declaration_rules(header.message_type.name, received.received_on)
    return declaration, received, relation_id, rules, rules.message.check(declaration)


def _judge(case: Case) -> Assessment:
    """What the rules say."""
    if case.known is None:
        return refuse_inside(case.inside)
    return assess(case.declaration, case.known.facts, case.rules)


def read_facts(asked: Sequence[tuple[int, Declaration, date]], inbox: Inbox, house: House) -> list[Known]:
    """Everything the rules may know of declarations of different relations, with the day each was received:
    in five queries, whatever their number and size."""
    headers = header_facts(inbox, [(relation_id, declaration) for relation_id, declaration, _ in asked])
    numbers = {
        relation_id: {line.allocation for line in declaration.lines} for relation_id, declaration, _ in asked
    }
    references = {relation_id: _references(declaration) for relation_id, declaration, _ in asked}
    allocations = read_allocations(inbox, numbers)
    earlier = earlier_lines(inbox, references)
    live = live_keys(inbox, allocations, {line.month for _, each, _ in asked for line in each.lines})
    known_clients = {
        relation_id: {each.bsn for each in of_relation.values.values()}
        for relation_id, of_relation in allocations.items()
    }
    doubtful = {
        relation_id: _doubtful(
            declaration,
            numbers[relation_id] - allocations[relation_id].values.keys(),
            known_clients[relation_id],
        )
        for relation_id, declaration, _ in asked
    }
    products = client_products(inbox, doubtful)
    found = []
    for (relation_id, declaration, received_on), about in zip(asked, headers, strict=True):
        header, own = declaration.header, allocations[relation_id]
        facts = DeclarationFacts(
            received_on=received_on,
            choices=house.choices,
            identification_used=about.identification_used,
            municipality_valid=valid_for_declaration(
                partial(house.municipality_valid, header.municipality),
                header.dated_on,
                (allocation.start for allocation in own.values.values()),
            ),
            declaration_number_used=about.declaration_number_used,
            later_month_dated_earlier=about.later_month_dated_earlier,
            known_clients=known_clients[relation_id] | products[relation_id].keys(),
            allocations=own.values,
            used_volume=own.used_volume,
            used_cents=own.used_cents,
            earlier_lines=dict(earlier[relation_id]),
            live=live[relation_id],
            products=house.products(header.domain),
            prices=house.prices(header.municipality, header.provider, header.domain),
            client_products=products[relation_id],
        )
        found.append(Known(facts, about, own, earlier[relation_id]))
    return found


def _references(declaration: Declaration) -> set[str]:
    """What lines of a declaration are called, and the lines they credit."""
    lines = declaration.lines
    references = {line.reference for line in lines}
    references.update([line.previous for line in lines if line.previous is not None])
    return references


def _doubtful(declaration: Declaration, unknown: set[int], known_clients: set[str]) -> set[str]:
    """Clients of whom a line names an allocation that is `unknown`, or that no allocation is for."""
    doubtful = {client.bsn for client in declaration.clients} - known_clients
    if unknown:
        doubtful.update([line.bsn for line in declaration.lines if line.allocation in unknown])
    return doubtful


def _conclude(
    judged: Sequence[tuple[Case, Assessment]], numbers: Sequence[int] | None, inbox: Inbox, house: House
) -> list[Outcome]:
    """Answer, record, put out. Answers are checked before anything of them is put out."""
    watches = [
        CeilingWatch(inbox, house.register, case.declaration, assessment, case.received)
        for case, assessment in judged
    ]
    if numbers is None:  # only now: of two messages on one ceiling the first numbered counts first
        numbers = inbox.next_message_ids(len(judged))
    rows = _message_rows(judged, numbers, inbox, house)
    inbox.record(*((row, case.received.data) for row, (case, _) in zip(rows, judged, strict=True)))
    processed = [
        Processed(
            row.id, case.relation_id, row.received_on, case.declaration, assessment,
            case.known.allocations, case.known.originals, case.known.facts.price_rows,
        )
        for row, (case, assessment) in zip(rows, judged, strict=True)
        if case.known is not None and assessment.processed
    ]  # fmt: skip
    if processed:
        record_declarations(inbox, processed)
    return [
        _put_out(case, assessment, row, watch, inbox, house)
        for row, watch, (case, assessment) in zip(rows, watches, judged, strict=True)
    ]


def _message_rows(
    judged: Sequence[tuple[Case, Assessment]], numbers: Sequence[int], inbox: Inbox, house: House
) -> list[MessageRow]:
    kinds = [answer_type(case.declaration.header.message_type).name for case, _ in judged]
    identifications = new_identifications(
        inbox,
        [
            (kind, case.declaration.header.municipality, case.received.sha256)
            for kind, (case, _) in zip(kinds, judged, strict=True)
        ],
    )
    basis_id = inbox.basis(house.basis)
    days = {day: _days(day, house) for day in {case.received.received_on for case, _ in judged}}
    rows = []
    for (case, assessment), number, kind, identification in zip(
        judged, numbers, kinds, identifications, strict=True
    ):
        declaration, received, header = case.declaration, case.received, case.declaration.header
        received_on, answered_on, answer_due = days[received.received_on]
        rows.append(
            MessageRow(
                id=number,
                sha256=received.sha256,
                relation_id=case.relation_id,
                type=header.message_type.name,
                identification=header.identification,
                dated_on=str(header.dated_on),
                received_on=received_on,
                file=received.file,
                outcome="answered",
                row=assessment.row,
                claimed_cents=declaration.total_cents,
                granted_cents=assessment.granted_cents,
                lines=len(declaration.lines),
                rejected=_rejected(declaration, assessment),
                answer_type=kind,
                answer_identification=identification,
                answered_on=answered_on,
                answer_due=answer_due,
                basis_id=basis_id,
                register_version=house.register.version,
                delivered=0,
            )
        )
    return rows


def _days(received_on: date, house: House) -> tuple[str, str, str]:
    """The day of receipt, that of the answer, and the last on which it is in time."""
    return str(received_on), str(house.answered_on(received_on)), str(house.due(received_on, ANSWER_WITHIN))


def _rejected(declaration: Declaration, assessment: Assessment) -> int:
    return len(assessment.rejected_positions) if assessment.processed else len(declaration.lines)


def _put_out(
    case: Case, assessment: Assessment, row: MessageRow, watch: CeilingWatch, inbox: Inbox, house: House
) -> Outcome:
    declaration, received = case.declaration, case.received
    header = declaration.header
    name = file_name(header.municipality, "answers", received.sha256)
    answered_on = house.answered_on(received.received_on)
    answered = partial(answer, declaration, assessment, row.answer_identification or "", answered_on)
    inbox.put_out(row.id, "answers", name, answered)
    _tell(case, assessment, row, watch, inbox, house)
    return Outcome(
        file=received.file,
        sha256=received.sha256,
        type=row.type,
        sender=header.sender,
        receiver=header.receiver,
        identification=header.identification,
        outcome="answered",
        answer=name,
        claimed_cents=row.claimed_cents,
        granted_cents=row.granted_cents,
        lines=row.lines,
        rejected=row.rejected,
        message_id=row.id,
    )


def _tell(
    case: Case, assessment: Assessment, row: MessageRow, watch: CeilingWatch, inbox: Inbox, house: House
) -> None:
    """Rejections and signals, only where there are any."""
    declaration, received, *_, known = case
    municipality = declaration.header.municipality
    if assessment.row == LEVEL_2 or assessment.findings or row.rejected:
        told = partial(
            rejections,
            declaration,
            assessment,
            sha256=received.sha256,
            received_on=row.received_on,
            answer_due=row.answer_due or "",
            pseudonym=house.pseudonym(municipality),
        )
        inbox.put_out(row.id, "rejections", municipality, lambda: rejections_to_json(told()))
    if known is not None and assessment.processed:
        signals = declaration_signals(
            declaration,
            assessment,
            known.facts,
            sha256=received.sha256,
            latest_month=known.header.latest_month,
            promised_until=known.allocations.promised_until,
        )
        signals = (*signals, *watch.signals(known.allocations, row.id))
        if signals:
            inbox.put_out(row.id, "signals", municipality, partial(signals_to_json, signals))
