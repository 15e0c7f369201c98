"""What scenes are made of: one partition in one month, its people, allocations and lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from desk.synthetic.care import Month
from desk.synthetic.numbers import Numbers
from desk.synthetic.people import make_person
from desk.synthetic.products import Product, of_domain
from desk.synthetic.region import Partition, PriceTable
from desk.synthetic.wire import Person, WireLine
from schemas.allocation import Allocation, Size
from schemas.period import Period, last_day, minus_months
from schemas.standard import Domain


class Claim(NamedTuple):
    """A line of a scene and the return codes it must get; none: it is granted."""

    bsn: str
    line: WireLine
    codes: tuple[str, ...] = ()


class Scene(NamedTuple):
    """Clients with their allocations, and the claims of each step. `client_code`: 8187 or None."""

    clients: tuple[tuple[Person, tuple[Allocation, ...]], ...]
    steps: tuple[tuple[Claim, ...], ...]
    client_code: str | None = None


@dataclass(frozen=True)
class Stage:
    """Where a scene plays: one partition in one month. The rest builds what scenes are made of."""

    rng: Random
    numbers: Numbers
    partition: Partition
    prices: PriceTable
    month: Month

    @property
    def _cast(self) -> tuple[Product, Product, Product]:
        youth = self.partition.domain is Domain.JW
        first, second, third = ("45A04", "45A05", "40A04") if youth else ("02A05", "02A06", "03A04")
        by_code = {product.code: product for product in of_domain(self.partition.domain)}
        return by_code[first], by_code[second], by_code[third]

    @property
    def product(self) -> Product:
        """What is allocated: a product in hours."""
        return self._cast[0]

    @property
    def sibling(self) -> Product:
        """Another product in hours, of the same category."""
        return self._cast[1]

    @property
    def stranger(self) -> Product:
        """Another product in hours, of another category."""
        return self._cast[2]

    @property
    def before(self) -> Period:
        """The month before."""
        begin = minus_months(self.month.begin, 1)
        return Period(begin, last_day(begin))

    def person(self) -> Person:
        """Somebody new."""
        return make_person(self.rng, self.numbers, self.partition, self.month.begin)

    def hours(
        self,
        person: Person,
        volume: int = 40,
        frequency: str = "4",
        *,
        start: date | None = None,
        end: date | None = None,
        change_reason: str | None = None,
    ) -> Allocation:
        """A specific allocation in hours, by default 40 a month from three months ago to next year."""
        allocation = self.wide(person)
        return allocation._replace(
            code=self.product.code,
            size=Size(volume, self.product.unit, frequency),
            start=start or allocation.start,
            end=end or allocation.end,
            change_reason=change_reason,
        )

    def wide(self, person: Person, budget_cents: int | None = None) -> Allocation:
        """An aspecific allocation: the category only."""
        start = minus_months(self.month.begin, 3)
        end = last_day(self.month.begin + timedelta(days=330))
        number, decided_at = self.numbers.allocation(), f"{start - timedelta(days=5)}T10:00:00"
        category = self.product.category
        return Allocation(
            number, person.bsn, category, None, None, budget_cents, start, end, None, decided_at
        )

    def line(
        self,
        allocation: int,
        volume: int = 0,
        *,
        product: Product | None = None,
        period: Period | None = None,
        reference: str | None = None,
    ) -> WireLine:
        """A debit of the month, rightly priced; 5 to 20 units unless said otherwise."""
        product = product or self.product
        period = period or Period(self.month.begin, self.month.end)
        volume = volume or 5 + self.rng.getrandbits(4)
        price = self.prices[period.begin.year, product.code, product.unit]
        return WireLine(
            reference or self.numbers.reference(), None, allocation, product.category, product.code, *period,
            volume, product.unit, price.tariff_cents, price.amount_cents(volume),
        )  # fmt: skip

    def credit(self, line: WireLine) -> WireLine:
        """The credit of a line: all the same, but for its own reference (IV091)."""
        return line._replace(reference=self.numbers.reference(), previous=line.reference, side="C")

    def alone(self, person: Person, allocation: Allocation, *steps: tuple[Claim, ...]) -> Scene:
        """A scene of one client with one allocation."""
        return Scene(((person, (allocation,)),), steps)

    def one(self, person: Person, allocation: Allocation, line: WireLine, *codes: str) -> Scene:
        """A scene of one client, one allocation and one line."""
        return self.alone(person, allocation, (Claim(person.bsn, line, codes),))
