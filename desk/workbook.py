"""Tables as an XLSX workbook: a sheet each, cents as euros, texts always as texts, the same bytes again."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from processors.tables import Cell, Table
from processors.wording import Lang
from reference.texts import table_texts

_EUROS = "#,##0.00"
_MOMENT = re.compile(rb"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z")
_ALWAYS = (1980, 1, 1, 0, 0, 0)


def workbook(tables: Iterable[Table], lang: Lang) -> bytes:
    """The workbook, with titles and column names in one language."""
    texts = table_texts()
    made = Workbook(write_only=True)
    for table in tables:
        sheet: Any = made.create_sheet(texts["titles"][table.name][lang][:31])
        sheet.freeze_panes = "A2"
        heads = [texts["columns"][column][lang] for column in table.columns]
        for place, head in enumerate(heads, 1):
            sheet.column_dimensions[get_column_letter(place)].width = max(12, len(head) + 2)
        sheet.append([_bold(sheet, head) for head in heads])
        euros = [column.endswith("_cents") for column in table.columns]
        for row in table.rows:
            sheet.append(_cells(sheet, row, euros))
    content = io.BytesIO()
    made.save(content)
    return _the_same_again(content.getvalue())


def _cells(sheet: Any, row: Sequence[Cell], euros: Sequence[bool]) -> list[Any]:
    return [
        _text(sheet, value)
        if isinstance(value, str)
        else _amount(sheet, value)
        if is_euros and isinstance(value, int)
        else value
        for value, is_euros in zip(row, euros, strict=True)
    ]


def _text(sheet: Any, value: str) -> Any:
    """A text; one that begins like a formula is told to be a text, because the library would obey it."""
    shown = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not shown.startswith("="):
        return shown
    cell = WriteOnlyCell(sheet, shown)
    cell.data_type = "s"
    return cell


def _amount(sheet: Any, cents: int) -> Any:
    cell = WriteOnlyCell(sheet)
    cell.value = Decimal(cents).scaleb(-2)
    cell.number_format = _EUROS
    return cell


def _bold(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _the_same_again(content: bytes) -> bytes:
    """The workbook without the moment at which it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(made, "w") as target:
        for part in source.namelist():
            body = source.read(part)
            if part == "docProps/core.xml":
                body = _MOMENT.sub(b"2000-01-01T00:00:00Z", body)
            target.writestr(zipfile.ZipInfo(part, _ALWAYS), body, zipfile.ZIP_DEFLATED)
    return made.getvalue()
