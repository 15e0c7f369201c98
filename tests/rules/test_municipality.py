"""On which dates a municipality code must be valid: an old code ends on 31 December 2025."""

from __future__ import annotations

from datetime import date

import pytest

from rules.municipality import valid_for_allocations, valid_for_declaration, valid_for_deliveries
from tests.rules.care_messages import allocation_message, delivery_message

LAST, NEXT = date(2025, 12, 31), date(2026, 1, 1)


def valid_on(day: date) -> bool:
    return day <= LAST


@pytest.mark.parametrize(
    ("starts", "valid"), [([LAST], True), ([NEXT], False), ([LAST, NEXT], False), ([LAST, LAST], True)]
)
def test_every_allocation_of_a_301_began_under_the_code(starts: list[date], valid: bool) -> None:
    message, _ = allocation_message("JW301", {"products": [{"start": start} for start in starts]})
    assert valid_for_allocations(valid_on, message.allocations) is valid


@pytest.mark.parametrize(
    ("allocation", "dated_on", "valid"),
    [(1001, LAST, False), (1001, NEXT, False), (4711, LAST, True), (4711, NEXT, False), (None, LAST, True)],
)
def test_a_delivery_goes_by_its_allocation_or_else_by_its_date(
    allocation: int | None, dated_on: date, valid: bool
) -> None:
    message, facts = delivery_message("JW305", {"products": [{"allocation": allocation}]})
    assert facts.allocations[1001].start > LAST
    assert valid_for_deliveries(valid_on, message.products, facts.allocations, dated_on) is valid


@pytest.mark.parametrize(
    ("dated_on", "starts", "valid"),
    [
        (LAST, [], True),
        (NEXT, [], False),
        (NEXT, [NEXT, LAST], True),
        (NEXT, [NEXT], False),
        (LAST, [NEXT], True),
    ],
)
def test_a_declaration_needs_one_date_under_the_code(dated_on: date, starts: list[date], valid: bool) -> None:
    assert valid_for_declaration(valid_on, dated_on, starts) is valid
