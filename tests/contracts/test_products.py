"""The product list: categories, units and segments over time."""

from datetime import date

import pytest

from contracts.pricing import ProductList
from contracts.register import Register
from contracts.tables import ProductRow


def _row(unit: str, begin: date, end: date | None = None, **more: str) -> ProductRow:
    row = {"domain": "jw", "category": "45", "code": "45A04", "unit": unit, "name": "Product", **more}
    return ProductRow.model_validate({**row, "valid_from": begin, "valid_until": end})


PRODUCTS = ProductList(
    Register(
        1,
        {
            "products": (
                _row("83", date(2024, 1, 1), date(2024, 12, 31), segment="S1"),
                _row("01", date(2024, 7, 1), date(2025, 12, 31), segment="S2"),
                _row("14", date(2020, 1, 1), domain="wmo"),
            )
        },
    ),
    "jw",
)


@pytest.mark.parametrize(
    ("day", "units"),
    [
        (date(2023, 12, 31), set()),
        (date(2024, 1, 1), {"83"}),
        (date(2024, 12, 31), {"01", "83"}),
        (date(2025, 1, 1), {"01"}),
        (date(2025, 12, 31), {"01"}),
        (date(2026, 1, 1), set()),
    ],
)
def test_units_and_listing_on_a_day(day: date, units: set[str]) -> None:
    assert PRODUCTS.units("45", "45A04", day) == units
    assert PRODUCTS.lists("45", "45A04", day) is bool(units)


@pytest.mark.parametrize(("category", "code"), [("46", "45A04"), ("45", "45A05")])
def test_a_code_is_listed_in_its_own_category_only(category: str, code: str) -> None:
    assert not PRODUCTS.lists(category, code, date(2025, 1, 1))
    assert not PRODUCTS.lists_for(category, code, date(2025, 1, 1), date(2025, 1, 1))


@pytest.mark.parametrize(
    ("start", "listed", "units"),
    [
        (date(2023, 12, 31), False, set()),
        (date(2024, 1, 1), True, {"83"}),
        (date(2025, 12, 31), True, {"01"}),
        (date(2026, 1, 1), False, set()),
        (None, False, set()),
    ],
)
def test_an_ended_code_stays_usable_for_allocations_that_started_before_its_end(
    start: date | None, listed: bool, units: set[str]
) -> None:
    assert PRODUCTS.lists_for("45", "45A04", date(2026, 5, 1), start) is listed
    assert PRODUCTS.units_for("45", "45A04", date(2026, 5, 1), start) == units


@pytest.mark.parametrize(
    ("day", "segments"),
    [
        (date(2023, 12, 31), set()),
        (date(2024, 6, 30), {"S1"}),
        (date(2024, 7, 1), {"S1", "S2"}),
        (date(2025, 1, 1), {"S2"}),
        (date(2026, 1, 1), {"S2"}),
    ],
)
def test_segments_are_kept_after_the_end(day: date, segments: set[str]) -> None:
    assert PRODUCTS.segments("45A04", day) == segments
