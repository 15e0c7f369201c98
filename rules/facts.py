"""What a rule may know besides the message: facts read once per message, and the choices made.

Facts of a declaration also hold the running state while its lines are decided: what is granted is
added, what is credited is taken off, so every line meets what is left (rules.md section 2, OC-23).
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from contracts.pricing import NO_PRICE, Price, PriceList, ProductList
from schemas.allocation import Allocation
from schemas.declaration import Line
from schemas.delivery import Delivery
from schemas.period import Period


@dataclass(frozen=True)
class Choices:
    """Open choices of the standard that a municipality may settle differently (rules.md section 7)."""

    strict_credits: bool = False  # OC-13: run all line rules on credits too
    rejected_lines_use_references: bool = True  # OC-04
    worked_holidays: tuple[str, ...] = ()  # OC-27: holidays on which the municipality works


class EarlierLine(NamedTuple):
    """A line decided in an earlier message. `state` is one of the constants below."""

    row: int
    bsn: str
    allocation: int
    category: str
    code: str
    period: Period
    volume: int
    unit: str
    tariff_cents: int | None
    amount_cents: int
    state: int
    used_volume: int


REJECTED, LIVE, CREDITED, CREDIT = 0, 1, 2, 3


LiveKey = tuple[int, str, str, int]  # allocation, category, code, month number (TR389, OC-12)


@dataclass(slots=True)
class DeclarationFacts:
    """Everything the rules on a 323 may know, for one municipality, provider and domain.

    `used_volume` and `used_cents` are the live debits on each allocation, hours in minutes.
    `client_products` holds category and code of the allocations of clients of whom a line names an
    allocation we do not know; `price_rows` names the tariff rows found, by position of the line.
    """

    received_on: date
    choices: Choices
    identification_used: bool
    municipality_valid: bool
    declaration_number_used: bool
    later_month_dated_earlier: bool
    known_clients: AbstractSet[str]
    allocations: dict[int, Allocation]
    used_volume: dict[int, int]
    used_cents: dict[int, int]
    earlier_lines: dict[str, EarlierLine]
    live: set[LiveKey]
    products: ProductList
    prices: PriceList
    client_products: dict[str, list[tuple[str | None, str | None]]]
    doubled_references: AbstractSet[str] = frozenset()
    price_rows: dict[int, tuple[str, ...]] = field(default_factory=dict)
    _priced_line: Line | None = None
    _last_price: Price = NO_PRICE

    def price(self, line: Line) -> Price:
        """The agreed tariff for a line. Several rules ask for it."""
        if line is self._priced_line:
            return self._last_price
        price = self.prices.ordinary.get((line.code, line.unit, line.period.begin)) or self._find_price(line)
        self._priced_line, self._last_price = line, price
        self.price_rows[line.position] = price.rows
        return price

    def _find_price(self, line: Line) -> Price:
        return self.prices.price(
            line.code,
            line.unit,
            line.period.begin,
            allocation=line.allocation,
            bsn=line.bsn,
            allocation_start=self._allocation_start(line),
        )

    def agreed_units(self, line: Line) -> frozenset[str]:
        """Units agreed for the product of a line (OC-16)."""
        return self.prices.agreed_units(
            line.category,
            line.code,
            line.period.begin,
            allocation=line.allocation,
            bsn=line.bsn,
            allocation_start=self._allocation_start(line),
        )

    def is_listed(self, line: Line) -> bool:
        """Whether the product list holds the code of a line in its category when the line or its allocation
        begins (OC-15, OC-17)."""
        start = self._allocation_start(line)
        return self.products.lists_for(line.category, line.code, line.period.begin, start)

    def _allocation_start(self, line: Line) -> date | None:
        allocation = self.allocations.get(line.allocation)
        return None if allocation is None else allocation.start


class OtherAllocation(NamedTuple):
    """Who already uses an allocation number of the municipality in this domain (TR332)."""

    number: int
    provider: str
    bsn: str
    start: date
    category: str | None
    code: str | None


class ClaimedCare(NamedTuple):
    """What was granted on an allocation and not credited: its last day, volume (hours in minutes), cents."""

    until: date
    volume: int
    cents: int


@dataclass(slots=True)
class AllocationFacts:
    """Everything the rules on a 301 may know. `requests` None: no request administration kept here."""

    received_on: date
    identification_used: bool
    municipality_valid: bool
    numbers_in_use: dict[int, OtherAllocation]
    live_allocations: AbstractSet[int]
    products: ProductList
    message_dated_on: date
    provider: str
    requests: AbstractSet[str] | None = None


class KnownDelivery(NamedTuple):
    """A start or stop delivered with status 1, accepted, and not removed since."""

    row: int
    delivery: Delivery


@dataclass(slots=True)
class DeliveryFacts:
    """Everything the rules on a 305 or 307 may know; `starts` and `stops` grow product by product.

    `task_based` holds category and code of the products paid by lump sum: they are delivered
    without an allocation (IV096).
    """

    received_on: date
    identification_used: bool
    municipality_valid: bool
    allocations: dict[int, Allocation]
    bsn: str
    starts: list[KnownDelivery]
    stops: list[KnownDelivery]
    products: ProductList
    message_dated_on: date
    task_based: AbstractSet[tuple[str, str]] = frozenset()

    def knows(self, delivery: Delivery) -> bool:
        """Whether a start or stop with the same logical key is known for the client."""
        return any(known.delivery.key == delivery.key for known in (*self.starts, *self.stops))

    def stops_of(self, delivery: Delivery) -> list[Delivery]:
        """Known stops in the series of a start: same allocation number and Begindatum (TR413-TR415)."""
        return [stop.delivery for stop in self.stops if stop.delivery.series == delivery.series]

    def is_task_based(self, delivery: Delivery) -> bool:
        """Whether the product, or for a category alone one of its products, is paid by lump sum."""
        if delivery.code is None:
            return any(category == delivery.category for category, _ in self.task_based)
        return (delivery.category, delivery.code) in self.task_based


CareFacts = AllocationFacts | DeliveryFacts


class HeaderFacts(Protocol):
    """What the rules on a header may know, whatever the message."""

    @property
    def received_on(self) -> date:
        """Date of receipt, Europe/Amsterdam."""

    @property
    def identification_used(self) -> bool:
        """Whether the sender used Identificatie before for this type of message (TR056)."""

    @property
    def municipality_valid(self) -> bool:
        """Whether the municipality code is valid on the dates that matter (rules/municipality.py)."""
