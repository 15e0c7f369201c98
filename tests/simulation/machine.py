"""The real core over SQLite in memory, with faults: statements that fail, commits of unknown outcome."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from functools import cache
from typing import Any
from unittest.mock import patch

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool

from rules.facts import Choices
from schemas.batch import Batch, NothingToPay
from store.batches import BatchFiles, undelivered_batches
from store.database import StoreUnavailable, open_store, transaction
from store.declarations import GuardRefused
from store.inbox import Inbox
from store.sqlite import Sqlite
from streams import handle_declaration
from streams.close import close
from streams.handle import handle
from streams.house import House
from streams.outcome import Outcome
from tests.simulation.agreed import Agreed, register_of

Delivery = tuple[bytes, date]


class Faults:
    """What goes wrong next: the statement that fails, or the commit that fails before or after it is done."""

    def __init__(self) -> None:
        self.statements_left = 0
        self.commit: str | None = None

    def statement(self) -> None:
        """Fail when it is the turn of this statement."""
        if self.statements_left:
            self.statements_left -= 1
            if not self.statements_left:
                raise sqlite3.OperationalError("disk I/O error")

    def clear(self) -> None:
        """Nothing goes wrong from here on."""
        self.statements_left, self.commit = 0, None


class _Cursor(sqlite3.Cursor):
    def execute(self, *args: Any) -> Any:
        _faults(self.connection).statement()
        return super().execute(*args)

    def executemany(self, *args: Any) -> Any:
        _faults(self.connection).statement()
        return super().executemany(*args)


class _Connection(sqlite3.Connection):
    faults: Faults

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def commit(self) -> None:
        kind, self.faults.commit = self.faults.commit, None
        if kind == "not done":
            raise sqlite3.OperationalError("database or disk is full")
        super().commit()
        if kind == "done":
            raise sqlite3.OperationalError("disk I/O error")


def _faults(connection: Any) -> Faults:
    faults: Faults = connection.faults
    return faults


@cache
def _image() -> bytes:
    """A migrated, empty database; made once."""
    engine = open_store("sqlite://")
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        content: bytes = driver.serialize()
    engine.dispose()
    return content


class Machine:
    """One store and one house. `restart` makes both as new."""

    def __init__(self) -> None:
        self.faults = Faults()
        self._open()
        self.house = House(Choices())

    def _open(self) -> None:
        connection = sqlite3.connect(":memory:", factory=_Connection, check_same_thread=False)
        self._connection, connection.faults = connection, self.faults
        self.engine: Engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
        Sqlite().prepare(self.engine)
        self.engine.connect().close()  # the pool's one connection, made before anything fails
        connection.deserialize(_image())

    def restart(self, agreed: Agreed) -> None:
        """Empty the store and decide under this register."""
        self.faults.clear()
        # SQLite keeps a table-valued function that it used tied to the content it had then, and crashes
        # when it is used again after other content was loaded: every history has a connection of its own.
        self.engine.dispose()
        self._open()
        self.agree(agreed)

    def agree(self, agreed: Agreed) -> None:
        """Decide under this register from now on."""
        self.house.use(_register(repr(agreed), agreed))

    def deliver(self, group: Sequence[Delivery]) -> list[Outcome]:
        """Handle a group of messages in one transaction. Raises StoreUnavailable when a fault strikes."""
        with transaction(self.engine) as connection:
            inbox = Inbox(connection)
            return [handle(data, "message.xml", day, inbox, self.house) for data, day in group]

    def close(self, town: str, cut_off: date) -> BatchFiles | NothingToPay:
        """Close a batch; its files as they were stored."""
        with transaction(self.engine) as connection:
            closed = close(connection, self.house.register, town, cut_off)
            if isinstance(closed, Batch):
                return undelivered_batches(connection, town, closed.number)[closed.number]
            assert isinstance(closed, NothingToPay)
            return closed

    def answer_to(self, fingerprint: str) -> bytes | None:
        """The answer that was published about these bytes."""
        rows = self.rows(
            "SELECT o.body FROM outbox o JOIN message m ON m.id = o.message_id"
            " WHERE m.sha256 = ? AND o.topic = 'answers'",
            fingerprint,
        )
        assert len(rows) <= 1, "A1 a message is answered once"
        return rows[0][0] if rows else None

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the store holds, read past every fault."""
        with closing(self._connection.cursor(sqlite3.Cursor)) as cursor:
            found: list[tuple[Any, ...]] = cursor.execute(query, values).fetchall()
            return found

    def state(self) -> str:
        """A hash of everything in the store."""
        digest = hashlib.sha256()
        for table in _tables(self._connection):
            digest.update(repr(self.rows(f"SELECT * FROM {table} ORDER BY rowid")).encode())
        return digest.hexdigest()


def _tables(connection: sqlite3.Connection) -> list[str]:
    names = connection.cursor(sqlite3.Cursor).execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    )
    return [name for (name,) in names]


_registers: dict[str, Any] = {}


def _register(key: str, agreed: Agreed) -> Any:
    if key not in _registers:
        _registers[key] = register_of(agreed)
    return _registers[key]


@contextmanager
def contended(times: int) -> Iterator[None]:
    """Let the guards refuse this many declarations after everything of them was written."""
    record: Any = vars(handle_declaration)["record_declarations"]
    left = times

    def refuse(*args: Any) -> None:
        nonlocal left
        record(*args)
        if left:
            left -= 1
            raise GuardRefused("allocation")

    with patch.object(handle_declaration, "record_declarations", refuse):
        yield


__all__ = ["Delivery", "Machine", "StoreUnavailable", "contended"]
