"""SQLite: one writer at a time, so what a transaction read stays true until it ends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import chain
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

_PRAGMAS: Final = (
    "busy_timeout = 60000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cache_size = -65536",
    "temp_store = MEMORY",
)
_MEMBERS: Final = "IN (SELECT value FROM json_each(?))"
_ROWS_AT_ONCE: Final = 64
_SWAP: Final = (
    "UPDATE allocation SET used_volume = ?5, used_cents = ?6"
    " WHERE id = ?1 AND used_volume = ?2 AND used_cents = ?3 AND version_id = ?4"
)


class Sqlite:
    """What `store.dialect.Dialect` asks of a database."""

    writes_alone: Final = True
    next_message: Final = "SELECT COALESCE(MAX(id), 0) + 1 FROM message"
    and_hold: Final = ""
    live_lines: Final = "line INDEXED BY line_live"

    def prepare(self, engine: Engine) -> None:
        """WAL, whole commits on disk; a transaction takes the write lock when it begins."""

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _: object) -> None:
            connection.isolation_level = None  # BEGIN is ours, see below
            cursor = connection.cursor()
            for pragma in _PRAGMAS:
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()

        @event.listens_for(engine, "begin")
        def _begin(connection: Connection) -> None:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def lock(self, connection: Connection, *, alone: bool) -> None:
        """Nothing: whoever writes is alone."""

    @staticmethod
    @cache
    def statement(text: str) -> str:
        """A set is a JSON array."""
        return text.replace("= ANY(?)", _MEMBERS)

    def members(self, values: Iterable[int] | Iterable[str]) -> str:
        """A set as a JSON array."""
        return json.dumps(list(values), ensure_ascii=False)

    def insert(self, cursor: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Dozens of rows a statement, in pieces of powers of two so that few statements are prepared."""
        first, piece = 0, _ROWS_AT_ONCE
        while first < len(rows):
            if len(rows) - first < piece:
                piece //= 2
                continue
            values = [*chain.from_iterable(rows[first : first + piece])]
            cursor.execute(_insert(table, len(rows[0]), piece), values)
            first += piece

    def move_counters(self, cursor: Any, rows: Sequence[tuple[int, ...]]) -> int:
        """One statement, run for every row."""
        cursor.executemany(_SWAP, rows)
        return int(cursor.rowcount)

    def passes(self, error: BaseException) -> bool:
        """Never: a busy database was waited for."""
        return False


@cache
def _insert(table: str, columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return f"INSERT INTO {table} VALUES {', '.join((row,) * rows)}"
