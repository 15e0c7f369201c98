"""Days on which a euro credit transfer can be executed: the TARGET calendar of the European Central Bank."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from holidays import financial_holidays

_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


@lru_cache(maxsize=64)
def _closing_days(year: int) -> frozenset[date]:
    return frozenset(financial_holidays("ECB", years=year))


def is_banking_day(day: date) -> bool:
    """True on Monday to Friday, except TARGET closing days (1 January, Good Friday, Easter Monday,
    1 May, 25 and 26 December)."""
    return day.weekday() < _SATURDAY and day not in _closing_days(day.year)


def banking_day_on_or_before(day: date) -> date:
    """`day` itself, or the last banking day before it."""
    while not is_banking_day(day):
        day -= _DAY
    return day


def banking_day_on_or_after(day: date) -> date:
    """`day` itself, or the first banking day after it."""
    while not is_banking_day(day):
        day += _DAY
    return day
