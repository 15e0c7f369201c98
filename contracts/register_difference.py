"""What an import would change in the register, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from contracts.tables import Row


class RowChange(NamedTuple):
    """A row before and after; a new row has no `before`, a row that is gone no `after`."""

    before: Row | None
    after: Row | None

    def __str__(self) -> str:
        row = self.after or self.before
        words = row.identity_in_words() if row else ""
        if self.before is None or self.after is None:
            return words
        changes = (
            f"{column} {_shown(column, old)} -> {_shown(column, new)}"
            for (column, old), (_, new) in zip(self.before, self.after, strict=True)
            if old != new
        )
        return f"{words}: {', '.join(changes)}"


class TableDifference(NamedTuple):
    """The changes of one table: new keys, keys that end or are gone, keys with other content."""

    added: tuple[RowChange, ...]
    ended: tuple[RowChange, ...]
    changed: tuple[RowChange, ...]


class RegisterDifference(NamedTuple):
    """The changes of an import. `version` is the register in force after it (dry run: now)."""

    version: int
    tables: Mapping[str, TableDifference]

    def __bool__(self) -> bool:
        """Whether anything changes at all."""
        return any(any(changes) for changes in self.tables.values())

    def as_json(self) -> dict[str, object]:
        """Counts per table, every imported table included."""
        return {
            "version": self.version,
            "tables": {
                table: {kind: len(rows) for kind, rows in changes._asdict().items()}
                for table, changes in self.tables.items()
            },
        }

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """For people: table, kind of change, and the row in words, without BSN."""
        for table, changes in self.tables.items():
            for kind, rows in changes._asdict().items():
                for row in rows:
                    yield table, kind, str(row)


def table_difference(before: Iterable[Row], after: Iterable[Row]) -> TableDifference:
    """What changes when `after` becomes the whole state of a table.

    Raises ValueError when a key comes twice on one side.
    """
    old, new = _by_identity(before), _by_identity(after)
    added: list[RowChange] = []
    ended: list[RowChange] = []
    changed: list[RowChange] = []
    for key, row in new.items():
        if key not in old:
            added.append(RowChange(None, row))
        elif old[key] != row:
            change = RowChange(old[key], row)
            (ended if _only_ends(old[key], row) else changed).append(change)
    ended.extend(RowChange(row, None) for key, row in old.items() if key not in new)
    return TableDifference(tuple(added), tuple(ended), tuple(changed))


def _by_identity(rows: Iterable[Row]) -> dict[tuple[object, ...], Row]:
    known: dict[tuple[object, ...], Row] = {}
    for row in rows:
        if known.setdefault(row.identity(), row) is not row:
            raise ValueError(f"{row.identity_in_words()} comes twice")
    return known


def _only_ends(before: Row, after: Row) -> bool:
    """Whether nothing changed but a `valid_until` that was filled in or moved back."""
    old, new = getattr(before, "valid_until", None), getattr(after, "valid_until", None)
    if new is None or (old is not None and new >= old):
        return False
    return after.model_copy(update={"valid_until": old}) == before


def _shown(column: str, value: object) -> str:
    if value is None or value == ():
        return "nothing"
    if column == "bsn":
        return "*" * 9
    return "; ".join(map(str, value)) if isinstance(value, tuple) else str(value)
