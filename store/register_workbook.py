"""Sheets of an XLSX workbook as rows of values."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

import openpyxl
from openpyxl.cell.cell import ERROR_CODES
from openpyxl.workbook import Workbook

from contracts.columns import Holds
from store.register_csv import MAX_BYTES, UnreadableError

MAX_ROWS = 1_048_576
MAX_COLUMNS = 1_000


class ErrorCell(NamedTuple):
    """A cell in which the workbook shows an error, such as #N/A; it is no comment."""

    shown: str


def open_workbook(path: Path) -> Workbook:
    """The workbook, read as it is asked for; the caller closes it. Raises UnreadableError."""
    try:
        with zipfile.ZipFile(path) as parts:
            size = sum(part.file_size for part in parts.infolist())
        if size <= MAX_BYTES:
            return openpyxl.load_workbook(path, read_only=True, data_only=True)
    except OSError:
        raise
    except Exception:  # a damaged workbook raises whatever its parts raise
        raise UnreadableError(1, "a file that is no workbook", "an XLSX workbook") from None
    raise UnreadableError(1, f"{size} bytes unpacked", f"at most {MAX_BYTES} bytes unpacked")


def sheet_rows(workbook: Workbook, name: str) -> Iterator[tuple[int, list[object]]]:
    """The rows of a sheet, each with its number; comments are left out. Raises UnreadableError."""
    number = 1
    try:
        sheet = workbook[name]
        sheet.reset_dimensions()  # the size that a sheet claims is no fact
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                limit = f"at most {MAX_ROWS} rows and {MAX_COLUMNS} columns"
                raise UnreadableError(number, f"{len(cells)} columns", limit)
            values: list[object] = [ErrorCell(str(v)) if v in ERROR_CODES else v for v in cells]
            if not (values and isinstance(values[0], str) and values[0].startswith("#")):
                yield number, values
    except (OSError, UnreadableError):
        raise
    except Exception:  # a damaged sheet raises whatever its parser raises
        raise UnreadableError(number, "a damaged sheet", "a sheet of an XLSX workbook") from None


def value_text(value: object, holds: Holds) -> tuple[str, bool]:
    """A value as the text its column would have in a CSV file, and whether it may stand there.

    A number in a column of open text may not: zeros in front of it are lost for good.
    """
    match value:
        case None:
            return "", True
        case str():
            return value.strip(), True
        case bool():
            return "yes" if value else "no", holds == "yes_no"
        case int():
            return str(value), holds in {"number", "digits", "rate", "yes_no"}
        case float() if value.is_integer():
            return str(int(value)), holds in {"number", "digits", "rate", "yes_no"}
        case float():
            return str(value), holds == "rate"
        case datetime() if value.time() == time():
            return value.date().isoformat(), holds == "day"
        case date():
            return value.isoformat(), holds == "day"
        case ErrorCell():
            return value.shown, False
    return str(value), False
