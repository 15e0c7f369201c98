"""Dutch working days: the legal holidays of several years, and the deadlines that follow."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reference.working_days import after_working_days, is_working_day

# Weekdays that the Algemene termijnenwet makes a holiday, and nothing else.
OFF = {
    2021: "01-01 04-02 04-05 04-27 05-05 05-13 05-24",
    2024: "01-01 03-29 04-01 05-09 05-20 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-29 06-09 12-25 12-26",
    2026: "01-01 04-03 04-06 04-27 05-05 05-14 05-25 12-25",
    2027: "01-01 03-26 03-29 04-27 05-05 05-06 05-17",
}


@pytest.mark.parametrize("year", OFF)
def test_the_legal_set(year: int) -> None:
    first = date(year, 1, 1)
    days = (first + timedelta(days=n) for n in range(365))
    off = [f"{day:%m-%d}" for day in days if day.isoweekday() <= 5 and not is_working_day(day)]
    assert " ".join(off) == OFF[year]


@pytest.mark.parametrize(
    ("received", "count", "worked", "due"),
    [
        ("2026-04-02", 10, (), "2026-04-20"),  # Good Friday and Easter Monday in between
        ("2026-04-02", 10, ("good_friday",), "2026-04-17"),
        ("2026-04-08", 10, (), "2026-04-22"),
        ("2026-04-24", 3, (), "2026-04-30"),  # King's Day on a Monday
        ("2026-05-04", 1, (), "2026-05-06"),
        ("2026-05-04", 1, ("liberation_day",), "2026-05-05"),
        ("2026-12-24", 3, (), "2026-12-30"),
        ("2026-04-04", 1, (), "2026-04-07"),  # received on a Saturday
    ],
)
def test_deadlines(received: str, count: int, worked: tuple[str, ...], due: str) -> None:
    found = after_working_days(date.fromisoformat(received), count, frozenset(worked))
    assert found == date.fromisoformat(due)
