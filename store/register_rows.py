"""One row of cells, as a file has it, made into a row of a register table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

from pydantic import ValidationError

from contracts.columns import Column, column, required
from contracts.register_faults import NumberedRow, RegisterFault, cell_faults, faults_between
from contracts.tables import TABLES, Row
from store.register_workbook import value_text


class Layout(NamedTuple):
    """How the columns of a table lie in its file.

    `columns` are the known ones with their place from 0; `unnamed` the places that the first row
    leaves empty; `pads`: rows may be shorter than the first row where their last cells are empty.
    """

    table: str
    row_type: type[Row]
    columns: tuple[tuple[int, str, Column], ...]
    unnamed: tuple[int, ...]
    width: int
    pads: bool

    @classmethod
    def of(cls, table: str, names: Sequence[str], *, pads: bool) -> Self:
        """The layout that a first row describes; of a name that comes twice the first counts."""
        row_type = TABLES[table]
        known = [(place, name) for place, name in enumerate(names) if name in row_type.model_fields]
        first = {name: place for place, name in reversed(known)}
        columns = tuple((place, name, column(row_type, name)) for name, place in first.items())
        unnamed = tuple(place for place, name in enumerate(names) if not name)
        return cls(table, row_type, columns, unnamed, len(names), pads)


def read_row(
    layout: Layout, number: int, values: Sequence[object]
) -> tuple[NumberedRow | None, list[RegisterFault]]:
    """The row with the faults of its cells; None for a row in which nothing is filled in."""
    faults: list[RegisterFault] = []
    cells: dict[str, str] = {}
    for place, name, kind in layout.columns:
        value = values[place] if place < len(values) else None
        text, fits = (value.strip(), True) if isinstance(value, str) else value_text(value, kind.holds)
        if text and fits:
            cells[name] = text
        elif text:
            expected = f"{kind.expected}, entered as text" if kind.holds == "text" else kind.expected
            faults.append(RegisterFault.at(layout.table, number, name, text, expected))
    faults += _unnamed(layout, number, values)
    if not cells and not faults:
        return None, []
    if len(values) < layout.width and not layout.pads:
        expected = f"{layout.width} cells"
        faults.append(RegisterFault.at(layout.table, number, "-", f"{len(values)} cells", expected))
    try:
        row = layout.row_type.model_validate(cells)
        if not faults:
            return NumberedRow(number, row), []
    except ValidationError as error:
        told = {fault.column for fault in faults}
        told |= set(required(layout.row_type)) - {name for _, name, _ in layout.columns}  # by the first row
        wrong = cell_faults(layout.table, layout.row_type, number, cells, error)
        faults += [fault for fault in wrong if fault.column not in told]
    broken = {fault.column for fault in faults}
    part = layout.row_type.part(cells, broken)
    between = [*faults_between(layout.table, number, cells, part, broken)]
    if between:
        part = layout.row_type.part(cells, broken.union(fault.column for fault in between))
    return NumberedRow(number, None, part), faults + between


def _unnamed(layout: Layout, number: int, values: Sequence[object]) -> Iterator[RegisterFault]:
    """Cells that hold something under no name."""
    for place in (*layout.unnamed, *range(layout.width, len(values))):
        text = value_text(values[place], "text")[0] if place < len(values) else ""
        if text:
            expected = f"no cell in column {place + 1}, which has no name"
            yield RegisterFault.at(layout.table, number, "-", text, expected)
