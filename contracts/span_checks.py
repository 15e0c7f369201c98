"""Checks on periods: who is valid on a day, and which year an amount is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from contracts.register_faults import Numbered, NumberedRow, RegisterFault, typed
from contracts.tables import CeilingRow, MunicipalityRow


def span_faults(tables: Numbered) -> Iterator[RegisterFault]:
    """Faults in the periods of the tables of an import."""
    yield from _double_municipalities(tables.get("municipalities", ()))
    yield from _long_ceilings(tables.get("ceilings", ()))


def _double_municipalities(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """On a day a municipality has one row: one name, and one account that pays."""
    periods: defaultdict[str, list[tuple[int, MunicipalityRow]]] = defaultdict(list)
    for number, row in typed(rows, MunicipalityRow):
        periods[row.code].append((number, row))
    for numbered in periods.values():
        numbered.sort(key=lambda each: each[1].valid_from)
        longest, last = numbered[0]
        for number, row in numbered[1:]:
            end = last.valid_until or date.max
            if last.valid_from < row.valid_from <= end:
                expected = f"a day after valid_until of row {longest}, which holds the same code"
                yield RegisterFault.at("municipalities", number, "valid_from", str(row.valid_from), expected)
            if (row.valid_until or date.max) > end:
                longest, last = number, row


def _long_ceilings(rows: Iterable[NumberedRow]) -> Iterator[RegisterFault]:
    """A ceiling is an amount for one calendar year, or for what is left of it (CE-04)."""
    for number, row in typed(rows, CeilingRow):
        if row.kind == "CEILING" and row.valid_from.year != row.valid_until.year:
            expected = f"a day of {row.valid_from.year}: each calendar year has a ceiling of its own"
            yield RegisterFault.at("ceilings", number, "valid_until", str(row.valid_until), expected)
