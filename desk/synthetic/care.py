"""Clients with their allocations, and the valid lines these give in a month.

A client uses at most what he was allocated: per week only the Sundays of the product period are
counted, so that neither the cap of the period (TR321) nor that of the allocation (TR322) is passed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import NamedTuple

from desk.synthetic.numbers import Numbers
from desk.synthetic.people import make_person
from desk.synthetic.products import Product, of_domain
from desk.synthetic.region import Partition, PriceTable
from desk.synthetic.wire import Person, WireLine
from schemas.allocation import Allocation, Size
from schemas.period import Period, days, last_day, sundays


class Service(NamedTuple):
    """One product a client gets: at most `most` units claimed `unit` per day (1), week (2) or month (4)."""

    product: Product
    unit: str
    per: str
    most: int


class Care(NamedTuple):
    """An allocation and what is delivered on it."""

    allocation: Allocation
    services: tuple[Service, ...]


class Client(NamedTuple):
    """A client of one provider, in one municipality, under one law."""

    person: Person
    care: tuple[Care, ...]


class Month(NamedTuple):
    """A calendar month with the counts that caps need."""

    begin: date
    end: date
    counts: dict[str, int]


def month_of(day: date) -> Month:
    """The calendar month of a day."""
    begin, end = day.replace(day=1), last_day(day)
    return Month(begin, end, _counts(begin, end))


def _counts(begin: date, end: date) -> dict[str, int]:
    return {"1": days(begin, end), "2": sundays(begin, end), "4": 1}


class Terms(NamedTuple):
    """Days between which allocations run, seen from one month: first days with the moment of decision,
    256 at or before the begin of the month and 8 after it; last days, 8 inside the month and 8 later."""

    starts: tuple[tuple[date, str], ...]
    ends_inside: tuple[date, ...]
    ends_later: tuple[date, ...]


@cache
def _terms(month: date, run: int) -> Terms:
    starts = [month + timedelta(days=days) for days in (*range(0, -256, -1), *range(1, 9))]
    decisions = (min(start, decision_day(month)) - timedelta(days=5) for start in starts)
    return Terms(
        tuple((start, f"{decided_on}T09:30:00") for start, decided_on in zip(starts, decisions, strict=True)),
        tuple(month + timedelta(days=20 + days) for days in range(8)),
        tuple(last_day(month + timedelta(days=31 * (run + months))) for months in range(8)),
    )


def decision_day(month: date) -> date:
    """The day on which 301s for clients who come in the month that begins on `month` are sent."""
    return month - timedelta(days=7)


class Intake:
    """Takes in clients of one partition: `run` is the number of months an allocation must last."""

    def __init__(
        self, rng: Random, numbers: Numbers, partition: Partition, prices: PriceTable, run: int
    ) -> None:
        self._rng, self._numbers, self._partition, self._prices = rng, numbers, partition, prices
        self._run = run
        self._last_year = max(year for year, _, _ in prices)
        self._products = of_domain(partition.domain)
        self._weights = tuple(accumulate(product.weight for product in self._products))

    def client(self, month: Month) -> Client:
        """A client with one to five allocations of different categories, active in the month."""
        person = make_person(self._rng, self._numbers, self._partition, month.begin)
        bits = self._rng.getrandbits(8)
        wanted = (1, 2, 2, 3, 3, 4, 4, 5)[bits & 7]
        products = {product.category: product for product in self._choose(wanted)}
        if bits < 10:
            return Client(person, (self._generic(person.bsn, month, products.values()),))
        wide = bits >= 224
        care = [
            self._aspecific(person.bsn, month, product)
            if wide and not product.is_output
            else self._specific(person.bsn, month, product)
            for product in products.values()
        ]
        return Client(person, tuple(care))

    def _choose(self, wanted: int) -> list[Product]:
        return self._rng.choices(self._products, cum_weights=self._weights, k=wanted)

    def _term(self, month: Month, *, closed: bool) -> tuple[date, date | None, str]:
        """Mostly the whole month and more; one in eight begins and one in sixteen ends inside it."""
        bits = self._rng.getrandbits(20)
        terms = _terms(month.begin, self._run)
        start, decided_at = terms.starts[bits & 255 if bits & 0x700 else 256 + (bits & 7)]
        ending = bits >> 11 & 15
        if ending == 0:
            return start, terms.ends_inside[bits >> 15 & 7], decided_at
        if ending < 5 and not closed:
            return start, None, decided_at
        return start, terms.ends_later[bits >> 15 & 7], decided_at

    def _specific(self, bsn: str, month: Month, product: Product) -> Care:
        per, volume, in_minutes = _size(self._rng.getrandbits(12), product)
        unit, most = ("01", 60 * volume) if in_minutes else (product.unit, volume)
        service = Service(product, unit, "4" if per == "6" else per, most)
        size = Size(volume * (self._run + 1) if per == "6" else volume, product.unit, per)
        start, end, decided_at = self._term(month, closed=per in {"2", "6"})
        return Care(
            Allocation(
                self._numbers.allocation(), bsn, product.category, product.code, size, None, start, end, None,
                decided_at,
            ),
            (service,),
        )  # fmt: skip

    def _aspecific(self, bsn: str, month: Month, product: Product) -> Care:
        services = self._monthly(
            p for p in self._products if p.category == product.category and not p.is_output
        )
        budget = self._budget(services) if self._rng.getrandbits(1) else None
        start, end, decided_at = self._term(month, closed=budget is not None)
        number = self._numbers.allocation()
        allocation = Allocation(
            number, bsn, product.category, None, None, budget, start, end, None, decided_at
        )
        return Care(allocation, services)

    def _generic(self, bsn: str, month: Month, products: Iterable[Product]) -> Care:
        services = self._monthly(products)
        start, end, decided_at = self._term(month, closed=True)
        number, budget = self._numbers.allocation(), self._budget(services)
        return Care(Allocation(number, bsn, None, None, None, budget, start, end, None, decided_at), services)

    def _monthly(self, products: Iterable[Product]) -> tuple[Service, ...]:
        return tuple(Service(p, p.unit, "4", 4 * self._rng.randint(*p.weekly)) for p in products)

    def _budget(self, services: tuple[Service, ...]) -> int:
        """Enough for every month of the run at the highest volume and the latest tariff."""
        monthly = sum(
            self._prices[self._last_year, service.product.code, service.unit].amount_cents(service.most)
            for service in services
        )
        return min(monthly * (self._run + 1), 99_999_999)


def _size(bits: int, product: Product) -> tuple[str, int, bool]:
    """Frequency, volume, and whether hours will be claimed in minutes, as one in eight is.

    Per day only minutes (CS338); pieces by result per month or in all.
    """
    low, high = product.weekly
    weekly = low + (bits >> 4) % (high - low + 1)
    choice, in_minutes = bits & 15, product.unit == "04" and bits >> 9 == 0
    if product.unit == "82":
        return "4" if choice < 8 else "6", weekly, False
    if product.unit == "01" and choice == 0:
        return "1", weekly // 5, False
    if choice < 9:
        return "2", weekly, in_minutes
    return "4" if choice < 13 else "6", 4 * weekly, in_minutes


def lines_of(
    rng: Random, numbers: Numbers, client: Client, month: Month, prices: PriceTable
) -> Iterator[WireLine]:
    """The lines of one client over one month: every one valid, one for each service on each allocation."""
    for allocation, services in client.care:
        begin, end, counts = month
        if allocation.start > begin or (allocation.end is not None and allocation.end < end):
            begin, end = product_period(allocation, month)
            if end < begin:
                continue
            counts = _counts(begin, end)
        year = begin.year
        for product, unit, per, most in services:
            volume = most * counts[per] * (65 + rng.getrandbits(6)) >> 7
            if volume == 0:
                if not counts[per]:
                    continue
                volume = 1
            price = prices[year, product.code, unit]
            yield WireLine(
                numbers.reference(), None, allocation.number, product.category, product.code, begin, end,
                volume, unit, price.tariff_cents, price.amount_cents(volume),
            )  # fmt: skip


def product_period(allocation: Allocation, month: Month) -> Period:
    """The month as far as the allocation reaches: the only valid product period (IV089)."""
    end = month.end if allocation.end is None else min(allocation.end, month.end)
    return Period(max(allocation.start, month.begin), end)
