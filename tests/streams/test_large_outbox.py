"""What leaves the house is kept packed when it is large, and comes out as it was made."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic_core import from_json
from sqlalchemy import Engine, text

from desk.synthetic.single import one_declaration
from rules.facts import Choices
from store.database import open_store, transaction, trial
from store.dispatch import Caused, dispatch_body, dispatch_messages, waiting
from store.inbox import Inbox
from store.outbox import all_rejections
from store.packing import pack
from store.registers import save
from streams.embedded import Embedded
from streams.explain import explain
from streams.house import House
from streams.replay import replay
from streams.settings import Settings
from streams.sources import Source

LINES = 2_000


@pytest.fixture
def engine(store_url: str, tmp_path: Path) -> Engine:
    """A store with one large declaration of which every line was rejected; its files stand below `out`."""
    made = one_declaration(LINES, seed=5)
    engine = open_store(store_url)
    with transaction(engine) as connection:
        save(connection, made.register, recorded_at="2026-01-01T00:00:00", after_message=0)
    runtime = Embedded(engine, House(Choices()), Settings(), tmp_path / "out")
    (outcome,) = runtime.process([Source("large.xml", made.declaration)], made.received_on)
    assert (outcome.outcome, outcome.rejected) == ("answered", LINES)
    return engine


def test_a_large_one_takes_little_room_and_is_read_as_it_was(engine: Engine, tmp_path: Path) -> None:
    with trial(engine) as connection:
        kept = dict(map(tuple, connection.execute(text("SELECT topic, length(body) FROM outbox"))))
        told = [each for each in all_rejections(Inbox(connection)) if each.subject == "line"]
        last = told[-1]
        story = explain(connection, last.provider, last.domain, last.reference or "", None, "nl")
    rejections = tmp_path / "out" / last.municipality / "rejections.jsonl"
    assert len(told) == LINES
    assert rejections.stat().st_size > 1024 * 1024 > 8 * kept["rejections"]
    assert len(rejections.read_bytes().splitlines()) > LINES
    assert story is not None and "TR304" in str(story)


def test_a_replay_makes_the_same_of_it(engine: Engine) -> None:
    assert replay(engine, None, lambda _: None).differences == []


def test_it_is_published_as_it_was_and_no_more_than_memory_holds(engine: Engine, tmp_path: Path) -> None:
    looks_packed = pack(b"<x/>" * 20_000)  # a record of its own may be any bytes
    with transaction(engine) as connection:
        message_id, sha256 = connection.execute(text("SELECT id, sha256 FROM message")).one()
        dispatch_messages(connection, [Caused(message_id, sha256, "0384|1")])
        dispatch_body(connection, "notices", sha256, "0384|1", looks_packed)
        found = waiting(connection, range(8), 500, 32 * 2**20)
        first = waiting(connection, range(8), 500, 1024 * 1024)
    bodies = {each.topic: each.body for each in found}
    (answer,) = (tmp_path / "out").rglob("answers/*.xml")
    assert bodies["answers"] == answer.read_bytes()
    assert sum(each["subject"] == "line" for each in from_json(bodies["rejections"])) == LINES
    assert bodies["notices"] == looks_packed
    assert [each.id for each in first] == [found[0].id]
