"""Figures for controllers, worked out by hand; and cells that no spreadsheet may obey."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.register import Register
from contracts.tables import AgreementRow, ProviderRow
from processors.realisation import AllocationUse, realisation_table
from processors.rejection_report import rates_table, reasons_table
from processors.reports import Turnover, growth_table, market_tables, percent, without_turnover_table
from processors.tables import Table, csv_bytes
from schemas.allocation import Allocation, Size
from schemas.notice import Cause, Rejection

NAMES = {"41410001": "De Eik", "41410002": "De Iep"}
OAK, ELM, ASH = "41410001", "41410002", "41410003"


def granted(provider: str, cents: int, domain: str = "jw", municipality: str = "0384") -> Turnover:
    return Turnover(municipality, provider, domain, cents)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 3, "33.33"),
        (2, 3, "66.67"),
        (-1, 8, "-12.50"),
        (1, 80000, "0.00"),
        (5, 100000, "0.01"),
        (3, 1, "300.00"),
    ],
)
def test_a_percentage_has_two_decimals_rounded_half_up(part: int, whole: int, expected: str) -> None:
    assert percent(part, whole) == Decimal(expected)


def test_nothing_has_no_percentage() -> None:
    assert percent(5, 0) is None and percent(5, -3) is None


def test_growth_is_told_largest_first_and_for_who_came_or_went() -> None:
    before = [granted(OAK, 1000), granted(ELM, 800)]
    table = growth_table(before, [granted(OAK, 1500), granted(ASH, 600)], NAMES)
    assert table.rows == (
        ("0384", ASH, "", "jw", 0, 600, 600, None),
        ("0384", OAK, "De Eik", "jw", 1000, 1500, 500, Decimal("50.00")),
        ("0384", ELM, "De Iep", "jw", 800, 0, -800, Decimal("-100.00")),
    )


def test_market_shares_add_up_over_municipalities_and_tell_concentration() -> None:
    turnover = [
        granted(OAK, 300), granted(OAK, 300, municipality="0406"), granted(ELM, 300), granted(ASH, 100),
        granted(ELM, 50, "wmo"), granted(OAK, -20, "wmo"),
    ]  # fmt: skip
    shares, concentration = market_tables(turnover, NAMES)
    assert shares.rows[:3] == (
        ("jw", 1, OAK, "De Eik", 600, Decimal("60.00"), Decimal("60.00")),
        ("jw", 2, ELM, "De Iep", 300, Decimal("30.00"), Decimal("90.00")),
        ("jw", 3, ASH, "", 100, Decimal("10.00"), Decimal("100.00")),
    )
    assert concentration.rows == (
        ("jw", 3, 1000, Decimal("60.00"), 1, 2, 4600),
        ("wmo", 1, 50, Decimal("100.00"), 1, 1, 10_000),
    )


def test_who_has_an_agreement_and_no_turnover_is_listed_with_the_last_month() -> None:
    def agreement(agb: str, domain: str = "jw", **values: object) -> AgreementRow:
        base = {"agreement": f"A{agb}", "agb": agb, "domain": domain, "kind": "REGULAR"}
        return AgreementRow.model_validate({**base, "valid_from": date(2025, 1, 1), **values})

    register = Register(
        1,
        {
            "providers": (ProviderRow(agb=ELM, name="De Iep"),),
            "agreements": (
                agreement(OAK),
                agreement(ELM, valid_until=date(2026, 6, 30)),
                agreement(ASH),
                agreement(ASH, "wmo", valid_until=date(2025, 12, 31)),
            ),
        },
    )
    table = without_turnover_table(register, 2026, [granted(OAK, 1)], {(ELM, "jw"): 2025 * 12 + 9})
    assert table.rows == (
        (ELM, "De Iep", "jw", f"A{ELM}", "REGULAR", "2026-06-30", "2025-10", 14),
        (ASH, "", "jw", f"A{ASH}", "REGULAR", None, None, None),
    )


def use(size: Size | None, used_volume: int, used_cents: int, budget: int | None = None) -> AllocationUse:
    end = None if size is not None and size.volume == 99 else date(2026, 12, 31)
    given = Allocation(1, "", "45", "45A04", size, budget, date(2026, 1, 1), end, None, "")
    return AllocationUse("0384", OAK, "jw", given, used_volume, used_cents)


def test_realisation_holds_use_against_volume_and_against_budget() -> None:
    hours, minutes = Size(10, "04", "4"), Size(600, "01", "4")
    table = realisation_table(
        [
            use(hours, 3600, 500),
            use(minutes, 0, 0),
            use(Size(99, "04", "2"), 60, 70),
            use(None, 100, 400, budget=1000),
        ],
        NAMES,
    )
    key = ("0384", OAK, "De Eik", "jw", "45", "45A04")
    assert table.rows == (
        (*key, "", 1, 0, 0, 0, None, 1000, 400, Decimal("40.00"), 400),
        (*key, "01", 3, 1, 14_400, 3600, Decimal("25.00"), 0, 0, None, 570),
    )


def test_reasons_are_counted_per_code_with_their_meaning() -> None:
    causes = (Cause("TR321", "9321", "", "", "", None),)
    line = Rejection(
        "0384",
        OAK,
        "jw",
        "",
        "D1",
        "line",
        "R1",
        "1",
        None,
        causes,
        ("9321", "9346"),
        100,
        "D",
        "2026-03-01",
        None,
    )
    table = reasons_table([line, line._replace(codes=("9321",), amount_cents=30, side="C")], NAMES, "nl")
    assert [(row[5], row[8], row[9]) for row in table.rows] == [("9321", 2, 70), ("9346", 1, 100)]
    assert table.rows[0][6]
    rates = rates_table([("0384", OAK, "jw", 80, 2)], NAMES)
    assert rates.rows == (("0384", OAK, "De Eik", "jw", 80, 2, Decimal("2.50")),)


@pytest.mark.parametrize(
    "text", ["=1+1", "+31", "-2", "@SUM(A1)", "\tx", "\rx", "  =cmd|' /C calc'!A0", "＝1", '=HYPERLINK("x")']
)
def test_no_text_reaches_a_csv_as_a_formula(text: str) -> None:
    content = csv_bytes(Table("lines", ("reference", "amount_cents"), ((text, -5),))).decode()
    (row,) = list(csv.reader(io.StringIO(content, newline="")))[1:]
    assert row == [f"'{text}", "-5"]


@given(st.text(max_size=8), st.integers(-(10**9), 10**9))
def test_numbers_stay_numbers_and_no_cell_begins_like_a_formula(text: str, number: int) -> None:
    content = csv_bytes(Table("x", ("a", "b", "c"), ((text, number, Decimal("1.50")),))).decode()
    if "\0" not in text:
        body = content.split("\r\n", 1)[1]
        assert body.endswith(f",{number},1.50\r\n")
        assert body.lstrip('"').lstrip(" ")[:1] not in {"=", "+", "-", "@", "\t", "\r"}
