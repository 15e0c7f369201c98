"""The year of a ceiling: its part of a year's amount, and when it must be announced (CE-04, CE-05)."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal, NamedTuple

from schemas.money import half_up
from schemas.period import days, minus_months, months

Basis = Literal["months", "days"]
ANNOUNCE, DECIDE, PLAN = "ANNOUNCE", "DECIDE", "PLAN"
_MONTHS_BEFORE: Final = {ANNOUNCE: 6, DECIDE: 3, PLAN: 2}


class Step(NamedTuple):
    """One step of the calendar before a ceiling, and the last day on which it is in time."""

    step: str
    due: date


def announcements(begin: date) -> tuple[Step, ...]:
    """Intention, amount and joint plan: 6, 3 and 2 calendar months before the ceiling begins (CSW 1.5.3)."""
    return tuple(Step(step, minus_months(begin, count)) for step, count in _MONTHS_BEFORE.items())


def pro_rata_cents(year_cents: int, begin: date, basis: Basis | None = None) -> int:
    """The part of a year's amount from `begin` up to 31 December, in whole cents, rounded half up.

    The contract standard names no basis: months when it begins on the first of one, else days
    (contracts.md 11, 6). Counted in months, a month that has begun counts whole.
    """
    first, last = date(begin.year, 1, 1), date(begin.year, 12, 31)
    chosen = basis or ("months" if begin.day == 1 else "days")
    part, whole = (
        (months(begin, last), months(first, last))
        if chosen == "months"
        else (days(begin, last), days(first, last))
    )
    return half_up(year_cents * part, whole)
