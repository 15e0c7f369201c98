"""Explain is the decision itself: for every line of a region it tells exactly the codes that were given."""

from __future__ import annotations

import re
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
from store.packing import unpack
from store.registers import load, save
from streams.explain import explain
from streams.handle import handle
from streams.house import House


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
