"""Handle a 323: facts, rules, answer, notices, books."""

from __future__ import annotations

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
from schemas.period import month_number
from schemas.standard import answer_type
from schemas.xml.fault import Fault
from store.allocations import Allocations, client_products, read_allocations
from store.declarations import HeaderFacts, earlier_lines, header_facts, live_keys, record_declaration
from store.inbox import Inbox, MessageRow
from streams.house import House
from streams.outcome import Outcome
from streams.received import Received, file_name, new_identification, unknown_party
from streams.watch_ceilings import CeilingWatch


class Known(NamedTuple):
    """Facts for the rules, and where they stand in the store."""

    facts: DeclarationFacts
    header: HeaderFacts
    allocations: Allocations
    originals: dict[str, EarlierLine]


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
    case = look_up(declaration, received, inbox, house)
    return case if isinstance(case, Fault) else conclude(case, judge(case), inbox, house)


def look_up(declaration: Declaration, received: Received, inbox: Inbox, house: House) -> Case | Fault:
    """What must be known before a declaration is judged; of the store only what is of its relation."""
    header = declaration.header
    stranger = unknown_party(header, house)
    if stranger is not None:
        return stranger
    relation_id = inbox.relation(header.municipality, header.provider, header.domain.value)
    rules = house.declaration_rules(header.message_type.name, received.received_on)
    inside = rules.message.check(declaration)
    known = None if inside else read_facts(declaration, relation_id, received, inbox, house)
    return Case(declaration, received, relation_id, rules, inside, known)


def judge(case: Case) -> Assessment:
    """What the rules say."""
    if case.known is None:
        return refuse_inside(case.inside)
    return assess(case.declaration, case.known.facts, case.rules)


def read_facts(
    declaration: Declaration, relation_id: int, received: Received, inbox: Inbox, house: House
) -> Known:
    """Everything the rules may know of a declaration, in five queries whatever its size."""
    header, lines = declaration.header, declaration.lines
    about = header_facts(inbox, relation_id, declaration)
    allocations = read_allocations(inbox, relation_id, {line.allocation for line in lines})
    references = {line.reference for line in lines}
    references.update([line.previous for line in lines if line.previous is not None])
    earlier = earlier_lines(inbox, relation_id, references)
    live = live_keys(inbox, allocations, {month_number(line.period.begin) for line in lines})
    values = allocations.values
    known_clients = {allocation.bsn for allocation in values.values()}
    doubtful = {line.bsn for line in lines if line.allocation not in values}
    doubtful.update(client.bsn for client in declaration.clients if client.bsn not in known_clients)
    products = client_products(inbox, relation_id, doubtful)
    facts = DeclarationFacts(
        received_on=received.received_on,
        choices=house.choices,
        identification_used=about.identification_used,
        municipality_valid=valid_for_declaration(
            lambda day: house.municipality_valid(header.municipality, day),
            header.dated_on,
            (allocation.start for allocation in values.values()),
        ),
        declaration_number_used=about.declaration_number_used,
        later_month_dated_earlier=about.later_month_dated_earlier,
        known_clients=known_clients | products.keys(),
        allocations=values,
        usage=allocations.usage,
        earlier_lines=dict(earlier),
        live=live,
        products=house.products(header.domain),
        prices=house.prices(header.municipality, header.provider, header.domain),
        client_products=products,
    )
    return Known(facts, about, allocations, earlier)


def conclude(case: Case, assessment: Assessment, inbox: Inbox, house: House) -> Outcome:
    """Answer, record, put out. The answer is checked before anything of it is put out."""
    declaration, received, relation_id, *_, known = case
    header = declaration.header
    kind = answer_type(header.message_type)
    watched = CeilingWatch(inbox, house.register, declaration, assessment, received)
    message_id = inbox.next_message_id()
    identification = new_identification(inbox, kind.name, header.municipality, received.sha256)
    answered_on = house.answered_on(received.received_on)
    name = file_name(header.municipality, "answers", received.sha256)
    due = str(house.due(received.received_on, ANSWER_WITHIN))
    rejected = len(assessment.rejected_positions) if assessment.processed else len(declaration.lines)
    inbox.record(
        MessageRow(
            id=message_id,
            sha256=received.sha256,
            relation_id=relation_id,
            type=header.message_type.name,
            identification=header.identification,
            dated_on=str(header.dated_on),
            received_on=str(received.received_on),
            file=received.file,
            outcome="answered",
            row=assessment.row,
            claimed_cents=declaration.total_cents,
            granted_cents=assessment.granted_cents,
            lines=len(declaration.lines),
            rejected=rejected,
            answer_type=kind.name,
            answer_identification=identification,
            answered_on=str(answered_on),
            answer_due=due,
            basis_id=inbox.basis(house.basis),
            register_version=house.register.version,
            delivered=0,
        ),
        received.data,
    )
    if known is not None and assessment.processed:
        record_declaration(
            inbox, message_id, relation_id, str(received.received_on), declaration, assessment,
            known.allocations, known.originals, known.facts.price_rows,
        )  # fmt: skip
    answered = partial(answer, declaration, assessment, identification, answered_on)
    inbox.put_out(message_id, "answers", name, answered)
    _tell(case, assessment, message_id, due, watched, inbox, house)
    return Outcome(
        file=received.file,
        sha256=received.sha256,
        type=header.message_type.name,
        sender=header.sender,
        receiver=header.receiver,
        identification=header.identification,
        outcome="answered",
        answer=name,
        claimed_cents=declaration.total_cents,
        granted_cents=assessment.granted_cents,
        lines=len(declaration.lines),
        rejected=rejected,
        message_id=message_id,
    )


def _tell(
    case: Case,
    assessment: Assessment,
    message_id: int,
    due: str,
    watched: CeilingWatch,
    inbox: Inbox,
    house: House,
) -> None:
    """Rejections and signals, only where there are any."""
    declaration, received, *_, known = case
    municipality = declaration.header.municipality
    if assessment.row == LEVEL_2 or assessment.findings or assessment.rejected_positions:
        told = rejections(
            declaration,
            assessment,
            sha256=received.sha256,
            received_on=str(received.received_on),
            answer_due=due,
            pseudonym=house.pseudonym(municipality),
        )
        inbox.put_out(message_id, "rejections", municipality, partial(rejections_to_json, told))
    if known is not None and assessment.processed:
        signals = declaration_signals(
            declaration,
            assessment,
            known.facts,
            sha256=received.sha256,
            latest_month=known.header.latest_month,
            promised_until={number: row.longest_end for number, row in known.allocations.rows.items()},
        )
        signals = (*signals, *watched.signals(known.allocations, message_id))
        if signals:
            inbox.put_out(message_id, "signals", municipality, partial(signals_to_json, signals))
