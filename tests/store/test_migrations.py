"""Migrations and tables say the same, and a store is ready on first use."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import ArgumentError

import store.batch_tables
import store.ceiling_tables
import store.clock_tables
import store.delivery_tables
import store.register_tables
import store.stream_tables
import store.tables  # noqa: F401  # importing a table declares it
from store.database import MIGRATIONS, StoreUnavailable, open_store, transaction, trial
from store.inbox import Inbox
from store.metadata import metadata
from tests.postgresql import Databases

REVISIONS = sorted(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("*.py"))
ROWS = (
    "INSERT INTO basis (content) VALUES ('{}')",
    "INSERT INTO relation (municipality, provider, domain) VALUES ('0384', '41410001', 'jw')",
    "INSERT INTO message VALUES (1, 'a', 1, 'JW301', 'T1', '2026-01-01', '2026-01-02', 'x.xml', 'stored', 0,"
    " 0, 0, 0, 0, NULL, NULL, NULL, NULL, 1, 0, 1)",
    "INSERT INTO message_body VALUES (1, '')",
    "INSERT INTO allocation VALUES (1073741825, 1, '0384', 'jw', 1, '0', '45', '45A04', 20, '04', '4', NULL,"
    " '2026-01-01', NULL, NULL, '2025-12-01T12:00:00.000000', NULL, 100000, '9999-12-31'{used})",
    "INSERT INTO allocation_version VALUES (100000, 1073741825, 1, 1, '0', '45', '45A04', 20, '04', '4',"
    " NULL, '2026-01-01', NULL, NULL, '2025-12-01T12:00:00.000000', NULL)",
    "INSERT INTO message VALUES (2, 'b', 1, 'JW323', 'D1', '2026-02-01', '2026-02-02', 'y.xml', 'answered',"
    " 5, 9345, 9345, 1, 0, 'JW325', 'A1', '2026-02-02', '2026-02-16', 1, 0, 0)",
    "INSERT INTO declaration VALUES (2, 1, '0384', '41410001', 'jw', 'N1', '2026-01-01', '2026-02-01',"
    " '2026-02-02', 9345, 9345)",
    "INSERT INTO line VALUES (200000, 2, 1, '0', 'R1', NULL, 1, '45', '45A04', '2026-01-01', '2026-01-31',"
    " 24312, 1, '04', 9345, 9345, 'D', 1, 60, 1073741825, 100000, '')",
    "INSERT INTO outbox (message_id, topic, name, body) VALUES (2, 'answers', 'z.xml', '')",
)
TABLES = ("basis", "relation", "message", "message_body", "allocation", "allocation_version", "declaration",
          "line", "outbox")  # fmt: skip
WITH_USE = "0080"  # the last revision in which an allocation itself holds what is used of it
USED = "INSERT INTO allocation_use VALUES (1073741825, 60, 9345)"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    databases: Databases = request.getfixturevalue("databases")
    return databases.empty()


def test_migrations_make_exactly_the_tables(empty_url: str) -> None:
    with open_store(empty_url).connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_store_of_any_earlier_revision_comes_along(revision: str, empty_url: str) -> None:
    """With what it holds: the same tables as a new one, and no row lost."""
    engine = create_engine(empty_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        own = revision <= WITH_USE
        for row in (*ROWS, *([] if own else [USED])):
            connection.exec_driver_sql(row.replace("{used}", ", 60, 9345" if own else ""))
    engine.dispose()
    with trial(open_store(empty_url)) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        assert [_count(connection, table) for table in TABLES] == [1, 1, 2, 1, 1, 1, 1, 1, 1]
        used = connection.exec_driver_sql("SELECT * FROM allocation_use").all()
        assert [tuple(row) for row in used] == [(1073741825, 60, 9345)]
        assert Inbox(connection).last_message_id() == 2


def _count(connection: Connection, table: str) -> int:
    return int(connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}").scalar_one())


def test_a_store_opens_again_as_it_was(empty_url: str) -> None:
    with transaction(open_store(empty_url)) as connection:
        connection.exec_driver_sql("INSERT INTO basis VALUES (1, '{}')")
    with trial(open_store(empty_url)) as connection:
        connection.exec_driver_sql("DELETE FROM basis")
    with trial(open_store(empty_url)) as connection:
        assert _count(connection, "basis") == 1


def test_what_is_committed_is_on_disk(tmp_path: Path, databases: Databases) -> None:
    with transaction(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with transaction(open_store(databases.fresh())) as connection:
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "1min"


def test_an_unreachable_store_says_so_without_statements(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="the database cannot be opened"):
        open_store(f"sqlite:///{tmp_path}/no/such/folder/store.db")


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("this is a letter, not a database" * 100)
    with pytest.raises(StoreUnavailable):
        open_store(f"sqlite:///{tmp_path / 'store.db'}")


@pytest.mark.parametrize("kind", ["postgresql+absent", "nonsense"])
def test_a_kind_of_database_that_does_not_exist_is_a_wrong_argument(kind: str) -> None:
    with pytest.raises(ArgumentError):
        open_store(f"{kind}://x:y@127.0.0.1:9/z")


def test_a_database_without_its_driver_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "MySQLdb", None)
    expected = "the database cannot be opened: no driver for mysql, the package MySQLdb is not installed"
    with pytest.raises(StoreUnavailable) as unavailable:
        open_store("mysql://x:secret@127.0.0.1:9/z")
    assert str(unavailable.value) == expected


def test_a_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    open_store(f"sqlite:///{path}").dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    open_store(f"sqlite:///{path}").dispose()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640  # what somebody chose stays
