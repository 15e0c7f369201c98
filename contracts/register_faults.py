"""Faults of a register that was read: what was found where, and what would do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Self, TypeVar

from pydantic import ValidationError

from contracts.columns import column
from contracts.tables import Row
from schemas.numbers import is_bsn

R = TypeVar("R", bound=Row)

_NINE_DIGITS = re.compile("(?<![0-9])[0-9]{9}(?![0-9])")
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

    A row with a fault of its own has no `row`; `cells` then holds the text of its cells that are in
    order, so that other tables can still be checked against it.
    """

    number: int
    row: Row | None
    cells: Mapping[str, str] = {}

    def texts(self, row_type: type[Row], name: str) -> tuple[str, ...]:
        """The text or texts in one column; none when it is empty or broken."""
        if self.row is not None:
            value = getattr(self.row, name)
            return value if isinstance(value, tuple) else () if value is None else (str(value),)
        text = self.cells.get(name, "")
        if column(row_type, name).many:
            return tuple(part.strip() for part in text.split(";") if part.strip())
        return (text,) if text else ()


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
    masked = _NINE_DIGITS.sub(lambda run: _MASK if is_bsn(run.group()) else run.group(), text)
    visible = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in masked[: _SHOWN + 1])
    return visible if len(visible) <= _SHOWN else visible[:_SHOWN] + "…"


def cell_faults(
    table: str, row_type: type[Row], number: int, cells: Mapping[str, str], error: ValidationError
) -> Iterator[RegisterFault]:
    """The faults of one row, from what pydantic found wrong with its cells."""
    for wrong in error.errors(include_url=False):
        if wrong["type"] == "row":
            for name, expected in wrong["ctx"]["faults"]:
                yield RegisterFault.at(table, number, name, cells.get(name, ""), expected)
            continue
        name = str(wrong["loc"][0])
        item = wrong["input"] if len(wrong["loc"]) > 1 else None
        found = item if isinstance(item, str) else cells.get(name, "")
        yield RegisterFault.at(table, number, name, found, column(row_type, name).expected)
