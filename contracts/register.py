"""The register as one immutable value: every table, in the version in force when it was read."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from contracts.tables import MunicipalityRow, ProviderRow, Row

R = TypeVar("R", bound=Row)
T = TypeVar("T")


@dataclass(frozen=True)
class Register:
    """All rows of all tables. `version` is the number of the import that produced it (0: empty)."""

    version: int
    tables: Mapping[str, tuple[Row, ...]]

    def rows(self, table: str, row_type: type[R]) -> tuple[R, ...]:
        """The rows of one table, typed."""
        return tuple(row for row in self.tables.get(table, ()) if isinstance(row, row_type))

    def municipalities(self) -> tuple[MunicipalityRow, ...]:
        """All tenants, ended ones included."""
        return self.rows("municipalities", MunicipalityRow)

    def providers(self) -> dict[str, ProviderRow]:
        """Providers by AGB code."""
        return {row.agb: row for row in self.rows("providers", ProviderRow)}


def once_per_register(make: Callable[[Register], T]) -> Callable[[Register], T]:
    """What is made of a register, made once for this very value and forgotten together with it.

    Kept by identity, because a register is a large value whose tables have no hash.
    """
    kept: dict[int, tuple[weakref.ref[Register], T]] = {}

    def made(register: Register) -> T:
        key = id(register)
        entry = kept.get(key)
        if entry is None or entry[0]() is not register:
            reference = weakref.ref(register, lambda _: kept.pop(key, None))
            entry = kept[key] = (reference, make(register))
        return entry[1]

    return made
