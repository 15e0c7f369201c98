"""When the instalments of a lump sum fall due, and who pays them (LS-01 … LS-05)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from contracts.costs import CostKeys, Key
from contracts.tables import LumpSumRow
from schemas.period import minus_months


class Due(NamedTuple):
    """The `number`th instalment of a schedule falls due."""

    number: int
    on: date


def due_days(row: LumpSumRow) -> Iterator[Due]:
    """Monthly from `first_due`, by default the first of January; a day that a month lacks is its last."""
    first = row.first_due or date(row.year, 1, 1)
    for later in range(row.instalments):
        yield Due(later + 1, minus_months(first, -later))


def payers(row: LumpSumRow, keys: CostKeys, day: date) -> Key | None:
    """How an instalment of that day is divided: by the cost key, else all for the municipality of the row.

    Without either, the only municipality of the register pays. None when there is nobody to pay.
    """
    if row.cost_key is not None:
        return keys.on(row.cost_key, day)
    only = keys.municipalities[0] if len(keys.municipalities) == 1 else None
    code = row.municipality or only
    payer = None if code is None else keys.successor(code, day)
    return None if payer is None else Key("EXACT", ((payer, 1),))


def without_payer(row: LumpSumRow, keys: CostKeys) -> date | None:
    """The first day on which an instalment falls due and nobody would pay it."""
    return next((due.on for due in due_days(row) if payers(row, keys, due.on) is None), None)
