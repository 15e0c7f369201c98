"""What a ceiling will come to when its period goes on as it began (contracts.md 4.2, CE-07)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from contracts.ceilings import Watch
from schemas.money import half_up
from schemas.period import days, last_day, month_number, months

_TO_CLAIM = 2  # a month may be claimed until the end of the next one (CL-01)


class Forecast(NamedTuple):
    """Expected usage at the end, with a band: as if all months to come were like the cheapest or the
    dearest so far. `complete` counts the fully claimed months it rests on."""

    cents: int
    low_cents: int
    high_cents: int
    complete: int


def last_complete_month(day: date, latest_claimed: Iterable[int]) -> int:
    """The last month that is fully claimed: its claim term has passed, or everybody has claimed it.

    `latest_claimed` holds, for each pair of provider and municipality, the latest month claimed.
    """
    return max(month_number(day) - _TO_CLAIM, min(latest_claimed, default=0))


def forecast(watch: Watch, by_month: Mapping[int, int], last_complete: int) -> Forecast | None:
    """Usage over the fully claimed months, divided by their number, times the months of the period.

    None while no month of the period is fully claimed.
    """
    first, whole = month_number(watch.begin), months(watch.begin, watch.end)
    complete = min(last_complete - first + 1, whole)
    if complete < 1:
        return None
    so_far = [by_month.get(first + number, 0) for number in range(complete)]
    used_cents, left = max(0, sum(so_far)), whole - complete
    return Forecast(
        half_up(used_cents * whole, complete),
        used_cents + max(0, min(so_far)) * left,
        used_cents + max(0, *so_far, 0) * left,
        complete,
    )


def threatens(watch: Watch, expected: Forecast | None) -> bool:
    """Whether overrun threatens: the forecast comes to the whole ceiling, or more."""
    return expected is not None and expected.cents > 0 and expected.cents >= watch.amount_cents


def falls_on(watch: Watch, by_month: Mapping[int, int], expected: Forecast, threshold: int) -> date | None:
    """The day on which a threshold falls if usage goes on evenly; None when not within the period."""
    first = month_number(watch.begin)
    used_cents = sum(by_month.get(first + number, 0) for number in range(expected.complete))
    if used_cents <= 0:
        return None
    end = _last_day_of(first + expected.complete - 1)
    claimed_days = days(watch.begin, min(end, watch.end))
    need = -(-threshold * watch.amount_cents * claimed_days // (100 * used_cents))
    day = watch.begin + timedelta(days=max(0, min(need, 10_000) - 1))
    return day if day <= watch.end else None


def _last_day_of(month: int) -> date:
    return last_day(date(month // 12, month % 12 + 1, 1))
