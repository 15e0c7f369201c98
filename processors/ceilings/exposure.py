"""What allocations are worth within a ceiling, and what of it is still to be expected (contracts.md 4.2)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from contracts.pricing import Price
from reference.realisation import WHOLE, realised_share
from schemas.allocation import Allocation
from schemas.money import half_up
from schemas.period import days, iso_weeks, months

_DAY, _WEEK, _MONTH = "1", "2", "4"


class Promise(NamedTuple):
    """An allocation within a ceiling: its whole value there, and what was granted of it."""

    value_cents: int
    used_cents: int


def value_cents(allocation: Allocation, price: Price, begin: date, end: date) -> int | None:
    """What an allocation is worth in a period; None when neither a budget nor a price tells it.

    A volume by day, week or month counts for every one that is touched; a total volume and a budget
    are spread evenly over the days of the allocation.
    """
    first, last = max(begin, allocation.start), min(end, allocation.end or end)
    part_days = days(first, last)
    if part_days == 0 or allocation.deleted:
        return 0
    whole_days = days(allocation.start, allocation.end or end)
    if allocation.budget_cents is not None:
        return half_up(allocation.budget_cents * part_days, whole_days)
    if allocation.size is None:
        return None
    volume, unit, frequency = allocation.size
    times = {_DAY: part_days, _WEEK: iso_weeks(first, last), _MONTH: months(first, last)}.get(frequency)
    units = half_up(volume * part_days, whole_days) if times is None else volume * times
    if unit == "83":
        return units
    if price.cents is None:
        return None
    return half_up(price.cents * units, 60) if price.per_hour else price.cents * units


def expected_cents(allocation: Allocation, domain: str, promise: Promise, day: date) -> int:
    """What may still be claimed of an allocation that is valid on a day, at the observed share."""
    if allocation.end is not None and allocation.end < day:
        return 0
    rest_cents = max(0, promise.value_cents - promise.used_cents)
    return half_up(rest_cents * realised_share(domain, allocation.category), WHOLE)
