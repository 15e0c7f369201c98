"""Faults of a register that was read: what was found where, and what would do."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import NamedTuple, Self, TypeVar

from pydantic import ValidationError

from contracts.columns import column
from contracts.tables import Row
from schemas.numbers import without_bsn

R = TypeVar("R", bound=Row)

_MASK = "*" * 9
_SHOWN = 60


class RegisterFault(NamedTuple):
    """One fault. `row` counts from 1, the header; `column` is a name, or `-` for a whole row or file.

    `file` is the name of the table as long as the reader has not said from which file it came;
    `cell` is the place in a workbook (`tariffs!C7`). `found` never holds a BSN.
    """

    file: str
    row: int
    column: str
    found: str
    expected: str
    cell: str = ""

    @classmethod
    def at(cls, file: str, row: int, column: str, found: str, expected: str) -> Self:
        """The fault, with what was found made fit to be shown."""
        return cls(file, row, column, shown(found, secret=column == "bsn"), expected)

    def __str__(self) -> str:
        place = f" (cell {self.cell})" if self.cell else ""
        return f"{self.file}:{self.row}:{self.column} found {self.found}{place} expected {self.expected}"


class NumberedRow(NamedTuple):
    """A row with the number it has in its file.

    A row with a fault of its own has no `row`; `part` then is what can be read of it (`Row.part`), so that
    the rows of its table and of others can still be held against it.
    """

    number: int
    row: Row | None
    part: Row | None = None

    def texts(self, name: str) -> tuple[str, ...]:
        """The text or texts in one column; none when it is empty or broken."""
        value = getattr(self.row or self.part, name, None)
        return value if isinstance(value, tuple) else () if value is None else (str(value),)


Numbered = Mapping[str, Sequence[NumberedRow]]


def typed(rows: Iterable[NumberedRow], row_type: type[R]) -> Iterator[tuple[int, R]]:
    """The rows that could be read, with their numbers."""
    for number, row, _ in rows:
        if isinstance(row, row_type):
            yield number, row


def shown(text: str, *, secret: bool = False) -> str:
    """A cell as a report may show it: no BSN, no control characters, not too long."""
    if not text:
        return "nothing"
    if secret:
        return _MASK
    masked = without_bsn(text)
    visible = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in masked[: _SHOWN + 1])
    return visible if len(visible) <= _SHOWN else visible[:_SHOWN] + "…"


def cell_faults(
    table: str, row_type: type[Row], number: int, cells: Mapping[str, str], error: ValidationError
) -> Iterator[RegisterFault]:
    """The faults of the cells of one row, from what pydantic found wrong with it."""
    for wrong in error.errors(include_url=False):
        if wrong["type"] != "row":
            name = str(wrong["loc"][0])
            item = wrong["input"] if len(wrong["loc"]) > 1 else None
            found = item if isinstance(item, str) else cells.get(name, "")
            yield RegisterFault.at(table, number, name, found, column(row_type, name).expected)


def faults_between(
    table: str, number: int, cells: Mapping[str, str], part: Row, broken: Collection[str]
) -> Iterator[RegisterFault]:
    """The faults between the columns of one row, as far as it can be read."""
    with suppress(AttributeError):  # it depends on a column that has a fault of its own
        for name, expected in part.between():
            if name not in broken:
                yield RegisterFault.at(table, number, name, cells.get(name, ""), expected)
