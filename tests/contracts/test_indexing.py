"""Indexation: the published vector, the first year, what is missing, and the table that comes of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.index_tables import IndexationRow, IndexComponentRow
from contracts.indexing import CannotIndexError, index_of, indexed, indexed_tariffs
from contracts.pricing import PriceList
from contracts.register import Register
from contracts.tables import TABLES, TariffRow


def _method(**cells: Any) -> IndexationRow:
    row = {"indexation": "JEUGD", "domain": "jw", "start_year": 2021, **cells}
    return IndexationRow.model_validate(row)


def _year(year: int, ova: tuple[str, str | None], ppc: tuple[str, str | None]) -> list[IndexComponentRow]:
    return [
        IndexComponentRow(
            indexation="JEUGD", year=year, component=component, weight=Decimal(weight),
            forecast=Decimal(forecast), definitive=None if definitive is None else Decimal(definitive),
        )
        for component, weight, (forecast, definitive) in (("OVA", "90", ova), ("PPC", "10", ppc))
    ]  # fmt: skip


# The figures that the association of municipalities published for 2025.
PUBLISHED = [
    *_year(2024, ("4.94", "6.00"), ("2.51", "3.10")),
    *_year(2025, ("4.18", None), ("1.82", None)),
    *_year(2026, ("3.50", None), ("2.00", None)),
]


def test_the_index_of_2025_is_4957_thousandths_and_published_as_496() -> None:
    index = index_of(_method(), PUBLISHED, 2025)
    assert (index.forecast, index.correction) == (Decimal("3.944"), Decimal("1.013"))
    assert (str(index.percent), index.exact) == ("4.96", Decimal("4.957"))
    assert str(index) == "index 2025 4.96 % (rounded from 4.957 %)"
    exact = index_of(_method(decimals=3), PUBLISHED, 2025)
    assert str(exact) == "index 2025 4.957 %"


@pytest.mark.parametrize(
    ("cents", "percent", "expected"),
    [
        (9210, "4.957", 9667), (9210, "4.96", 9667), (25000, "4.957", 26239), (25000, "4.96", 26240),
        (1, "49.999", 1), (1, "50", 2), (100, "-1.5", 99), (200, "-0.25", 200), (0, "4.96", 0),
    ],
)  # fmt: skip
def test_cents_are_rounded_half_up_once(cents: int, percent: str, expected: int) -> None:
    assert indexed(cents, Decimal(percent)) == expected


def test_over_the_first_year_nothing_is_corrected() -> None:
    index = index_of(_method(start_year=2024), PUBLISHED, 2025)
    assert (str(index.percent), index.correction, index.provisional) == ("3.94", None, False)
    with pytest.raises(CannotIndexError, match="begins in 2025: found 2025, expected 2026 or later"):
        index_of(_method(start_year=2025), PUBLISHED, 2025)


def test_a_definitive_figure_that_is_missing_is_asked_for_or_passed_over() -> None:
    with pytest.raises(CannotIndexError, match="no definitive figures for 2025"):
        index_of(_method(), PUBLISHED, 2026)
    index = index_of(_method(), PUBLISHED, 2026, provisional=True)
    assert (index.percent, index.correction, index.provisional) == (Decimal("3.35"), None, True)
    assert str(index) == "index 2026 3.35 %, provisional"
    with pytest.raises(CannotIndexError, match="no forecast figures for 2027"):
        index_of(_method(start_year=2026), PUBLISHED, 2027)
    assert index_of(_method(), PUBLISHED, 2025, provisional=True) == index_of(_method(), PUBLISHED, 2025)


_TARIFF = {"domain": "jw", "code": "45A04", "unit": "04", "cents": 9210, "valid_from": date(2024, 1, 1)}
_END = {"valid_until": date(2024, 12, 31)}


def _register(*tariffs: dict[str, Any], **tables: list[dict[str, Any]]) -> Register:
    defaults: dict[str, dict[str, Any]] = {
        "tariffs": _TARIFF,
        "products": {
            "domain": "jw", "category": "45", "code": "45A04", "unit": "04", "name": "P",
            "valid_from": date(2020, 1, 1), "segment": "ambulant",
        },
        "agreements": {
            "agreement": "A1", "agb": "41410001", "domain": "jw", "kind": "REGULAR",
            "valid_from": date(2020, 1, 1),
        },
    }  # fmt: skip
    return Register(
        1,
        {
            name: tuple(TABLES[name].model_validate({**defaults[name], **row}) for row in rows)
            for name, rows in {"tariffs": tariffs, **tables}.items()
        },
    )


def _made(register: Register, year: int = 2025, **method: Any) -> list[TariffRow]:
    chosen = _method(**method)
    return indexed_tariffs(register, chosen, index_of(chosen, PUBLISHED, year, provisional=True))


def test_a_tariff_ends_with_the_year_and_its_successor_tells_the_percentage() -> None:
    before, after = _made(_register({}), document="brief VNG 2024-10")
    assert (before.valid_until, before.cents) == (date(2024, 12, 31), 9210)
    assert (after.valid_from, after.valid_until) == (date(2025, 1, 1), date(2025, 12, 31))
    assert (after.cents, after.source, after.document) == (
        9667, "index 2025 4.96 % (rounded from 4.957 %)", "brief VNG 2024-10",
    )  # fmt: skip


def test_every_kind_of_row_is_indexed_except_what_follows_another_table() -> None:
    rows = [
        {"cao": "GGZ"}, {"cao": "GGZ", "micro": True}, {"agb": "41410001"}, {"agreement": "A1"},
        {"municipality": "0384"}, {"source": "NATIONAL"}, {"source": "OTHER_REGION"}, {"agreement": "OVER"},
    ]  # fmt: skip
    over = {"agreement": "OVER", "valid_until": date(2024, 12, 31)}
    table = _made(_register(*rows, agreements=[{}, over]))
    made = [row for row in table if row.valid_from == date(2025, 1, 1)]
    assert [(row.cao, row.micro, row.agb, row.agreement, row.municipality) for row in made] == [
        ("GGZ", False, None, None, None), ("GGZ", True, None, None, None),
        (None, False, "41410001", None, None), (None, False, None, "A1", None),
        (None, False, None, None, "0384"),
    ]  # fmt: skip
    untouched = [row for row in table if row.valid_until is None]
    assert [row.source or row.agreement for row in untouched] == ["NATIONAL", "OTHER_REGION", "OVER"]


def test_only_the_products_of_the_method_and_a_row_that_ends_within_the_year_ends_there() -> None:
    rows = [{}, {"code": "45A05", "valid_until": date(2025, 6, 30)}, {"domain": "wmo"}]
    table = _made(_register(*rows, products=[{}]), segments=("ambulant",), codes=("45A05",))
    made = [(row.code, row.valid_until) for row in table if row.valid_from == date(2025, 1, 1)]
    assert made == [("45A04", date(2025, 12, 31)), ("45A05", date(2025, 6, 30))]
    assert len(_made(_register({}, products=[{}]), segments=("dag",))) == 1


def test_what_was_agreed_for_the_year_stays_and_what_an_index_made_is_made_again() -> None:
    agreed = {"valid_from": date(2026, 1, 1), "cents": 9999, "source": "onderhandeld"}
    assert len(_made(_register({"valid_until": date(2025, 12, 31)}, agreed), 2026)) == 2
    provisional = _made(_register({}), 2026)
    assert provisional[-1].cents == 9519 and "provisional" in (provisional[-1].source or "")
    definitive = [*_year(2025, ("4.18", "5.18"), ("1.82", "1.82"))]
    components = [row for row in PUBLISHED if row.year != 2025] + definitive
    again = indexed_tariffs(
        Register(1, {"tariffs": tuple(provisional)}), _method(), index_of(_method(), components, 2026)
    )
    assert [row.cents for row in again] == [9210, 9601]  # 3.35 + 0.9 x 1.00 = 4.25 %
    assert again[-1].source == "index 2026 4.25 %"


@given(st.integers(0, 10**8), st.decimals(-20, 20, places=3), st.decimals(0, 5, places=3))
def test_a_higher_index_never_lowers_a_tariff(cents: int, percent: Decimal, more: Decimal) -> None:
    assert indexed(cents, percent) <= indexed(cents, percent + more)
    assert abs(indexed(cents, percent) * 100_000 - cents * (100_000 + int(percent * 1000))) <= 50_000


@given(st.integers(1, 10**6), st.integers(0, 3))
def test_the_table_prices_every_day_as_before_until_the_year_and_by_the_index_in_it(
    cents: int, decimals: int
) -> None:
    method = _method(decimals=decimals)
    index = index_of(method, PUBLISHED, 2025)
    register = _register({"cents": cents})
    table = Register(2, {"tariffs": tuple(indexed_tariffs(register, method, index))})
    for day, expected in (
        (date(2024, 12, 31), cents), (date(2025, 1, 1), indexed(cents, index.percent)),
        (date(2025, 12, 31), indexed(cents, index.percent)), (date(2026, 1, 1), None),
    ):  # fmt: skip
        price = PriceList(table, "0384", "41410001", "jw").price(
            "45A04", "04", day, allocation=1, bsn="", allocation_start=None
        )
        assert (price.cents, price.ambiguous) == (expected, False)
