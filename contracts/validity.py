"""When a register row counts: from `valid_from` up to and including `valid_until` (empty: open)."""

from __future__ import annotations

from datetime import date
from typing import Protocol


class Dated(Protocol):
    """A row with a closed period of validity."""

    @property
    def valid_from(self) -> date: ...

    @property
    def valid_until(self) -> date | None: ...


def valid_on(row: Dated, day: date) -> bool:
    """Whether the row is valid on that day, both ends included."""
    return row.valid_from <= day and (row.valid_until is None or day <= row.valid_until)
