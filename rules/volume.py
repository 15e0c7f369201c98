"""Caps on volume: per product period (TR321) and over the whole allocation (TR322).

Hours count in minutes, so that hours and minutes on one allocation add up; other units count as
they are. Weeks of output count by their Sundays, weeks of effort as soon as they are touched; which of
the two a product is, the product list says (OC-21).
"""

from __future__ import annotations

from datetime import date, timedelta

from contracts.products import ProductList
from schemas.allocation import Allocation, Size
from schemas.money import euro
from schemas.period import Period, days, iso_weeks, months, sundays

_ONCE = frozenset({"4", "6"})  # per month, in total: the volume itself, also in a broken month
_SPAN = {"1": days, "2": iso_weeks, "4": months}
HOUSEHOLD_HELP = "01"


def counted(volume: int, unit: str) -> int:
    """Volume as it is added up: hours in minutes, everything else unchanged."""
    return volume * 60 if unit == "04" else volume


def volume_text(amount: int, unit: str) -> str:
    """A counted volume in the unit of the line, for `in_words`: `12 ⟨unit_04⟩`, `€ 12,50`."""
    if unit == "83":
        return euro(amount)
    if unit == "04":
        hours, minutes = divmod(amount, 60)
        return f"{hours}:{minutes:02d} ⟨unit_04⟩" if minutes else f"{hours} ⟨unit_04⟩"
    return f"{amount} ⟨unit_{unit}⟩"


def cap_in_period(allocation: Allocation, size: Size, period: Period, products: ProductList) -> int:
    """The most that may be delivered in one product period, counted as `counted` does (rules.md 4.4)."""
    volume, unit, frequency = size
    if frequency not in _ONCE:
        begin, end = period
        begin = max(begin, allocation.start)
        if allocation.end is not None and allocation.end < end:
            end = allocation.end
        if frequency == "1":
            volume *= days(begin, end)
        elif allocation.category == HOUSEHOLD_HELP:  # exists in Wmo only (OC-32)
            volume *= 6
        elif _is_output(allocation, unit, period.begin, products):
            volume *= _output_weeks(allocation, begin, end)
        else:
            volume *= iso_weeks(begin, end)
    return volume * 60 if unit == "04" else volume


def cap_in_total(allocation: Allocation, size: Size) -> int | None:
    """The most over the whole allocation; None where an open end leaves it unbounded (rules.md 4.5)."""
    volume, unit, frequency = size
    if frequency != "6":
        if allocation.end is None:
            return None
        volume *= _SPAN[frequency](allocation.start, allocation.end)
    return volume * 60 if unit == "04" else volume


def _is_output(allocation: Allocation, unit: str, day: date, products: ProductList) -> bool:
    """Whether what was allocated is output, by the list of that day (OC-15, OC-21)."""
    return products.is_output(allocation.category or "", allocation.code or "", unit, day, allocation.start)


def _output_weeks(allocation: Allocation, begin: date, end: date) -> int:
    """How many week volumes of output fit between two days of the allocation (IV077)."""
    if allocation.end is None:
        return iso_weeks(begin, end)
    return sundays(begin, end) + _broken_last_week(allocation.start, allocation.end, begin, end)


def _broken_last_week(start: date, last: date, begin: date, end: date) -> int:
    """1 when the week that the allocation leaves unfinished belongs to this period (IV077, OC-33)."""
    if last.isoweekday() == 7:
        return 0
    last_sunday = last - timedelta(days=last.isoweekday())
    counts_from = last_sunday if last_sunday >= start else last
    return 1 if begin <= counts_from <= end else 0
