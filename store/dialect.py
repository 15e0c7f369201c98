"""What differs between the databases, behind one small interface.

Statements are written once: `?` stands for a value, `= ANY(?)` for being one of a set, which is
passed through `members`. Each database has one module that says the same in its own words.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError

from store.counters import Counter
from store.postgresql import Postgresql
from store.sqlite import Sqlite


class Dialect(Protocol):
    """The words of one kind of database."""

    @property
    def writes_alone(self) -> bool:
        """Whether nobody else can give out ids while a transaction lasts."""

    @property
    def and_hold(self) -> str:
        """The end of a query that locks the rows it reads."""

    @property
    def live_lines(self) -> str:
        """The table `line`, to be read by its index of live debits."""

    def prepare(self, engine: Engine) -> None:
        """Set up every connection that the engine will make."""

    def changing_tables(self, connection: Connection) -> AbstractContextManager[None]:
        """Around the transaction in which tables are changed."""

    def safety(self, connection: Connection, *, lasting: bool) -> AbstractContextManager[None]:
        """Around a transaction: whether its commit waits until it is on disk."""

    def expect(self, connection: Connection, *, writes: bool) -> None:
        """Before a transaction that is thrown away begins: whether it `writes`."""

    def lock(self, connection: Connection, *, alone: bool) -> None:
        """Begin to write: beside other writers that take messages in, or alone."""

    def statement(self, text: str) -> str:
        """A statement in the words of this database."""

    def members(self, values: Iterable[int] | Iterable[str]) -> object:
        """A set of values for `= ANY(?)`."""

    def table(self, kinds: str, rows: Sequence[tuple[Any, ...]]) -> tuple[str, tuple[Any, ...]]:
        """A query that gives rows of values, and its values; `kinds`: i(nteger) or t(ext) a column."""

    def pairs(self, groups: Mapping[int, Collection[str]]) -> tuple[str, tuple[Any, ...]]:
        """A query that gives each number with each of its texts, and its values."""

    def insert(self, cursor: Any, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Insert whole rows, their columns in order, many at a time."""

    def next_messages(self, cursor: Any, count: int) -> list[int]:
        """The ids of the next messages, in order."""

    def move_counters(self, cursor: Any, fresh: Sequence[Counter], known: Sequence[Counter]) -> int:
        """Compare and swap what is used of allocations, in order of id; how many rows were swapped.

        Of `fresh` ones nothing was used before: nobody else may have begun since.
        """

    def passes(self, error: BaseException) -> bool:
        """Whether a fresh attempt may succeed: the work of others, or a lost server, was in the way."""


_DIALECTS: dict[str, Dialect] = {"sqlite": Sqlite(), "postgresql": Postgresql()}


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An insert that may say what to do on conflict: both databases know it, SQLAlchemy has two of it."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    return make(table)


def dialect_of(name: str) -> Dialect:
    """The words of the database that SQLAlchemy calls by this name. Raises ArgumentError."""
    if name not in _DIALECTS:
        raise ArgumentError(f"a store is one of {', '.join(_DIALECTS)}, not {name}")
    return _DIALECTS[name]
