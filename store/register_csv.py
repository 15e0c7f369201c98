"""Lines of a CSV file as rows of text: UTF-8, comma or semicolon, `#` comments."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

MAX_BYTES = 256 * 1024 * 1024


class UnreadableError(Exception):
    """A file that cannot be read, or not beyond `row`."""

    def __init__(self, row: int, found: str, expected: str) -> None:
        super().__init__(f"row {row}: found {found} expected {expected}")
        self.row, self.found, self.expected = row, found, expected


class _Lines:
    """The lines of a file for the CSV reader, which asks for more as long as a quotation is open.

    Only the first line of a row can be a comment; `start` is its number.
    """

    def __init__(self, text: str) -> None:
        self._lines = enumerate(io.StringIO(text, newline=""), 1)
        self.start = 0
        self.between_rows = True

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        for number, line in self._lines:
            if not self.between_rows:
                return line
            if not line.startswith("#"):
                self.start, self.between_rows = number, False
                return line
        raise StopIteration


def csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a file, each with the number of its first line. Raises UnreadableError."""
    text = _text(path)
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=_separator(text), strict=True)
    try:
        for cells in reader:
            yield lines.start, cells
            lines.between_rows = True
    except csv.Error as error:
        raise UnreadableError(lines.start, str(error), "cells whose quotation marks match") from None


def _text(path: Path) -> str:
    if path.stat().st_size > MAX_BYTES:
        raise UnreadableError(1, f"{path.stat().st_size} bytes", f"at most {MAX_BYTES} bytes")
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(row, f"byte 0x{data[error.start]:02x}", "UTF-8 text") from None


def _separator(text: str) -> str:
    """The one of which the column names, which hold neither, have more."""
    for line in io.StringIO(text, newline=""):
        if line.strip() and not line.startswith("#"):
            return ";" if line.count(";") > line.count(",") else ","
    return ","
