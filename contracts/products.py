"""The product list of one domain: which code belongs to which category, in which units, from when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Final

from contracts.register import Register
from contracts.tables import ProductRow
from contracts.validity import valid_on

_NO_UNITS: frozenset[str] = frozenset()
_TIME: Final = frozenset({"01", "04"})
_OUTPUT: Final = frozenset({"82", "83"})
_VARIANTS: Final = frozenset({"effort", "output"})


class _Units(dict[tuple[str, str, date], frozenset[str]]):
    """Units by category, code and day, found on first use."""

    def __init__(self, rows: Mapping[tuple[str, str], list[ProductRow]]) -> None:
        self._rows = rows

    def __missing__(self, key: tuple[str, str, date]) -> frozenset[str]:
        category, code, day = key
        rows = self._rows.get((category, code))
        if rows is None:  # not remembered: a message with made-up codes must not fill the memory
            return _NO_UNITS
        units = self[key] = frozenset(row.unit for row in rows if valid_on(row, day))
        return units


class ProductList:
    """The product list of one domain.

    A code that ended stays usable for allocations that started before its end (lifecycle 4.5); the
    methods whose name ends in `_for` take that into account.
    """

    def __init__(self, register: Register, domain: str) -> None:
        self._rows: defaultdict[tuple[str, str], list[ProductRow]] = defaultdict(list)
        self._by_code: defaultdict[str, list[ProductRow]] = defaultdict(list)
        self.units_on = _Units(self._rows)
        self._segments: dict[tuple[str, date], frozenset[str]] = {}
        for row in register.rows("products", ProductRow):
            if row.domain == domain:
                self._rows[row.category, row.code].append(row)
                self._by_code[row.code].append(row)
        self._says_funding = any(row.funding in _VARIANTS for rows in self._rows.values() for row in rows)
        self.has_lump_sums = any(row.funding == "lump_sum" for rows in self._rows.values() for row in rows)

    def lists(self, category: str, code: str, day: date) -> bool:
        """Whether the code belongs to the category on that day (TR381)."""
        return bool(self.units(category, code, day))

    def lists_for(self, category: str, code: str, day: date, allocation_start: date | None) -> bool:
        """Whether the code is listed on that day, or was when the allocation started (lifecycle 4.5)."""
        if self.units_on[category, code, day]:
            return True
        return allocation_start is not None and self.lists(category, code, allocation_start)

    def units(self, category: str, code: str, day: date) -> frozenset[str]:
        """Units in which the list offers the product on that day; `units_on` is the same as a mapping."""
        return self.units_on[category, code, day]

    def units_for(self, category: str, code: str, day: date, allocation_start: date | None) -> frozenset[str]:
        """Units offered on that day or when the allocation started: a running trajectory in euros
        keeps its unit after the product went over to minutes (TS-03)."""
        units = self.units(category, code, day)
        return units if allocation_start is None else units | self.units(category, code, allocation_start)

    def refuses_own_tariff(self, code: str, day: date) -> bool:
        """Whether the list says that day that the product takes no provider-specific tariff (TR-04)."""
        said = {row.own_tariff_allowed for row in self._by_code.get(code, ()) if valid_on(row, day)}
        return False in said and True not in said

    def is_lump_sum(self, category: str, code: str, day: date) -> bool:
        """Whether the list says that day that the product is paid by lump sum, never by a 323 (LS-03)."""
        said = {row.funding for row in self._rows.get((category, code), ()) if valid_on(row, day)}
        return said == {"lump_sum"}

    def is_output(self, category: str, code: str, unit: str, day: date, allocation_start: date) -> bool:
        """Whether the product is paid by result (output), not by effort (OC-21).

        The list says so of the product in this unit, hours and minutes being one, on that day, or else
        when the allocation started; where it is silent, 82 and 83 are output.
        """
        if self._says_funding:
            units = _TIME if unit in _TIME else {unit}
            rows = [row for row in self._rows.get((category, code), ()) if row.unit in units]
            for when in (day, allocation_start):
                said = {row.funding for row in rows if valid_on(row, when)} & _VARIANTS
                if said:
                    return said == {"output"}
        return unit in _OUTPUT

    def segments(self, code: str, day: date) -> frozenset[str]:
        """Segments of the code on that day, whatever its category; a code that left the list keeps
        the segments it had last. Empty when the list gives none."""
        every = self._by_code.get(code)
        if every is None:  # not remembered: a message with made-up codes must not fill the memory
            return frozenset()
        found = self._segments.get((code, day))
        if found is None:
            rows = [row for row in every if row.valid_from <= day]
            valid = [row for row in rows if valid_on(row, day)]
            if not valid:
                last = max((row.valid_until for row in rows if row.valid_until is not None), default=None)
                valid = [row for row in rows if row.valid_until == last]
            found = frozenset(row.segment for row in valid if row.segment is not None)
            self._segments[code, day] = found
        return found
