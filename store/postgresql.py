"""PostgreSQL: writers beside each other, each holding the relations whose messages it decides.

READ COMMITTED, so that every statement sees what was committed before it; a relation is locked by a
statement of its own before anything of it is read. A snapshot older than the lock would overspend.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Engine, event

from store.counters import Counter

_SETTINGS: Final = (
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET synchronous_commit = on",
    "SET lock_timeout = '60s'",
    "SET idle_in_transaction_session_timeout = '10min'",
    "SET client_encoding = 'UTF8'",
    "SET TIME ZONE 'UTC'",
)
_WRITERS: Final = 7_305_323  # the advisory lock of all writers of a store; any number, once chosen
_COPY_FROM: Final = 64  # rows; fewer go faster in a pipeline of inserts
_BEGIN: Final = (
    "INSERT INTO allocation_use SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])"
    " ON CONFLICT DO NOTHING"
)
_SWAP: Final = (
    "WITH held AS (SELECT allocation_id FROM allocation_use WHERE allocation_id = ANY(%s::bigint[])"
    " ORDER BY allocation_id FOR NO KEY UPDATE)"
    " UPDATE allocation_use a SET used_volume = n.volume, used_cents = n.cents FROM held,"
    " unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[])"
    " n (id, old_volume, old_cents, volume, cents)"
    " WHERE a.allocation_id = held.allocation_id AND a.allocation_id = n.id"
    " AND a.used_volume = n.old_volume AND a.used_cents = n.old_cents"
)
_ARRAYS: Final = {"i": "?::bigint[]", "t": "?::text[]"}
_PASSING: Final = (
    "08",  # connection lost
    "40001",  # serialization failure
    "40P01",  # deadlock
    "57P01",  # administrator stops the server
    "57P02",  # crash of another session
    "57P03",  # server starts
    "23505",  # the same thing was stored meanwhile: it will be read now
)


class Postgresql:
    """What `store.dialect.Dialect` asks of a database."""

    writes_alone: Final = False
    and_hold: Final = " FOR NO KEY UPDATE"
    live_lines: Final = "line"

    def prepare(self, engine: Engine) -> None:
        """A commit is on disk when it returns; nobody waits for a lock, or holds one idly, for ever."""

        @event.listens_for(engine, "connect")
        def _connected(connection: Any, _: object) -> None:
            connection.prepare_threshold = 1
            with connection.cursor() as cursor:
                cursor.execute("; ".join(_SETTINGS))
            connection.commit()

    def changing_tables(self, connection: Connection) -> AbstractContextManager[None]:
        """Nothing: tables are changed in place."""
        return nullcontext()

    @contextmanager
    def safety(self, connection: Connection, *, lasting: bool) -> Iterator[None]:
        """Of this session, until it says otherwise."""
        raw: Any = connection.connection.driver_connection
        if not lasting:
            raw.execute("SET synchronous_commit = off")
            raw.commit()
        try:
            yield
        finally:
            if not lasting and not raw.closed:
                raw.execute("SET synchronous_commit = on")
                raw.commit()

    def expect(self, connection: Connection, *, writes: bool) -> None:
        """It sees one moment, whoever else writes; where it would change what they changed, it fails."""
        connection.execution_options(isolation_level="REPEATABLE READ")

    def lock(self, connection: Connection, *, alone: bool) -> None:
        """Whoever writes alone waits for all others, and they wait for it."""
        kind = "" if alone else "_shared"
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock{kind}({_WRITERS})")

    @staticmethod
    @cache
    def statement(text: str) -> str:
        """Values are `%s`."""
        return text.replace("%", "%%").replace("?", "%s")

    def members(self, values: Iterable[int] | Iterable[str]) -> list[int] | list[str]:
        """A set as an array."""
        return list(values)  # type: ignore[return-value]  # of one kind, as it came

    def table(self, kinds: str, rows: Sequence[tuple[Any, ...]]) -> tuple[str, tuple[Any, ...]]:
        """An array a column."""
        arrays = ", ".join(_ARRAYS[kind] for kind in kinds)
        return f"SELECT * FROM unnest({arrays})", tuple(map(list, zip(*rows, strict=True)))

    def pairs(self, groups: Mapping[int, Collection[str]]) -> tuple[str, tuple[Any, ...]]:
        """Two arrays."""
        return self.table("it", [(number, text) for number, texts in groups.items() for text in texts])

    def insert(self, cursor: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """COPY, or a pipeline of inserts where there are few."""
        if len(rows) < _COPY_FROM:
            marks = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
            return
        with cursor.copy(f"COPY {table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def next_messages(self, cursor: Any, count: int) -> list[int]:
        """From the sequence of the table."""
        given = "SELECT nextval('message_id_seq') AS id FROM generate_series(1, %s) ORDER BY id"
        return [row[0] for row in cursor.execute(given, (count,)).fetchall()]

    def move_counters(self, cursor: Any, fresh: Sequence[Counter], known: Sequence[Counter]) -> int:
        """One statement for the fresh ones, one for all others."""
        moved = 0
        if fresh:
            columns = [list(column) for column in zip(*fresh, strict=True)]
            moved += int(cursor.execute(_BEGIN, (columns[0], *columns[3:])).rowcount)
        if known:
            columns = [list(column) for column in zip(*known, strict=True)]
            moved += int(cursor.execute(_SWAP, (columns[0], *columns)).rowcount)
        return moved

    def passes(self, error: BaseException) -> bool:
        """The work of others was in the way, or the server went away."""
        cause = getattr(error, "orig", error)
        state = getattr(cause, "sqlstate", None)
        if state is None:
            return type(cause).__name__ in {"OperationalError", "InterfaceError"}
        return str(state).startswith(_PASSING)
