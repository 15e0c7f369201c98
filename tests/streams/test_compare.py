"""A replay compares all that decides what is paid: nothing of it can be changed without a word."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from rules.facts import Choices
from schemas.batch import Batch
from store.database import open_store, transaction
from store.registers import import_register, load
from streams.close import close
from streams.embedded import Embedded
from streams.house import House
from streams.replay import replay
from streams.settings import Settings
from streams.sources import read_sources

_EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the messages of the examples, and a batch that is closed."""
    path = tmp_path_factory.mktemp("books") / "store.db"
    engine = open_store(f"sqlite:///{path}")
    with transaction(engine, alone=True) as connection:
        import_register(connection, _EXAMPLES / "region", recorded_at="2026-04-01", after_message=0)
    runtime = Embedded(engine, House(Choices()), Settings(), None)
    assert [*runtime.process(read_sources(sorted((_EXAMPLES / "messages").rglob("*.xml"))), date(2026, 4, 8))]
    with transaction(engine, alone=True) as connection:
        closed = close(connection, load(connection), "0384", date(2026, 4, 30), hold_reviews=True)
    assert isinstance(closed, Batch) and closed.total_cents
    engine.dispose()
    return path


def _told(books: Path, folder: Path, change: str) -> list[str]:
    """What differs after a change, and that it is told without a citizen number."""
    shutil.copyfile(books, folder / "store.db")
    engine = open_store(f"sqlite:///{folder / 'store.db'}")
    if change:
        with transaction(engine) as connection:
            assert connection.execute(text(change)).rowcount
    found = replay(engine, None, lambda _: None).differences
    assert "999990019" not in str(found)
    return sorted({each.what for each in found})


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ("UPDATE message SET granted_cents = granted_cents + 1 WHERE granted_cents > 0", "outcome"),
        ("UPDATE declaration SET granted_cents = granted_cents + 1", "declaration"),
        ("UPDATE declaration SET provider = '41410002'", "declaration"),
        ("DELETE FROM declaration WHERE granted_cents > 0", "declaration"),
        ("UPDATE line SET amount_cents = amount_cents + 1 WHERE reference = 'R1001'", "lines"),
        ("UPDATE line SET state = 2 WHERE state = 1", "lines"),
        ("UPDATE line SET side = 'C' WHERE reference = 'R1001'", "lines"),
        ("UPDATE line SET bsn = '999990019'", "lines"),
        ("UPDATE line SET begin_on = '2026-03-02'", "lines"),
        ("DELETE FROM line WHERE reference = 'R1001'", "lines"),
        ("UPDATE allocation_version SET end_on = '2099-01-01'", "allocations"),
        ("UPDATE allocation SET volume = volume + 1 WHERE volume > 0", "allocation"),
        ("UPDATE allocation_use SET used_cents = used_cents - 1", "allocation"),
        ("DELETE FROM outbox WHERE topic = 'answers'", "outbox"),
        ("UPDATE batch SET total_cents = total_cents + 1", "payments"),
        ("UPDATE payment SET amount_cents = amount_cents + 1", "payments"),
        ("UPDATE payment SET provider = '41410009' WHERE provider = '41410001'", "payments"),
        ("UPDATE batch SET pain = CAST('x' AS BLOB)", "payment file"),
    ],
)
def test_a_change_of_the_books_is_told(books: Path, tmp_path: Path, change: str, what: str) -> None:
    assert what in _told(books, tmp_path, change)


def test_books_that_nobody_changed_are_the_same(books: Path, tmp_path: Path) -> None:
    assert _told(books, tmp_path, "") == []
