"""The register as one immutable value: every table, in the version in force when it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from contracts.tables import MunicipalityRow, ProviderRow, Row

R = TypeVar("R", bound=Row)


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
