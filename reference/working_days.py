"""Dutch working days: Monday to Friday except the holidays of the Algemene termijnenwet (OC-27)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import holidays

ANSWER_WITHIN = 10  # working days for a 325 (OP090x4)
RETURN_WITHIN = 3  # working days for a 306 or 308 (OP090)


NOT_OFF_EVERYWHERE = {"good_friday": "Goede vrijdag", "liberation_day": "Bevrijdingsdag"}


@cache
def _holidays(year: int, worked: frozenset[str]) -> frozenset[date]:
    """The legal set: the library's public holidays plus its optional ones (Good Friday, 5 May)."""
    off = holidays.country_holidays("NL", years=year, categories=("public", "optional"), language="nl")
    names = {NOT_OFF_EVERYWHERE[each] for each in worked}
    return frozenset(day for day in off if not names & set(off.get_list(day)))


def is_working_day(day: date, worked: frozenset[str] = frozenset()) -> bool:
    """Whether a municipality is at work on this day; `worked` names holidays it works on."""
    return day.isoweekday() <= 5 and day not in _holidays(day.year, worked)


@cache
def after_working_days(day: date, count: int, worked: frozenset[str] = frozenset()) -> date:
    """The `count`-th working day after `day`; the day of receipt is day 0."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, worked)
    return day
