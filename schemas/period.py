"""Closed periods of days, calendar months and ISO weeks."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Period(NamedTuple):
    """A closed period: both days belong to it. `CDT_GeslotenPeriode` on the wire."""

    begin: date
    end: date


@lru_cache(maxsize=4096)
def last_day(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=month_length(day))


@lru_cache(maxsize=4096)
def month_length(day: date) -> int:
    """The number of days in the month of `day`."""
    if day.month == 2 and day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0):
        return 29
    return _LENGTHS[day.month - 1]


def first_day(day: date) -> date:
    """The first day of the month of `day`."""
    return day.replace(day=1)


def month_number(day: date) -> int:
    """Months since year 0: equal for two days exactly when they lie in the same calendar month."""
    return day.year * 12 + day.month - 1


def days(begin: date, end: date) -> int:
    """Calendar days in the closed period, 0 if it is empty."""
    return max(0, end.toordinal() - begin.toordinal() + 1)


def months(begin: date, end: date) -> int:
    """Calendar months touched by the closed period, 0 if it is empty."""
    return (end.year - begin.year) * 12 + end.month - begin.month + 1 if begin <= end else 0


def iso_weeks(begin: date, end: date) -> int:
    """ISO weeks (Monday to Sunday) touched by the closed period, 0 if it is empty (IV077).

    The calendar's first day, ordinal 1, is a Monday: days of one week share `(ordinal - 1) // 7`.
    """
    if end < begin:
        return 0
    return (end.toordinal() - 1) // 7 - (begin.toordinal() - 1) // 7 + 1


def sundays(begin: date, end: date) -> int:
    """Sundays in the closed period, 0 if it is empty: their ordinals are the multiples of 7."""
    return max(0, end.toordinal() // 7 - (begin.toordinal() - 1) // 7)


@lru_cache(maxsize=4096)
def minus_months(day: date, count: int) -> date:
    """`day` moved back `count` months; a day that does not exist becomes the month's last.

    Before the year 1 there is no day: the first of that year stands for all of them.
    """
    year, month = divmod(month_number(day) - count, 12)
    if year < 1:
        return date.min
    end = last_day(date(year, month + 1, 1))
    return end.replace(day=min(day.day, end.day))
