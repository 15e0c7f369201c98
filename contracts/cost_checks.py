"""Checks on who bears costs, over the rows of a whole register."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from contracts.costs import CostKeys
from contracts.lump_sums import without_payer
from contracts.register import Register
from contracts.register_faults import Numbered, RegisterFault, typed
from contracts.tables import CostKeyRow, LumpSumRow


def cost_faults(imported: Collection[str], state: Numbered) -> Iterator[RegisterFault]:
    """Somebody pays every instalment of a lump sum; not judged while what names the payers is unreadable."""
    sources = {table: state.get(table, ()) for table in ("municipalities", "cost_keys")}
    rows = {table: tuple(each.row for each in sources[table] if each.row is not None) for table in sources}
    if any(len(rows[table]) < len(sources[table]) for table in sources):
        return
    keys = CostKeys(Register(0, rows))
    named = {row.key for row in rows["cost_keys"] if isinstance(row, CostKeyRow)}
    for number, row in typed(state.get("lump_sums", ()), LumpSumRow):
        day = without_payer(row, keys) if row.cost_key is None or row.cost_key in named else None
        if day is None:
            continue
        if "lump_sums" in imported:
            column = "municipality" if row.cost_key is None else "cost_key"
            expected = f"who pays the instalment of {day}: a municipality, or a cost key with members"
            found = row.cost_key or row.municipality or ""
            yield RegisterFault.at("lump_sums", number, column, found, expected)
        elif changed := sources.keys() & set(imported):
            expected = f"a member that pays lump sum {row.schedule} on {day}"
            yield RegisterFault.at(min(changed), 1, "valid_until", "", expected)
