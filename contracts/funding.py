"""How products are funded, as far as messages depend on it."""

from __future__ import annotations

from datetime import date

from contracts.register import Register
from contracts.tables import ProductRow
from contracts.validity import valid_on


def lump_sum_products(register: Register, domain: str, day: date) -> frozenset[tuple[str, str]]:
    """Category and code of the task-based products on a day: delivered without an allocation (IV096)."""
    return frozenset(
        (row.category, row.code)
        for row in register.rows("products", ProductRow)
        if row.domain == domain and row.funding == "lump_sum" and valid_on(row, day)
    )
