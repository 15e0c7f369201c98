"""Registers delivered as a workbook: the same tables, and the ways in which cells lose or hide things."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest

from contracts.tables import TABLES
from store.register_files import read_register
from tests.store.test_register_files import TABLE_NAMES, faults, folder


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    file = path / "register.xlsx"
    book.save(file)
    return file


CODE = "a code of 1 to 5 characters"
DAY = "a date YYYY-MM-DD"
HEADER: list[object] = ["domain", "code", "unit", "cents", "valid_from", "valid_until", "micro"]


def test_a_workbook_holds_the_same_as_a_folder(tmp_path: Path) -> None:
    rows = [
        ["# a comment", 1],
        HEADER,
        [],
        ["jw", "45A04", "04", 9600, date(2025, 1, 1), datetime(2025, 12, 31), False],
        ["jw", "45A05", 14, 9600.0, "2025-01-01", None, "yes"],
    ]
    (tmp_path / "csv").mkdir()
    text = ",".join(map(str, HEADER)) + (
        "\njw,45A04,04,9600,2025-01-01,2025-12-31,no\njw,45A05,14,9600,2025-01-01,,yes\n"
    )
    book = read_register(workbook(tmp_path, tariffs=rows))
    files = read_register(folder(tmp_path / "csv", tariffs=text))
    assert book.faults == files.faults == []
    assert [row for _, row, _ in book.tables["tariffs"]] == [row for _, row, _ in files.tables["tariffs"]]
    assert [number for number, _, _ in book.tables["tariffs"]] == [4, 5]


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("unit", 4, "4 (cell tariffs!C2) expected one of 01, 04, 14, 16, 82, 84"),
        ("code", 1234, f"1234 (cell tariffs!B2) expected {CODE}, entered as text"),
        ("code", date(2025, 1, 2), f"2025-01-02 (cell tariffs!B2) expected {CODE}, entered as text"),
        ("cents", 96.5, "96.5 (cell tariffs!D2) expected a whole number of cents"),
        ("cents", True, "yes (cell tariffs!D2) expected a whole number of cents"),
        ("cents", date(2025, 1, 1), "2025-01-01 (cell tariffs!D2) expected a whole number of cents"),
        ("valid_from", 45658, f"45658 (cell tariffs!E2) expected {DAY}"),
        ("valid_from", datetime(2025, 1, 1, 12), f"2025-01-01T12:00:00 (cell tariffs!E2) expected {DAY}"),
        ("valid_from", timedelta(hours=30), f"1 day, 6:00:00 (cell tariffs!E2) expected {DAY}"),
        ("valid_from", None, f"nothing (cell tariffs!E2) expected {DAY}"),
        ("domain", "#REF!", "#REF! (cell tariffs!A2) expected one of jw, wmo"),
    ],
)
def test_a_wrong_cell_of_a_workbook_is_named(tmp_path: Path, column: str, value: object, told: str) -> None:
    row: list[object] = ["jw", "45A04", "04", 9600, date(2025, 1, 1)]
    row[HEADER.index(column)] = value
    expected = f"register.xlsx#tariffs:2:{column} found {told}"
    assert faults(workbook(tmp_path, tariffs=[HEADER, row])) == [expected]


def test_lost_zeros_are_refused_and_full_codes_accepted(tmp_path: Path) -> None:
    book = workbook(
        tmp_path,
        municipalities=[["code", "name", "valid_from"], [384, "Voorbeeldstad", "2025-01-01"]],
        providers=[["agb", "name"], [41410001, "Boom"]],
    )
    assert faults(book) == [
        "register.xlsx#municipalities:2:code found 384 (cell municipalities!A2) expected 4 digits"
    ]


def test_a_sheet_that_is_no_table_and_a_sheet_without_rows(tmp_path: Path) -> None:
    book = workbook(tmp_path, Blad1=[], tariffs=[], providers=[["agb", "naam"]])
    known = ", ".join(TABLES["providers"].model_fields)
    assert faults(book) == [
        f"register.xlsx#Blad1:1:- found Blad1 expected a sheet named after one of {TABLE_NAMES}",
        "register.xlsx#tariffs:1:- found nothing expected a first row with the names of the columns",
        f"register.xlsx#providers:1:naam found naam (cell providers!B1) expected one of {known}",
        "register.xlsx#providers:1:name found nothing expected this column",
    ]


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    book = workbook(tmp_path, tariffs=[HEADER])
    book.write_bytes(book.read_bytes()[:-100])
    assert faults(book) == ["register.xlsx:1:- found a file that is no workbook expected an XLSX workbook"]
    with zipfile.ZipFile(book, "w") as parts:
        parts.writestr("hello.txt", "hello")
    assert faults(book) == ["register.xlsx:1:- found a file that is no workbook expected an XLSX workbook"]


def _with_sheet(book: Path, xml: str) -> Path:
    """The workbook with this XML as its only sheet."""
    with zipfile.ZipFile(book) as parts:
        contents = {name: parts.read(name) for name in parts.namelist()}
    contents["xl/worksheets/sheet1.xml"] = xml.encode()
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in contents.items():
            parts.writestr(name, content)
    return book


SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="999999999999"><c r="A999999999999" t="n"><v>1</v></c></row>',
        '<row r="1"><c r="ZZZ1" t="n"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>77</v></c></row>',
        '<row r="1"><c r="A1" t="n"><v>one</v></c></row>',
        '<row r="1"><c r="A1">',
    ],
    ids=["rows without end", "columns without end", "no such string", "no number", "cut off"],
)
def test_a_hostile_sheet_is_refused_in_time(tmp_path: Path, rows: str) -> None:
    book = _with_sheet(workbook(tmp_path, tariffs=[]), SHEET.format(rows))
    told = faults(book)
    assert len(told) == 1
    assert told[0].startswith("register.xlsx")


def test_entities_are_not_blown_up(tmp_path: Path) -> None:
    names = [f"e{i}" for i in range(12)]
    entities = '<!ENTITY e0 "lol">' + "".join(
        f'<!ENTITY {name} "{f"&{inner};" * 10}">' for inner, name in pairwise(names)
    )
    row = f'<row r="1"><c r="A1" t="inlineStr"><is><t>&{names[-1]};</t></is></c></row>'
    book = _with_sheet(
        workbook(tmp_path, tariffs=[]), f"<!DOCTYPE worksheet [{entities}]>{SHEET.format(row)}"
    )
    assert faults(book) == ["register.xlsx:1:- found a file that is no workbook expected an XLSX workbook"]


def test_a_workbook_that_unpacks_too_large_is_not_opened(tmp_path: Path) -> None:
    book = tmp_path / "register.xlsx"
    with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("bomb", "w") as bomb:
        for _ in range(257):
            bomb.write(bytes(1024 * 1024))
    expected = "at most 268435456 bytes unpacked"
    assert faults(book) == [f"register.xlsx:1:- found 269484032 bytes unpacked expected {expected}"]
