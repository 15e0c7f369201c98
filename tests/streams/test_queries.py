"""How often the database is asked something for one 323: as often for 5,000 lines as for 10."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from itertools import groupby
from random import Random
from typing import Any

from contracts.tables import CeilingRow, ProviderRow, Row
from desk.synthetic.region import make_region, months_from
from desk.synthetic.register import register_rows
from desk.synthetic.single import one_declaration
from desk.synthetic.traffic import messages_of
from rules.facts import Choices
from store.database import open_store, transaction
from store.inbox import Inbox
from store.registers import save
from streams.embedded import refresh
from streams.handle import handle
from streams.house import House

_MOST = 18
_WHOLE_TABLE = re.compile(
    r"SCAN (n|line|allocation|message|declaration|relation|outbox)\b"
    r"|SEARCH \w+ USING (COVERING )?INDEX (line_reference|allocation_client) \(relation_id=\?\)$"
)
_MORE_ROWS = re.compile(r"(?:, \(\?(?:, \?)*\))+")
_MOST_ON_CEILINGS = 14  # more, for the first lines that pass several thresholds of a ceiling at once
_VALUE = re.compile(r"'(?:[^']|'')*'|-?\b\d+\b|\bNULL\b|[xX]'[0-9a-fA-F]*'")


def _statements(
    register: Mapping[str, tuple[Row, ...]], messages: Iterable[tuple[bytes, bool]], received_on: date
) -> list[list[str]]:
    """What SQLite itself was asked for each message that is marked, in order."""
    engine = open_store("sqlite://")
    house = House(Choices())
    found: list[list[str]] = []
    with transaction(engine) as connection:
        save(connection, register, "2026-01-01T00:00:00", 0)
        refresh(house, connection)
        raw = connection.connection.driver_connection
        assert raw is not None
        for content, counted in messages:
            asked: list[str] = []
            raw.set_trace_callback(asked.append if counted else None)
            outcome = handle(content, "message.xml", received_on, Inbox(connection), house)
            raw.set_trace_callback(None)
            assert outcome.reason != "defect"
            if counted:
                found.append(_of_one_call(asked))
    return found


def _of_one_call(asked: list[str]) -> list[str]:
    """SQLite tells of every piece of a bulk write: those count once. Reads all count."""
    shapes = [_MORE_ROWS.sub("", _VALUE.sub("?", sql)) for sql in asked if not sql.startswith("--")]
    kept: list[str] = []
    for shape, group in groupby(shapes):
        kept += [shape] if shape.startswith(("INSERT", "UPDATE")) else list(group)
    return kept


@cache
def _one(lines: int, *, ceilings: bool = False) -> list[str]:
    made = one_declaration(lines, seed=lines)
    messages = [*((content, False) for content in made.allocations), (made.declaration, True)]
    register = _with_a_ceiling(made.register) if ceilings else made.register
    (asked,) = _statements(register, messages, made.received_on)
    return asked


def _with_a_ceiling(register: Mapping[str, tuple[Row, ...]]) -> dict[str, tuple[Row, ...]]:
    """Everybody together may claim a hundred euros."""
    providers = tuple(row.agb for row in register["providers"] if isinstance(row, ProviderRow))
    year = {"valid_from": date(2026, 1, 1), "valid_until": date(2026, 12, 31)}
    row = CeilingRow(ceiling="P", version=1, agb=providers, kind="CEILING", amount_cents=10_000, **year)
    return {**register, "ceilings": (row,)}


def _without_ceilings(register: Mapping[str, tuple[Row, ...]]) -> dict[str, tuple[Row, ...]]:
    return {name: rows for name, rows in register.items() if name not in {"ceilings", "client_stops"}}


def test_more_lines_are_not_more_statements() -> None:
    few, some, many = _one(10), _one(1_000), _one(5_000)
    assert few == some == many


def test_a_message_takes_few_statements() -> None:
    assert 5 <= len(_one(10)) <= _MOST


def test_no_question_looks_through_a_whole_table() -> None:
    """Nor through all of a relation, however large the store has become: the planner does not know it."""
    made = one_declaration(200, seed=200)
    engine, house, asked = open_store("sqlite://"), House(Choices()), list[str]()
    with transaction(engine) as connection:
        save(connection, made.register, "2026-01-01T00:00:00", 0)
        refresh(house, connection)
        raw: Any = connection.connection.driver_connection
        for content in (*made.allocations, made.declaration):
            raw.set_trace_callback(asked.append)
            handle(content, "message.xml", made.received_on, Inbox(connection), house)
            raw.set_trace_callback(None)
        questions = {sql for sql in asked if sql.startswith(("SELECT", "WITH"))}
        plans = [row[3] for sql in questions for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}")]
    assert len(plans) > 20
    assert [plan for plan in plans if _WHOLE_TABLE.match(plan)] == []


def test_ceilings_ask_a_few_things_more_whatever_the_number_of_lines() -> None:
    for lines in (10, 1_000, 5_000):
        watched = _one(lines, ceilings=True)
        assert any("ceiling_use" in sql for sql in watched)
        assert len(watched) - len(_one(lines)) <= _MOST_ON_CEILINGS


def test_faults_and_credits_do_not_add_statements_without_end() -> None:
    rng = Random(5)
    region = make_region(rng, municipalities=1, lines=1_500, months=months_from(date(2026, 3, 1), 1))
    made = messages_of(rng, region, fault_share=0.4, faults={"CORRECTION": 0.1})
    marked = ((each.content, each.outcome is not None) for each in made)
    asked = _statements(_without_ceilings(register_rows(region)), marked, region.received_on)
    assert any("state = ?" in sql and sql.startswith("UPDATE line") for each in asked for sql in each)
    assert max(map(len, asked)) <= _MOST
