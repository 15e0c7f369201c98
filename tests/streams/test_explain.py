"""Explain is the decision itself: for every line of a region it tells exactly the codes that were given."""

from __future__ import annotations

from datetime import date
from random import Random

from sqlalchemy import Engine

from contracts.tables import TABLES
from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.traffic import messages_of
from rules.facts import Choices
from store.database import open_store, transaction, trial
from store.inbox import Inbox
from store.outbox import all_rejections
from store.registers import load, save
from streams.explain import explain
from streams.handle import handle
from streams.house import House


def _processed_region(url: str) -> Engine:
    rng = Random(11)
    region = make_region(rng, municipalities=1, lines=300, months=months_from(date(2026, 3, 1), 2))
    engine = open_store(url)
    with transaction(engine) as connection:
        rows = register_rows(region)
        save(connection, {name: rows.get(name, ()) for name in TABLES}, "2026-01-01T00:00:00", 0)
        house = House(Choices())
        house.use(load(connection))
        inbox = Inbox(connection)
        for message in messages_of(rng, region, fault_share=0.3, faults={}):
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
