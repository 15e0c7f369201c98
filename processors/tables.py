"""Tables for spreadsheets: numbers stay numbers, and no text is ever taken for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

Cell = str | int | Decimal | None
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Table:
    """A table by the names of its columns: `…_cents` holds signed cents, `…_percent` a percentage."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def csv_bytes(table: Table) -> bytes:
    """The table as UTF-8, comma, CRLF, text quoted and numbers not; an empty cell for None."""
    text = io.StringIO(newline="")
    write_csv(text, table.columns, table.rows)
    return text.getvalue().encode()


def write_csv(text: io.StringIO, columns: Iterable[str], rows: Iterable[Iterable[Cell]]) -> None:
    """Write a header and rows, every text made inert."""
    writer = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(["" if cell is None else inert(cell) for cell in row])


def inert(cell: Cell) -> Cell:
    """The cell; a text that a spreadsheet would take for a formula gets an apostrophe in front."""
    if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA):
        return f"'{cell}"
    return cell
