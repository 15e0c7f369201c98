"""How much of what was allocated has been claimed (KP-11)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from processors.reports import percent
from processors.tables import Table
from rules.volume import cap_in_total, counted
from schemas.allocation import Allocation

COLUMNS = (
    "municipality", "provider", "name", "domain", "category", "product", "unit", "allocations",
    "without_end", "allocated_volume", "used_volume", "volume_percent", "budget_cents",
    "used_of_budget_cents", "budget_percent", "used_cents",
)  # fmt: skip


class AllocationUse(NamedTuple):
    """An allocation with what is used of it: live debits, hours counted in minutes."""

    municipality: str
    provider: str
    domain: str
    allocation: Allocation
    used_volume: int
    used_cents: int


class _Sum:
    """What a group of allocations comes to."""

    def __init__(self) -> None:
        self.allocations = self.without_end = self.used_cents = 0
        self.allocated_volume = self.used_volume = 0
        self.budget_cents = self.used_of_budget_cents = 0

    def add(self, use: AllocationUse) -> None:
        """Add one allocation: volume against volume, and cents against a budget where there is one."""
        given = use.allocation
        self.allocations += 1
        self.used_cents += use.used_cents
        if given.size is not None:
            volume = cap_in_total(given, given.size)
            if volume is None:
                self.without_end += 1
            else:
                self.allocated_volume += volume
                self.used_volume += use.used_volume
        if given.budget_cents is not None:
            self.budget_cents += given.budget_cents
            self.used_of_budget_cents += use.used_cents


def realisation_table(uses: Iterable[AllocationUse], names: Mapping[str, str]) -> Table:
    """Used of allocated over the whole of the allocations given, per provider and product.

    Hours are counted in minutes (unit 01). An allocation without an end has no whole: it is counted in
    `without_end`, and its use only in `used_cents`.
    """
    sums: defaultdict[tuple[str, ...], _Sum] = defaultdict(_Sum)
    for use in uses:
        given = use.allocation
        unit = "" if given.size is None else given.size.unit
        unit = "01" if unit and counted(1, unit) != 1 else unit
        key = (use.municipality, use.provider, use.domain, given.category or "", given.code or "", unit)
        sums[key].add(use)
    rows = tuple(
        (
            *key[:2], names.get(key[1], ""), *key[2:],
            found.allocations, found.without_end, found.allocated_volume, found.used_volume,
            percent(found.used_volume, found.allocated_volume), found.budget_cents,
            found.used_of_budget_cents, percent(found.used_of_budget_cents, found.budget_cents),
            found.used_cents,
        )
        for key, found in sorted(sums.items())
    )  # fmt: skip
    return Table("realisation", COLUMNS, rows)
