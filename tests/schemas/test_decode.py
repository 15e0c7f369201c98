"""Decoders are total: any text gives a value or None, and what the schema allows is read right."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.xml.decode import day, moment, whole

_BLANKS = st.text(" \t\r\n", max_size=3)
_NASTY = st.one_of(st.text(), st.text("0123456789-+:.TWZ \n٣５²_e"), st.none())
_TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 30))


@given(st.dates(), _BLANKS, _BLANKS)
def test_a_day_is_read_with_blanks_around(value: date, before: str, behind: str) -> None:
    assert day(f"{before}{value.isoformat()}{behind}") == value


@given(st.integers(-(10**18) + 1, 10**18 - 1), st.integers(0, 6000), _BLANKS)
def test_a_whole_number_is_read_with_sign_zeros_and_blanks(value: int, zeros: int, blank: str) -> None:
    sign = "-" if value < 0 else "+"
    assert whole(f"{blank}{sign}{'0' * zeros}{abs(value)}{blank}") == value


@given(_NASTY, _NASTY)
def test_nothing_raises(one: str | None, other: str | None) -> None:
    assert day(one) is None or isinstance(day(one), date)
    assert whole(one) is None or isinstance(whole(one), int)
    assert moment(one, other) is None or isinstance(moment(one, other), str)


@pytest.mark.parametrize(
    "text",
    [
        "12026-04-01",
        "-2026-04-01",
        "0000-01-01",
        "2026-02-29",
        "20260401",
        "2026-W14-1",
        "2026-04-01Z",
        "",
        "２０２６-04-01",
        "2026-04-01\x00",
        "\xa02026-04-01",
        "2026-04-1",
        "+2026-04-01",
    ],
)
def test_what_is_no_day(text: str) -> None:
    assert day(text) is None


@pytest.mark.parametrize(
    "text", ["", "-", "1.0", "1e3", "1_000", "５０", "\xa05", "0x1", "1 0", "--1", "9" * 19, "9" * 5000]
)
def test_what_is_no_whole_number(text: str) -> None:
    assert whole(text) is None


def test_numbers_of_unusual_form() -> None:
    assert whole("-0") == 0
    assert whole("+5000") == 5000
    assert whole("0" * 5000 + "7") == 7


def _written(value: datetime) -> tuple[str, str]:
    fraction = f".{value.microsecond:06}".rstrip("0") if value.microsecond else ""
    return value.date().isoformat(), f"{value.hour:02}:{value.minute:02}:{value.second:02}{fraction}"


@given(_TIMES, _TIMES)
def test_moments_sort_as_text_in_order_of_time(one: datetime, other: datetime) -> None:
    first, second = moment(*_written(one)), moment(*_written(other))
    assert first is not None
    assert second is not None
    assert (first < second, first == second) == (one < other, one == other)


@given(_TIMES)
def test_midnight_at_the_end_of_a_day_is_the_start_of_the_next(value: datetime) -> None:
    following = value.date() + timedelta(days=1)
    assert moment(value.date().isoformat(), "24:00:00") == moment(following.isoformat(), "00:00:00")


def test_moments_of_unusual_form() -> None:
    assert moment("2026-04-01", "09:30:00") == "2026-04-01T09:30:00"
    assert moment("2026-04-01", "09:30:00.000") == "2026-04-01T09:30:00"
    assert moment("2026-04-01", " 09:30:00.5\n") == "2026-04-01T09:30:00.500000"
    assert moment("2026-04-01", "09:30:00.1234567") == "2026-04-01T09:30:00.1234567"
    assert moment("2026-04-01", "09:30:00." + "1" * 5000) == "2026-04-01T09:30:00.111111111"
    assert moment("2026-12-31", "24:00:00.0") == "2027-01-01T00:00:00"
    assert moment("9999-12-31", "24:00:00") is None
    assert moment("2026-04-01", "24:00:01") is None
    assert moment("2026-04-01", "25:00:00") is None
