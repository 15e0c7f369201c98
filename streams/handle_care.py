"""Handle a 301 (taken in), a 305 and a 307 (taken in and answered)."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import date

from contracts.ceilings import ceilings_of
from processors.allocation_signals import allocation_signals
from processors.assess_allocation import assess_allocation_message
from processors.assess_delivery import apply_delivery, assess_delivery_message
from processors.care import CareAssessment
from reference.working_days import RETURN_WITHIN
from rules.facts import AllocationFacts, DeliveryFacts
from rules.municipality import valid_for_allocations, valid_for_deliveries
from schemas.allocation import AllocationMessage
from schemas.declaration import Header
from schemas.delivery import DeliveryMessage
from schemas.notice import Signal, signals_to_json
from schemas.standard import answer_type
from schemas.xml.fault import Fault, shown
from schemas.xml.gate import Admitted
from schemas.xml.read_allocation import read_allocation_message
from schemas.xml.read_delivery import read_delivery_message
from schemas.xml.write_returns import return_message
from store.allocations import claimed_care, numbers_in_use, read_allocations, record_allocations
from store.deliveries import known_deliveries, record_deliveries
from store.inbox import Inbox, MessageRow
from streams.house import House
from streams.outcome import Outcome
from streams.received import Received, file_name, new_identifications, unknown_party
from streams.review_ceilings import allocated_during_stop


def handle_allocations(admitted: Admitted, received: Received, inbox: Inbox, house: House) -> Outcome | Fault:
    """Take in a 301. One that its provider may refuse is refused here: it counts as not sent (OP286)."""
    message = read_allocation_message(admitted.root, admitted.message_type)
    if isinstance(message, Fault):
        return message
    header = message.header
    stranger = unknown_party(header, house)
    if stranger is not None:
        return stranger
    relation_id = inbox.relation(header.municipality, header.provider, header.domain.value)
    claimed = claimed_care(inbox, relation_id, [allocation.number for allocation in message.allocations])
    facts = _allocation_facts(message, relation_id, claimed.keys(), received.received_on, inbox, house)
    assessment = assess_allocation_message(message, facts, house.catalogue_on(received.received_on))
    if not assessment.accepted:
        return _refused(header, assessment)
    (message_id,) = inbox.next_message_ids()
    row = _row(message_id, relation_id, header, "stored", received, inbox, house)
    inbox.record((row, received.data))
    earlier = record_allocations(
        inbox, message_id, relation_id, header.municipality, header.domain, message.allocations
    )
    told = [
        *allocation_signals(message, earlier, claimed, received.sha256, received.received_on),
        *_stopped(message, received, inbox, house),
    ]
    if told:
        inbox.put_out(message_id, "signals", header.municipality, signals_to_json(tuple(told)))
    return _outcome(header, received, "stored", None, message_id)


def _stopped(message: AllocationMessage, received: Received, inbox: Inbox, house: House) -> Iterable[Signal]:
    """Signals on allocations to new clients of a provider that takes none."""
    header, stops = message.header, ceilings_of(house.register).stops
    if not stops.concern(header.provider):
        return ()
    named = ((allocation, None) for allocation in message.allocations)
    return allocated_during_stop(inbox, stops, header, named, received.sha256, received.received_on)


def handle_delivery(admitted: Admitted, received: Received, inbox: Inbox, house: House) -> Outcome | Fault:
    """Take in a 305 or 307 and make its 306 or 308. It never influences a declaration (OP364)."""
    message = read_delivery_message(admitted.root, admitted.message_type)
    if isinstance(message, Fault):
        return message
    header = message.header
    stranger = unknown_party(header, house)
    if stranger is not None:
        return stranger
    relation_id = inbox.relation(header.municipality, header.provider, header.domain.value)
    facts = _delivery_facts(message, relation_id, received.received_on, inbox, house)
    assessment = assess_delivery_message(message, facts, house.catalogue_on(received.received_on))
    kind = answer_type(header.message_type)
    (message_id,) = inbox.next_message_ids()
    (identification,) = new_identifications(inbox, [(kind.name, header.municipality, received.sha256)])
    answered_on = house.answered_on(received.received_on)
    content = return_message(
        admitted.root, admitted.message_type, identification, answered_on, assessment.codes
    )
    name = file_name(header.municipality, "returns", received.sha256)
    row = _row(message_id, relation_id, header, "answered", received, inbox, house)
    row = row._replace(
        answer_type=kind.name,
        answer_identification=identification,
        answered_on=str(answered_on),
        answer_due=str(house.due(received.received_on, RETURN_WITHIN)),
    )
    inbox.record((row, received.data))
    if assessment.accepted:
        changes = apply_delivery(message, facts)
        record_deliveries(inbox.connection, message_id, relation_id, message.bsn, changes)
    inbox.put_out(message_id, "returns", name, content)
    return _outcome(header, received, "answered", name, message_id)


def _allocation_facts(
    message: AllocationMessage,
    relation_id: int,
    live: AbstractSet[int],
    received_on: date,
    inbox: Inbox,
    house: House,
) -> AllocationFacts:
    header = message.header
    numbers = [allocation.number for allocation in message.allocations]
    return AllocationFacts(
        received_on=received_on,
        identification_used=inbox.identification_used(
            relation_id, header.message_type.name, header.identification
        ),
        municipality_valid=valid_for_allocations(
            lambda day: house.municipality_valid(header.municipality, day), message.allocations
        ),
        numbers_in_use=numbers_in_use(inbox, header.municipality, header.domain, numbers),
        live_allocations=live,
        products=house.products(header.domain),
        message_dated_on=header.dated_on,
        provider=header.provider,
    )


def _delivery_facts(
    message: DeliveryMessage, relation_id: int, received_on: date, inbox: Inbox, house: House
) -> DeliveryFacts:
    header = message.header
    numbers = {product.allocation for product in message.products if product.allocation is not None}
    allocations = read_allocations(inbox, {relation_id: numbers})[relation_id].values
    starts, stops = known_deliveries(inbox.connection, relation_id, message.bsn)
    return DeliveryFacts(
        received_on=received_on,
        identification_used=inbox.identification_used(
            relation_id, header.message_type.name, header.identification
        ),
        municipality_valid=valid_for_deliveries(
            lambda day: house.municipality_valid(header.municipality, day),
            message.products,
            allocations,
            header.dated_on,
        ),
        allocations=allocations,
        bsn=message.bsn,
        starts=starts,
        stops=stops,
        products=house.products(header.domain),
        message_dated_on=header.dated_on,
        task_based=house.task_based(header.domain),
    )


def _refused(header: Header, assessment: CareAssessment) -> Fault:
    first = assessment.findings[0]
    return Fault(
        "refused",
        "wrong-rule",
        first.path,
        first.clash.found,
        first.clash.expected,
        header.message_type,
        header.sender,
        header.receiver,
        shown(header.identification),
        rules=tuple(dict.fromkeys(finding.rule.id for finding in assessment.findings)),
        codes=tuple(dict.fromkeys(finding.rule.return_code for finding in assessment.findings)),
    )


def _row(
    message_id: int,
    relation_id: int,
    header: Header,
    outcome: str,
    received: Received,
    inbox: Inbox,
    house: House,
) -> MessageRow:
    return MessageRow(
        id=message_id,
        sha256=received.sha256,
        relation_id=relation_id,
        type=header.message_type.name,
        identification=header.identification,
        dated_on=str(header.dated_on),
        received_on=str(received.received_on),
        file=received.file,
        outcome=outcome,
        row=0,
        claimed_cents=0,
        granted_cents=0,
        lines=0,
        rejected=0,
        answer_type=None,
        answer_identification=None,
        answered_on=None,
        answer_due=None,
        basis_id=inbox.basis(house.basis),
        register_version=house.register.version,
        delivered=0,
    )


def _outcome(
    header: Header, received: Received, outcome: str, answer: str | None, message_id: int
) -> Outcome:
    return Outcome(
        file=received.file,
        sha256=received.sha256,
        type=header.message_type.name,
        sender=header.sender,
        receiver=header.receiver,
        identification=header.identification,
        outcome="stored" if outcome == "stored" else "answered",
        answer=answer,
        message_id=message_id,
    )
