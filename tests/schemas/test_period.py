"""Periods, compared with counting day by day."""

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.period import days, first_day, iso_weeks, last_day, minus_months, month_number, months, sundays

_DAYS = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def _each(begin: date, end: date) -> list[date]:
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]


@st.composite
def _periods(draw: st.DrawFn) -> tuple[date, date]:
    """Closed periods of up to about two years, empty ones included."""
    begin = draw(_DAYS)
    return begin, begin + timedelta(days=draw(st.integers(-40, 750)))


@given(_periods())
def test_days(period: tuple[date, date]) -> None:
    assert days(*period) == len(_each(*period))


@given(_periods())
def test_months_touched(period: tuple[date, date]) -> None:
    assert months(*period) == len({(day.year, day.month) for day in _each(*period)})


@given(_periods())
def test_iso_weeks_touched(period: tuple[date, date]) -> None:
    assert iso_weeks(*period) == len({day.isocalendar()[:2] for day in _each(*period)})


@given(_periods())
def test_sundays(period: tuple[date, date]) -> None:
    assert sundays(*period) == sum(day.isoweekday() == 7 for day in _each(*period))


@given(_DAYS)
def test_first_and_last_day_of_the_month(day: date) -> None:
    assert first_day(day) == date(day.year, day.month, 1)
    assert last_day(day) == date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])


@given(_DAYS, _DAYS)
def test_month_numbers_are_equal_within_a_month_and_count_on(one: date, other: date) -> None:
    assert (month_number(one) == month_number(other)) == ((one.year, one.month) == (other.year, other.month))
    assert month_number(last_day(one) + timedelta(days=1)) == month_number(one) + 1


@given(_DAYS, st.integers(0, 720))
def test_minus_months_goes_back_that_many_months_and_stays_in_the_month(day: date, count: int) -> None:
    earlier = minus_months(day, count)
    assert month_number(earlier) == month_number(day) - count
    assert earlier.day == min(day.day, calendar.monthrange(earlier.year, earlier.month)[1])


@pytest.mark.parametrize(
    ("day", "count", "earlier"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 1, 15), 12, date(2025, 1, 15)),
        (date(2026, 12, 31), 60, date(2021, 12, 31)),
        (date(2026, 5, 4), 0, date(2026, 5, 4)),
    ],
)
def test_minus_months(day: date, count: int, earlier: date) -> None:
    assert minus_months(day, count) == earlier


def test_a_year_of_weeks() -> None:
    assert iso_weeks(date(2026, 1, 1), date(2026, 12, 31)) == 53
    assert iso_weeks(date(2026, 2, 1), date(2026, 2, 28)) == 5
    assert sundays(date(2026, 2, 1), date(2026, 2, 28)) == 4


@pytest.mark.parametrize("begin", [date.min, date.max])
@pytest.mark.parametrize("end", [date.min, date.max])
def test_nothing_overflows_at_the_ends_of_the_calendar(begin: date, end: date) -> None:
    assert {count(begin, end) >= 0 for count in (days, months, iso_weeks, sundays)} == {True}
    assert last_day(end) >= first_day(end)
    assert minus_months(begin, 60) <= begin
