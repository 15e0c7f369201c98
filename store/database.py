"""Open a store: engine, pragmas, migrations, transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool

MIGRATIONS = Path(__file__).parent / "migrations"


class StoreUnavailable(Exception):
    """The database cannot be opened, read or written; nothing was half done."""


def open_store(url: str) -> Engine:
    """Open the database at `url`, create it on first use and bring it to the current revision.

    Raises StoreUnavailable when it cannot be reached, and ArgumentError for a URL of no database we know.
    """
    in_memory = url in {"sqlite://", "sqlite:///:memory:"}
    try:
        engine = (
            create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
            if in_memory
            else create_engine(url)
        )
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        _migrate(engine)
    except ModuleNotFoundError as error:
        kind = make_url(url).drivername
        reason = f"no driver for {kind}, the package {error.name} is not installed"
        raise StoreUnavailable(f"the database cannot be opened: {reason}") from error
    except (DBAPIError, OSError) as error:
        raise StoreUnavailable(f"the database cannot be opened: {_cause(error)}") from error
    return engine


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One write transaction; on SQLite it takes the write lock at once, so what it reads stays true.

    Raises StoreUnavailable when the database fails; then nothing of the transaction was kept.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except failures(engine) as error:
        raise StoreUnavailable(f"the database failed: {_cause(error)}") from error


@contextmanager
def trial(engine: Engine) -> Iterator[Connection]:
    """A transaction that is always rolled back: whatever is done in it never happened."""
    try:
        with engine.connect() as connection:
            yield connection
            connection.rollback()
    except failures(engine) as error:
        raise StoreUnavailable(f"the database failed: {_cause(error)}") from error


def failures(engine: Engine) -> tuple[type[Exception], ...]:
    """What a failing database raises: through SQLAlchemy, or by the driver itself on its own cursor."""
    return (DBAPIError, engine.dialect.loaded_dbapi.Error)


def _cause(error: Exception) -> str:
    """The driver's own sentence, without statement or values: those may hold personal data."""
    return str(getattr(error, "orig", error)).splitlines()[0]


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _connected(connection: object, _: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # BEGIN is ours, see below
        cursor = connection.cursor()  # type: ignore[attr-defined]  # the driver's connection
        for pragma in (
            "busy_timeout = 60000",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
            "trusted_schema = OFF",
            "cache_size = -65536",
            "temp_store = MEMORY",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    head = ScriptDirectory.from_config(config).get_current_head()
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current != head:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
