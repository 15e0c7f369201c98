"""The clock: a day comes once, a signal is told once, lists are never doubled, and a replay agrees."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine

from contracts.register import Register
from schemas.notice import Due, Signal
from store.clock import undelivered_ticks
from store.database import open_store, transaction
from streams import clock
from streams.clock import SignalSource, Told, deliver_ticks, tick
from streams.house import EMPTY
from streams.replay import replay

FIRST = date(2026, 3, 1)


def _due(kind: str, fell_due: date, municipality: str = "0384") -> Due:
    signal = Signal(municipality, "41410001", "jw", kind, "", None, str(fell_due), "", "")
    return Due(f"{kind}/{municipality}/{fell_due}", signal)


def every_monday(connection: Connection, register: Register, day: date) -> Iterator[Due]:
    """All Mondays up to a day, told before or not, as a source should."""
    days = (FIRST + timedelta(days=n) for n in range((day - FIRST).days + 1))
    yield from (_due("month_skipped", each) for each in days if each.weekday() == 0)


def _tick(engine: Engine, day: date, *sources: SignalSource) -> Told:
    with transaction(engine) as connection:
        return tick(connection, EMPTY, day, sources)


def test_a_clock_that_stood_still_misses_nothing_and_tells_nothing_twice() -> None:
    engine = open_store("sqlite://")
    told = [_tick(engine, FIRST + timedelta(days=n), every_monday) for n in (0, 1, 2, 23)]
    assert [[signal.found for signal in each.signals] for each in told] == [
        [], ["2026-03-02"], [], ["2026-03-09", "2026-03-16", "2026-03-23"],
    ]  # fmt: skip
    assert {signal.received_on for signal in told[-1].signals} == {"2026-03-24"}
    assert {signal.message_sha256 for signal in told[-1].signals} == {told[-1].tick.sha256}


def test_the_same_day_again_brings_the_same_and_adds_nothing() -> None:
    engine = open_store("sqlite://")
    first = _tick(engine, date(2026, 3, 24), every_monday)
    again = _tick(engine, date(2026, 3, 24), every_monday, partial(_other_source, "contract_missing"))
    assert (first.again, again.again) == (False, True)
    assert (again.tick, again.signals) == (first.tick, first.signals)


def _other_source(kind: str, connection: Connection, register: Register, day: date) -> list[Due]:
    return [_due(kind, day)]


def test_two_sources_that_tell_the_same_thing_tell_it_once() -> None:
    told = _tick(open_store("sqlite://"), date(2026, 3, 9), every_monday, every_monday)
    assert len(told.signals) == 2


def test_lists_are_extended_once_also_when_delivery_was_cut_off(tmp_path: Path) -> None:
    engine = open_store("sqlite://")
    _tick(engine, date(2026, 3, 9), every_monday)
    assert [each.day for each in deliver_ticks(engine, tmp_path)] == [date(2026, 3, 9)]
    assert deliver_ticks(engine, tmp_path) == []
    _tick(engine, date(2026, 3, 16), every_monday)
    with transaction(engine) as connection:  # what a crash after writing and before the commit leaves
        connection.exec_driver_sql("UPDATE tick SET delivered = 0")
        assert len(undelivered_ticks(connection)) == 2
    deliver_ticks(engine, tmp_path)
    rows = (tmp_path / "0384" / "signals.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row)["found"] for row in rows] == ["2026-03-02", "2026-03-09", "2026-03-16"]


def test_a_replay_finds_the_signals_of_every_day(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_store("sqlite://")
    sources: list[SignalSource] = [every_monday]
    monkeypatch.setattr(clock.tick, "__defaults__", (sources,))
    with transaction(engine) as connection:
        assert len(tick(connection, EMPTY, date(2026, 3, 9)).signals) == 2
        assert len(tick(connection, EMPTY, date(2026, 3, 24)).signals) == 2
    done: list[int] = []
    assert replay(engine, None, done.append).differences == []
    assert done == [2]
    sources[0] = partial(_other_source, "contract_missing")
    found = replay(engine, None, done.append).differences
    assert [(each.what, each.stored, each.replayed) for each in found] == [
        ("signals", "2 signals", "1 signals"), ("signals", "2 signals", "1 signals"),
    ]  # fmt: skip
