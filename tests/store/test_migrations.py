"""Migrations and tables say the same, and a store is ready on first use."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import ArgumentError

import store.batch_tables
import store.ceiling_tables
import store.clock_tables
import store.delivery_tables
import store.register_tables
import store.stream_tables
import store.tables  # noqa: F401  # importing a table declares it
from store.database import StoreUnavailable, open_store, transaction, trial
from store.metadata import metadata


def test_migrations_make_exactly_the_tables() -> None:
    engine = open_store("sqlite://")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_a_store_opens_again_as_it_was(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    with transaction(open_store(url)) as connection:
        connection.exec_driver_sql("INSERT INTO basis VALUES (1, '{}')")
    with trial(open_store(url)) as connection:
        connection.exec_driver_sql("DELETE FROM basis")
    with trial(open_store(url)) as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM basis").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2


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
