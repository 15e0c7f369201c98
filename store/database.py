"""Open a store: engine, migrations, transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

from store.dialect import dialect_of

MIGRATIONS = Path(__file__).parent / "migrations"


class StoreUnavailable(Exception):
    """The database cannot be opened, read or written; nothing was half done."""


class TryAgain(StoreUnavailable):
    """The work of others, or a lost server, was in the way: a fresh attempt may succeed.

    Whether a commit was kept is not known when the server is lost in the middle of it.
    """


def open_store(url: str) -> Engine:
    """Open the database at `url`, create it on first use and bring it to the current revision.

    Raises StoreUnavailable when it cannot be reached, and ArgumentError for a URL of no database we know.
    """
    in_memory = url in {"sqlite://", "sqlite:///:memory:"}
    try:
        options: dict[str, Any] = (
            {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}} if in_memory else {}
        )
        _keep_to_ourselves(url)
        engine = create_engine(url, **options)
        dialect_of(engine.dialect.name).prepare(engine)
        _migrate(engine)
    except CommandError as error:
        raise StoreUnavailable(
            "the database cannot be opened: a newer version of the program made it, use that one"
        ) from error
    except ModuleNotFoundError as error:
        kind = make_url(url).drivername
        reason = f"no driver for {kind}, the package {error.name} is not installed"
        raise StoreUnavailable(f"the database cannot be opened: {reason}") from error
    except (DBAPIError, OSError) as error:
        raise StoreUnavailable(f"the database cannot be opened: {_cause(error)}") from error
    return engine


def _keep_to_ourselves(url: str) -> None:
    """A new SQLite file is readable for its owner alone: it holds citizens' numbers."""
    parsed = make_url(url)
    named = parsed.database or ":memory:"
    if parsed.get_backend_name() == "sqlite" and not named.startswith((":memory:", "file:")):
        path = Path(named)
        if path.parent.is_dir() and not path.exists():
            path.touch(mode=0o600)


@contextmanager
def transaction(engine: Engine, *, alone: bool = False, lasting: bool = True) -> Iterator[Connection]:
    """One write transaction. SQLite gives the whole store to it. PostgreSQL lets others that take
    messages in write beside it, unless it must be `alone`: to close a batch, to import a register.
    One that is not `lasting` may be forgotten when the power fails: what it says is found out again.

    Raises StoreUnavailable when the database fails; then nothing of the transaction was kept, unless
    the failure is TryAgain and came with the commit.
    """
    dialect = dialect_of(engine.dialect.name)
    try:
        with engine.connect() as connection, dialect.safety(connection, lasting=lasting), connection.begin():
            dialect.lock(connection, alone=alone)
            yield connection
    except failures(engine) as error:
        _raise(engine, error)


@contextmanager
def trial(engine: Engine, *, writes: bool = False) -> Iterator[Connection]:
    """A transaction that is always rolled back: whatever is done in it never happened.

    It sees one moment of the store. One that only reads is in nobody's way; one that `writes` waits for
    other writers, and raises TryAgain when they were in its way all the same.
    """
    try:
        with engine.connect() as connection:
            dialect_of(engine.dialect.name).expect(connection, writes=writes)
            connection.begin()  # or a driver that needs no transaction would keep each statement
            try:
                yield connection
            finally:
                connection.rollback()
    except failures(engine) as error:
        _raise(engine, error)


def _raise(engine: Engine, error: Exception) -> NoReturn:
    """Say of a failure whether a fresh attempt may succeed."""
    if dialect_of(engine.dialect.name).passes(error):
        engine.dispose()
        raise TryAgain(f"the database failed: {_cause(error)}") from error
    raise StoreUnavailable(f"the database failed: {_cause(error)}") from error


def failures(engine: Engine) -> tuple[type[Exception], ...]:
    """What a failing database raises: through SQLAlchemy, or by the driver itself on its own cursor."""
    return (DBAPIError, engine.dialect.loaded_dbapi.Error)


def _cause(error: Exception) -> str:
    """The driver's own sentence, without statement or values: those may hold personal data."""
    return str(getattr(error, "orig", error)).splitlines()[0]


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != head:
        dialect = dialect_of(engine.dialect.name)
        with engine.connect() as connection, dialect.changing_tables(connection), connection.begin():
            dialect.lock(connection, alone=True)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
