"""Which tariff applies to a line, and why (contracts.md 2.2)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from contracts.register import Register


class Price(NamedTuple):
    """The agreed tariff for one provider, product, unit and day.

    `cents` is per unit asked for, or per hour when `per_hour` (a minute line against an hour
    tariff); None when there is none or when two rows are equally valid (`ambiguous`). `rows` names
    the tariff rows looked at last, `steps` tells in English how they were found.
    """

    cents: int | None
    per_hour: bool
    ambiguous: bool
    source: str
    agreement: str | None
    rows: tuple[str, ...]
    steps: tuple[str, ...]


class ProductList:
    """The product list of one domain."""

    def __init__(self, register: Register, domain: str) -> None:
        raise NotImplementedError

    def lists(self, category: str, code: str, day: date) -> bool:
        """Whether the code belongs to the category on that day (TR381)."""
        raise NotImplementedError

    def units(self, category: str, code: str, day: date) -> frozenset[str]:
        """Units in which the list offers the product on that day."""
        raise NotImplementedError


class PriceList:
    """All that was agreed between one municipality and one provider in one domain."""

    def __init__(self, register: Register, municipality: str, agb: str, domain: str) -> None:
        raise NotImplementedError

    def price(
        self, code: str, unit: str, day: date, *, allocation: int, bsn: str, allocation_start: date | None
    ) -> Price:
        """The tariff on `day`, the first day of the product period (OC-15)."""
        raise NotImplementedError

    def agreed_units(
        self, category: str, code: str, day: date, *, allocation: int, bsn: str, allocation_start: date | None
    ) -> frozenset[str]:
        """Units agreed for the product on that day: of the tariffs, else of the product list (OC-16)."""
        raise NotImplementedError
