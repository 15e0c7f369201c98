"""Workbooks: texts as texts, cents as euros, the same bytes, and a word for every column."""

from __future__ import annotations

import io
from decimal import Decimal
from time import sleep

import openpyxl
import pytest

from desk.workbook import workbook
from processors.tables import Table
from processors.wording import Lang

TABLE = Table(
    "lines",
    ("provider", "reference", "granted_cents", "lines", "share_percent"),
    (("01234567", "=1+1", -123_456, 3, Decimal("12.50")), ("0", "a\x07b", None, 0, None)),
)


def test_texts_are_never_formulas_and_cents_are_euros() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([TABLE], "nl"))).active
    assert sheet is not None
    assert sheet.title == "Regels"
    heads, first, second = list(sheet.iter_rows())
    assert [cell.value for cell in heads] == ["Aanbieder", "Referentie", "Toegekend", "Regels", "Aandeel %"]
    assert [cell.value for cell in first] == ["01234567", "=1+1", -1234.56, 3, 12.5]
    assert first[1].data_type == "s"
    assert first[2].number_format == "#,##0.00"
    assert second[1].value == "ab"


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_the_same_tables_give_the_same_bytes(lang: Lang) -> None:
    first = workbook([TABLE], lang)
    sleep(1.1)  # longer than the moment that the library writes down
    assert workbook([TABLE], lang) == first
