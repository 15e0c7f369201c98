"""SQLite: one writer at a time, so what a transaction read stays true until it ends."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Connection, Engine, event

from store.counters import Counter

_PRAGMAS: Final = (
    "busy_timeout = 60000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cache_size = -65536",
    "temp_store = MEMORY",
    "wal_autocheckpoint = 8000",  # pages of 4 kB; a page that many messages change is copied back once
)
_MEMBERS: Final = "IN (SELECT value FROM json_each(?))"
_ROWS_AT_ONCE: Final = (64, 8, 1)  # a statement of any other length would have to be prepared first
_BEGIN: Final = "INSERT OR FAIL INTO allocation_use {} ON CONFLICT DO NOTHING"
_SWAP: Final = (
    "UPDATE allocation_use SET used_volume = ?4, used_cents = ?5"
    " WHERE allocation_id = ?1 AND used_volume = ?2 AND used_cents = ?3"
)


class Sqlite:
    """What `store.dialect.Dialect` asks of a database."""

    writes_alone: Final = True
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
            reads_only = connection.get_execution_options().get("reads_only", False)
            connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")

    @contextmanager
    def changing_tables(self, connection: Connection) -> Iterator[None]:
        """A table is changed by making it anew, and what refers to it must not mind meanwhile."""
        raw: Any = connection.connection.driver_connection
        raw.execute("PRAGMA foreign_keys = OFF")
        try:
            yield
        finally:
            raw.execute("PRAGMA foreign_keys = ON")

    @contextmanager
    def safety(self, connection: Connection, *, lasting: bool) -> Iterator[None]:
        """With NORMAL only a checkpoint waits for the disk."""
        raw: Any = connection.connection.driver_connection
        if not lasting:
            raw.execute("PRAGMA synchronous = NORMAL")
        try:
            yield
        finally:
            if not lasting:
                raw.execute("PRAGMA synchronous = FULL")

    def expect(self, connection: Connection, *, writes: bool) -> None:
        """Who only reads takes no write lock."""
        connection.execution_options(reads_only=not writes)

    def lock(self, connection: Connection, *, alone: bool) -> None:
        """Nothing: whoever writes is alone."""

    @staticmethod
    @cache
    def statement(text: str) -> str:
        """A set is a JSON array."""
        return text.replace("= ANY(?)", _MEMBERS)

    def members(self, values: Iterable[int] | Iterable[str]) -> str:
        """A set as a JSON array."""
        return _as_json([*values])

    def table(self, kinds: str, rows: Sequence[tuple[Any, ...]]) -> tuple[str, tuple[Any, ...]]:
        """A JSON array of arrays: the text of the statement does not depend on their number."""
        return _columns(len(kinds)), (_as_json(rows),)

    def pairs(self, groups: Mapping[int, Collection[str]]) -> tuple[str, tuple[Any, ...]]:
        """A JSON object of arrays."""
        text = "SELECT CAST(g.key AS INTEGER), e.value FROM json_each(?) g, json_each(g.value) e"
        return text, (_as_json({number: [*texts] for number, texts in groups.items()}),)

    def insert(self, cursor: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Dozens of rows a statement: one at a time they would cost twice as much."""
        _write(cursor, f"INSERT OR FAIL INTO {table} {{}}", rows)

    def next_messages(self, cursor: Any, count: int) -> list[int]:
        """Those after the last one."""
        first = 1 + int(cursor.execute("SELECT COALESCE(MAX(id), 0) FROM message").fetchone()[0])
        return list(range(first, first + count))

    def move_counters(self, cursor: Any, fresh: Sequence[Counter], known: Sequence[Counter]) -> int:
        """Inserts for the fresh ones, and one statement that is run for every other one."""
        moved = 0
        if fresh:
            moved += _write(cursor, _BEGIN, [(row[0], row[3], row[4]) for row in fresh])
        if known:
            moved += cursor.executemany(_SWAP, known).rowcount
        return moved

    def passes(self, error: BaseException) -> bool:
        """Never: a busy database was waited for."""
        return False


def _as_json(values: object) -> str:
    return to_json(values).decode()


def _write(cursor: Any, statement: str, rows: Sequence[tuple[Any, ...]]) -> int:
    """Run a statement that takes rows of values; how many rows it wrote."""
    columns, first, written = len(rows[0]), 0, 0
    for at_once in _ROWS_AT_ONCE:
        text = _with_values(statement, columns, at_once)
        while len(rows) - first >= at_once:
            values = [*chain.from_iterable(rows[first : first + at_once])]
            written += cursor.execute(text, values).rowcount
            first += at_once
    return written


@cache
def _columns(number: int) -> str:
    columns = ", ".join(f"json_extract(value, '$[{place}]')" for place in range(number))
    return f"SELECT {columns} FROM json_each(?)"


@cache
def _with_values(statement: str, columns: int, rows: int) -> str:
    row = f"({', '.join('?' * columns)})"
    return statement.format(f"VALUES {', '.join((row,) * rows)}")
