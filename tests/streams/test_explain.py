"""Explain is the decision itself: for every line of a region it tells exactly the codes that were given."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from random import Random

from sqlalchemy import Engine

from contracts.tables import TABLES
from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.traffic import messages_of
from rules.facts import Choices
from schemas.batch import Batch
from store.database import open_store, transaction, trial
from store.inbox import Inbox
from store.outbox import all_rejections
from store.packing import unpack
from store.registers import import_register, load, save
from store.reports import Reach, lines_of
from streams.close import close
from streams.embedded import Embedded
from streams.explain import explain
from streams.handle import handle
from streams.house import House
from streams.settings import Settings
from streams.sources import Source
from tests.crash.scenario import BSNS, DAY, OAK, TOWN, allocation, declaration, line, write_register
from tests.simulation.wire import Message, bytes_of


def _processed_region(url: str, fault_share: float = 0.3, **faults: float) -> Engine:
    rng = Random(11)
    region = make_region(rng, municipalities=1, lines=300, months=months_from(date(2026, 3, 1), 2))
    engine = open_store(url)
    with transaction(engine) as connection:
        rows = register_rows(region)
        save(connection, {name: rows.get(name, ()) for name in TABLES}, "2026-01-01T00:00:00", 0)
        house = House(Choices())
        house.use(load(connection))
        inbox = Inbox(connection)
        for message in messages_of(rng, region, fault_share=fault_share, faults=faults):
            handle(message.content, message.name, region.received_on, inbox, house)
    return engine


def test_every_line_is_explained_by_its_own_decision(store_url: str) -> None:
    engine = _processed_region(store_url)
    with trial(engine) as connection:
        inbox = Inbox(connection)
        told = {(r.provider, r.domain, r.reference): r for r in all_rejections(inbox) if r.subject == "line"}
        lines = inbox.execute(
            "SELECT r.provider, r.domain, l.reference, l.state FROM line l"
            " JOIN relation r ON r.id = l.relation_id"
            " WHERE l.id = (SELECT MAX(id) FROM line WHERE relation_id = l.relation_id"
            " AND reference = l.reference) ORDER BY l.id"
        ).fetchall()
    assert len(lines) > 300
    rejected = 0
    for provider, domain, reference, state in lines[::3]:
        with trial(engine) as connection:
            story = explain(connection, provider, domain, reference, None, "nl")
        assert story is not None
        broken = [step["code"] for step in story["rules"] if step["outcome"] == "broken"]
        rejection = told.get((provider, domain, reference))
        expected = [] if rejection is None else [cause.code for cause in rejection.causes]
        assert broken == expected, (reference, state)
        rejected += rejection is not None
    assert rejected > 20


def test_a_line_of_a_message_that_came_back_whole_is_explained_by_what_the_message_came_back_for(
    store_url: str,
) -> None:
    engine = _processed_region(store_url, 0, TR416=0.1, **{"9333": 0.1, "9056": 0.1})
    with trial(engine) as connection:
        inbox = Inbox(connection)
        told = {r.message_sha256: r for r in all_rejections(inbox) if r.subject in {"header", "declaration"}}
        bodies = inbox.execute(
            "SELECT m.sha256, b.body FROM message m JOIN message_body b ON b.message_id = m.id ORDER BY m.id"
        ).fetchall()
        kept = {row[0] for row in inbox.execute("SELECT reference FROM line").fetchall()}
    explained: set[str] = set()
    for sha256, body in bodies:
        rejection = told.get(sha256)
        if rejection is None:
            continue
        (reference,) = re.findall(rb"<[a-z]+:ReferentieNummer>([^<]*)", unpack(body))[:1]
        if reference.decode() in kept:
            continue  # it was declared again, and decided
        with trial(engine) as connection:
            story = explain(connection, rejection.provider, rejection.domain, reference.decode(), None, "nl")
        assert story is not None
        assert (story["decision"], story["message_sha256"]) == ("not assessed", sha256)
        assert story["codes"] == list(rejection.codes)
        assert [step["rule"] for step in story["rules"]] == [cause.rule for cause in rejection.causes]
        assert story["paths"] == [cause.path for cause in rejection.causes]
        assert story["explanation"] and story["how_to_fix"]
        assert story["line"]["reference"] == reference.decode()
        explained.update(story["codes"])
    assert explained >= {"0001", "9333"}


def test_explaining_changes_nothing(store_url: str) -> None:
    engine = _processed_region(store_url)
    with trial(engine) as connection:
        before = _digest(Inbox(connection))
        provider, domain, reference = connection.exec_driver_sql(
            "SELECT r.provider, r.domain, l.reference FROM line l"
            " JOIN relation r ON r.id = l.relation_id LIMIT 1"
        ).one()
    with trial(engine) as connection:
        assert explain(connection, provider, domain, reference, None, "en") is not None
    with trial(engine) as connection:
        assert _digest(Inbox(connection)) == before


def _digest(inbox: Inbox) -> list[object]:
    tables = ("message", "line", "allocation", "allocation_version", "declaration", "outbox")
    return [inbox.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]


def _decided(url: str, folder: Path, *claims: Message) -> Engine:
    """A store with two allocations, and these declarations decided."""
    engine = open_store(url)
    with transaction(engine, alone=True) as connection:
        import_register(connection, write_register(folder), recorded_at="2026-04-01", after_message=0)
    sent = [allocation(1, BSNS[0]), allocation(2, BSNS[1]), *claims]
    runtime = Embedded(engine, House(Choices()), Settings(), None)
    assert [*runtime.process((Source(str(n), bytes_of(each)) for n, each in enumerate(sent)), DAY)]
    return engine


def test_a_reference_used_twice_in_a_message_is_explained_by_its_last_line(
    store_url: str, tmp_path: Path
) -> None:
    wrong = line("Q", 2, BSNS[1], volume=11, amount_cents=5)
    engine = _decided(store_url, tmp_path / "r", declaration("D", line("Q", 1, BSNS[0], volume=5), wrong))
    with trial(engine) as connection:
        story = explain(connection, OAK, "jw", "Q", TOWN, "nl")
    assert story is not None
    broken = [step["code"] for step in story["rules"] if step["outcome"] == "broken"]
    assert (story["codes"], broken) == (["8021", "9346"], ["8021", "9346"])
    assert all("Client[2]" in path for path in story["paths"])
    assert story["earlier_decisions"] == 0


def test_only_what_was_granted_is_in_a_batch(store_url: str, tmp_path: Path) -> None:
    claim = declaration("D", line("A", 1, BSNS[0]), line("B", 2, BSNS[1], amount_cents=5))
    engine = _decided(store_url, tmp_path / "r", claim)
    told = {}
    with transaction(engine, alone=True) as connection:
        closed = close(connection, load(connection), TOWN, date(2026, 4, 30))
        assert isinstance(closed, Batch) and closed.total_cents == 93_450
    for reference in "AB":
        with trial(engine) as connection:
            story = explain(connection, OAK, "jw", reference, TOWN, "nl")
        assert story is not None
        told[reference] = story["batch"]
    with trial(engine) as connection:
        rows = lines_of(connection, Reach())
    assert told == {"A": {"batch": closed.number, "due": str(closed.due), "pays": True}, "B": None}
    assert [(row[4], row[-1]) for row in rows] == [("A", closed.number), ("B", None)]
    with transaction(engine) as connection:
        connection.exec_driver_sql("DELETE FROM payment")
    with trial(engine) as connection:
        story = explain(connection, OAK, "jw", "A", TOWN, "nl")
    assert story is not None and story["batch"]["pays"] is False
