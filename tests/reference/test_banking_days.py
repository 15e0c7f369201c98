from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.banking_days import banking_day_on_or_after, banking_day_on_or_before, is_banking_day

CLOSED_ON_WEEKDAYS = {
    2025: ["2025-01-01", "2025-04-18", "2025-04-21", "2025-05-01", "2025-12-25", "2025-12-26"],
    2026: ["2026-01-01", "2026-04-03", "2026-04-06", "2026-05-01", "2026-12-25"],
    2027: ["2027-01-01", "2027-03-26", "2027-03-29"],
    2028: ["2028-04-14", "2028-04-17", "2028-05-01", "2028-12-25", "2028-12-26"],
}


@pytest.mark.parametrize("year", CLOSED_ON_WEEKDAYS)
def test_weekdays_on_which_target_is_closed(year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    closed = [day.isoformat() for day in days if day.weekday() < 5 and not is_banking_day(day)]
    assert closed == CLOSED_ON_WEEKDAYS[year]


def test_dutch_holidays_are_banking_days() -> None:
    assert is_banking_day(date(2026, 4, 27))
    assert is_banking_day(date(2026, 5, 5))
    assert not is_banking_day(date(2026, 5, 2))


@given(st.dates(date(2016, 1, 10), date(2060, 12, 1)))
def test_the_neighbours_are_banking_days_with_none_between(day: date) -> None:
    before, after = banking_day_on_or_before(day), banking_day_on_or_after(day)
    assert before <= day <= after
    assert is_banking_day(before) and is_banking_day(after)
    if is_banking_day(day):
        assert before == day == after
    else:
        between = (before + timedelta(days=n) for n in range(1, (after - before).days))
        assert not any(is_banking_day(one) for one in between)
