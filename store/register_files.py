"""A register as people deliver it, a folder of CSV files or one workbook, read into typed rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from openpyxl.utils import get_column_letter

from contracts.columns import required
from contracts.register_faults import NumberedRow, RegisterFault, shown
from contracts.tables import TABLES
from store.register_csv import UnreadableError, csv_rows
from store.register_rows import Layout, read_row
from store.register_workbook import open_workbook, sheet_rows, value_text

Rows = Iterator[tuple[int, Sequence[object]]]


class Source(NamedTuple):
    """Where a table came from: the file as reports name it and the place of each column, from 1."""

    file: str
    places: Mapping[str, int]
    workbook: bool


class ReadRegister(NamedTuple):
    """The tables that could be read, broken rows included, and the faults of single files."""

    tables: dict[str, list[NumberedRow]]
    faults: list[RegisterFault]
    sources: dict[str, Source]

    def located(self, faults: Iterable[RegisterFault]) -> Iterator[RegisterFault]:
        """Faults that name their table, now with the file and the cell of a workbook."""
        for fault in faults:
            source = self.sources[fault.file]
            place = source.places.get(fault.column) if source.workbook else None
            cell = f"{fault.file}!{get_column_letter(place)}{fault.row}" if place else ""
            yield fault._replace(file=source.file, cell=cell)


def read_register(path: Path) -> ReadRegister:
    """Read every table of a folder or workbook; rows and tables are not yet held against each other.

    Raises OSError when the disk refuses.
    """
    read = ReadRegister({}, [], {})
    if path.is_dir():
        _read_folder(path, read)
    elif path.is_file() and path.suffix.lower() == ".xlsx":
        _read_workbook(path, read)
    if not read.sources and not read.faults:
        expected = "a folder of CSV files or an XLSX workbook that holds a table of the register"
        read.faults.append(RegisterFault.at(path.name or str(path), 1, "-", "", expected))
    return read


def _read_folder(folder: Path, read: ReadRegister) -> None:
    for path in sorted(folder.iterdir()):
        is_table = path.suffix == ".csv" and path.stem in TABLES
        if is_table and not path.is_file():  # a link to nothing, or a folder
            read.faults.append(RegisterFault.at(path.name, 1, "-", "no file", "a file that can be read"))
        elif is_table:
            _read_table(path.stem, path.name, csv_rows(path), read, workbook=False)
        elif path.is_file() and path.suffix.lower() in {".csv", ".xlsx"}:
            expected = f"a CSV file named after one of {', '.join(TABLES)}"
            read.faults.append(RegisterFault.at(path.name, 1, "-", path.name, expected))


def _read_workbook(path: Path, read: ReadRegister) -> None:
    try:
        workbook = open_workbook(path)
    except UnreadableError as stop:
        read.faults.append(RegisterFault.at(path.name, stop.row, "-", stop.found, stop.expected))
        return
    try:
        for name in workbook.sheetnames:
            file = f"{path.name}#{name}"
            if name in TABLES:
                _read_table(name, file, sheet_rows(workbook, name), read, workbook=True)
            else:
                expected = f"a sheet named after one of {', '.join(TABLES)}"
                read.faults.append(RegisterFault.at(file, 1, "-", name, expected))
    finally:
        workbook.close()


def _read_table(table: str, file: str, rows: Rows, read: ReadRegister, *, workbook: bool) -> None:
    """Read one table into `read`; one that stops being readable leaves faults but no rows."""
    faults: list[RegisterFault] = []
    numbered: list[NumberedRow] = []
    places: dict[str, int] = {}
    try:
        header, names = _header(rows)
        places = {name: place for place, name in reversed([*enumerate(names, 1)])}
        faults += _header_faults(table, header, names)
        layout = Layout.of(table, names, pads=workbook)
        for number, cells in rows:
            row, wrong = read_row(layout, number, cells)
            faults += wrong
            if row is not None:
                numbered.append(row)
        read.tables[table] = numbered
    except UnreadableError as stop:
        faults.append(RegisterFault.at(table, stop.row, "-", stop.found, stop.expected))
    read.sources[table] = Source(file, places, workbook)
    read.faults.extend(read.located(faults))


def _header(rows: Rows) -> tuple[int, list[str]]:
    """The first row that holds anything: its number and the names in it."""
    for number, cells in rows:
        names = [value_text(cell, "text")[0] for cell in cells]
        if any(names):
            return number, names
    raise UnreadableError(1, "", "a first row with the names of the columns")


def _header_faults(table: str, number: int, names: Sequence[str]) -> Iterator[RegisterFault]:
    known = TABLES[table].model_fields
    for name in dict.fromkeys(filter(None, names)):
        times = names.count(name)
        if name not in known:
            yield RegisterFault.at(table, number, shown(name), name, f"one of {', '.join(known)}")
        elif times > 1:
            yield RegisterFault.at(table, number, name, f"{times} columns", "one column of this name")
    for name in required(TABLES[table]):
        if name not in names:
            yield RegisterFault.at(table, number, name, "", "this column")
