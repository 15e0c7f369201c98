"""The pure core run over messages in memory: what the pipeline decides, without a store."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import NamedTuple

from contracts.pricing import PriceList
from contracts.products import ProductList
from contracts.register import Register
from processors.assess import Assessment, DeclarationRules, assess, refuse_inside
from processors.assess_allocation import assess_allocation_message
from processors.assess_delivery import apply_delivery, assess_delivery_message
from processors.care import CareAssessment
from rules.catalogue import discover
from rules.facts import (
    LIVE,
    AllocationFacts,
    Choices,
    DeclarationFacts,
    DeliveryFacts,
    EarlierLine,
    KnownDelivery,
    LiveKey,
    OtherAllocation,
)
from rules.municipality import ValidOn, valid_for_allocations, valid_for_deliveries
from rules.volume import counted
from schemas.allocation import Allocation, AllocationMessage
from schemas.declaration import Declaration, Header
from schemas.delivery import DeliveryMessage
from schemas.period import Period
from schemas.xml.fault import Fault
from schemas.xml.gate import admit
from schemas.xml.read_allocation import read_allocation_message
from schemas.xml.read_declaration import read_declaration
from schemas.xml.read_delivery import read_delivery_message
from streams.house import House

CATALOGUE = discover()
RULES = {name: DeclarationRules(CATALOGUE, name) for name in ("JW323", "WMO323")}


class Decided(NamedTuple):
    """What became of a 323 that was let in."""

    declaration: Declaration
    assessment: Assessment

    def rejected(self) -> Counter[tuple[str, int, tuple[str, ...]]]:
        """Reference, allocation and codes of every rejected line."""
        lines = [self.declaration.lines[position] for position in self.assessment.rejected_positions]
        return Counter((x.reference, x.allocation, self.assessment.line_codes(x.position)) for x in lines)


@dataclass
class Known:
    """What one municipality knows about one provider under one law."""

    allocations: dict[int, Allocation] = field(default_factory=dict)
    used_volume: dict[int, int] = field(default_factory=dict)
    used_cents: dict[int, int] = field(default_factory=dict)
    lines: dict[str, EarlierLine] = field(default_factory=dict)
    live: set[LiveKey] = field(default_factory=set)
    identifications: set[tuple[str, str]] = field(default_factory=set)
    numbers: set[str] = field(default_factory=set)
    declared: list[tuple[Period, date]] = field(default_factory=list)
    starts: defaultdict[str, list[KnownDelivery]] = field(default_factory=lambda: defaultdict(list))
    stops: defaultdict[str, list[KnownDelivery]] = field(default_factory=lambda: defaultdict(list))


class CoreRun:
    """Decides message after message, as received on one day."""

    def __init__(self, register: Register, received_on: date) -> None:
        self._register, self._received_on = register, received_on
        self._house = House(Choices())
        self._house.use(register)
        self._known: defaultdict[tuple[str, str, str], Known] = defaultdict(Known)
        self._numbers: defaultdict[tuple[str, str], dict[int, OtherAllocation]] = defaultdict(dict)
        self._products = {domain: ProductList(register, domain) for domain in ("jw", "wmo")}

    def take(self, content: bytes) -> Decided | CareAssessment | Fault:
        """The outcome of one message."""
        admitted = admit(content)
        if isinstance(admitted, Fault):
            return admitted
        root, message_type = admitted.root, admitted.message_type
        readers = {"301": read_allocation_message, "323": read_declaration}
        message = readers.get(message_type.number, read_delivery_message)(root, message_type)
        if isinstance(message, Fault):
            return message
        header = message.header
        known = self._known[header.domain, header.municipality, header.provider]
        used = (message_type.number, header.identification) in known.identifications
        known.identifications.add((message_type.number, header.identification))
        if isinstance(message, AllocationMessage):
            return self._allocate(message, known, used)
        if isinstance(message, DeliveryMessage):
            return self._deliver(message, known, used)
        return Decided(message, self._decide(message, known, used))

    def _valid_on(self, header: Header) -> ValidOn:
        return partial(self._house.municipality_valid, header.municipality)

    def _allocate(self, message: AllocationMessage, known: Known, used: bool) -> CareAssessment:
        header = message.header
        numbers = self._numbers[header.domain, header.municipality]
        valid = valid_for_allocations(self._valid_on(header), message.allocations)
        live = {allocation for allocation, *_ in known.live}
        facts = AllocationFacts(
            self._received_on, used, valid, numbers, live, self._products[header.domain], header.dated_on,
            header.provider,
        )  # fmt: skip
        found = assess_allocation_message(message, facts, CATALOGUE)
        for a in message.allocations if found.accepted else ():
            known.allocations[a.number] = a
            numbers[a.number] = OtherAllocation(a.number, header.provider, a.bsn, a.start, a.category, a.code)
        return found

    def _deliver(self, message: DeliveryMessage, known: Known, used: bool) -> CareAssessment:
        header, starts, stops = message.header, known.starts[message.bsn], known.stops[message.bsn]
        on = self._valid_on(header)
        valid = valid_for_deliveries(on, message.products, known.allocations, header.dated_on)
        facts = DeliveryFacts(
            self._received_on, used, valid, known.allocations, message.bsn, [*starts], [*stops],
            self._products[header.domain], header.dated_on,
        )  # fmt: skip
        changes = apply_delivery(message, facts)
        found = assess_delivery_message(message, facts, CATALOGUE)
        for delivery in changes.added if found.accepted else ():
            (stops if delivery.is_stop else starts).append(KnownDelivery(0, delivery))
        return found

    def _decide(self, declaration: Declaration, known: Known, used: bool) -> Assessment:
        rules = RULES[declaration.header.message_type.name]
        inside = rules.message.check(declaration)
        if inside:
            return refuse_inside(inside)
        assessment = assess(declaration, self._facts(declaration, known, used), rules)
        if assessment.processed:
            known.numbers.add(declaration.number)
            known.declared.append((declaration.period, declaration.header.dated_on))
            for line, state in zip(declaration.lines, assessment.states, strict=True):
                volume = counted(line.volume, line.unit) if state == LIVE else 0
                earlier = EarlierLine(
                    0, line.bsn, line.allocation, line.category, line.code, line.period, line.volume,
                    line.unit, line.tariff_cents, line.amount_cents, state, volume,
                )  # fmt: skip
                known.lines.setdefault(line.reference, earlier)
        return assessment

    def _facts(self, declaration: Declaration, known: Known, used: bool) -> DeclarationFacts:
        header: Header = declaration.header
        for number in known.allocations:
            known.used_volume.setdefault(number, 0)
            known.used_cents.setdefault(number, 0)
        return DeclarationFacts(
            received_on=self._received_on,
            choices=Choices(),
            identification_used=used,
            municipality_valid=self._valid_on(header)(header.dated_on),
            declaration_number_used=declaration.number in known.numbers,
            later_month_dated_earlier=any(
                period > declaration.period and dated_on < header.dated_on
                for period, dated_on in known.declared
            ),
            known_clients={allocation.bsn for allocation in known.allocations.values()},
            allocations=known.allocations,
            used_volume=known.used_volume,
            used_cents=known.used_cents,
            earlier_lines=known.lines,
            live=known.live,
            products=self._products[header.domain],
            prices=PriceList(self._register, header.municipality, header.provider, header.domain),
            client_products={},
        )
