"""A trial: whatever is done in it never happened, and who only reads is in nobody's way."""

from __future__ import annotations

from store.database import open_store, transaction, trial
from store.inbox import Inbox

_INSERT = "INSERT INTO basis (content) VALUES (?)"


def _bases(inbox: Inbox) -> list[str]:
    return [row[0] for row in inbox.execute("SELECT content FROM basis ORDER BY id").fetchall()]


def test_nothing_of_one_trial_after_another_is_kept(store_url: str) -> None:
    engine = open_store(store_url)
    for name in "abc":
        with trial(engine, writes=True) as connection:
            inbox = Inbox(connection)
            inbox.execute("SAVEPOINT one")
            inbox.execute(_INSERT, (name,))
            inbox.execute("RELEASE SAVEPOINT one")
            assert _bases(inbox) == [name]
    with trial(engine) as connection:
        assert _bases(Inbox(connection)) == []


def test_a_reader_sees_one_moment_and_keeps_no_writer_out(store_url: str) -> None:
    engine = open_store(store_url)
    with trial(engine) as connection:
        reader = Inbox(connection)
        assert _bases(reader) == []
        with transaction(engine) as other:
            Inbox(other).execute(_INSERT, ("a",))
        assert _bases(reader) == []
    with trial(engine) as connection:
        assert _bases(Inbox(connection)) == ["a"]
