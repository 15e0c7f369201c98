"""Replay: every outcome again, from the stored messages and register versions, in an empty store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, insert, select

from store.ceiling_tables import ceiling_act
from store.clock import tick_signals, ticks_after
from store.database import open_store, transaction, trial
from store.inbox import Inbox
from store.packing import unpack
from store.register_tables import register_import, register_row
from store.registers import current_version, load, version_after
from streams.ceiling_register import renew_ceilings
from streams.clock import tick
from streams.compare import Difference, differences_between
from streams.handle import handle
from streams.house import House, choices_of

GROUP = 200


def batched(messages: Iterator[_Stored], size: int) -> Iterator[list[_Stored]]:
    """The messages in groups of one transaction each."""
    while group := list(islice(messages, size)):
        yield group


class Replayed(NamedTuple):
    """What a replay came to."""

    messages: int
    differences: list[Difference]


class _Stored(NamedTuple):
    """One message or sealed fault, in order of arrival; `fault` is the reason it was set aside.

    With a `tick` it is a day that came, under that number in the store.
    """

    sha256: str
    received_on: str
    file: str
    register_version: int
    basis: str
    body: bytes
    answered_on: date | None = None
    fault: str | None = None
    tick: int | None = None


def replay(engine: Engine, pseudonym_key: bytes | None, progress: Callable[[int], None]) -> Replayed:
    """Handle every stored message again in an empty store and compare what comes out, byte for byte.

    Closed batches are not closed again: they must agree with themselves, and what they paid for is compared.
    """
    houses: dict[tuple[str, int], House] = {}
    differences: list[Difference] = []
    done = version = 0
    with TemporaryDirectory() as folder, trial(engine) as source:
        empty = open_store(f"sqlite:///{folder}/replay.db")
        _copy_registers(source, empty)
        stored = Inbox(source)
        for group in batched(_messages(stored), GROUP):
            with transaction(empty) as target:
                inbox = Inbox(target)
                for message in group:
                    version = _import_again(target, version, message.register_version)
                    if message.tick is not None:
                        differences += _tick_again(source, target, message)
                        done += 1
                        continue
                    key = (message.basis, message.register_version)
                    if key not in houses:
                        houses[key] = _house(message, inbox, pseudonym_key)
                    day = date.fromisoformat(message.received_on)
                    houses[key].sent_on = message.answered_on
                    outcome = handle(message.body, message.file, day, inbox, houses[key])
                    if message.fault is not None and outcome.reason != message.fault:
                        told = outcome.reason or outcome.outcome
                        differences.append(Difference(message.sha256, "reason", message.fault, told))
                    done += 1
            progress(done)
        with transaction(empty) as target:
            _import_again(target, version, current_version(source))
            differences += differences_between(stored, Inbox(target))
        empty.dispose()
    return Replayed(done, differences)


def _import_again(target: Connection, known: int, version: int) -> int:
    """Judge ceilings by every register that came since the one that is known, as its import did."""
    for each in range(known + 1, version + 1):
        renew_ceilings(target, load(target, each))
    return max(known, version)


def count(engine: Engine) -> int:
    """How many messages a replay will handle, those set aside included."""
    counts = (
        "SELECT (SELECT COUNT(*) FROM message) + (SELECT COUNT(*) FROM fault) + (SELECT COUNT(*) FROM tick)"
    )
    with trial(engine) as connection:
        return int(Inbox(connection).execute(counts).fetchone()[0])


def _house(message: _Stored, inbox: Inbox, key: bytes | None) -> House:
    house = House(choices_of(message.basis), key)
    house.use(load(inbox.connection, message.register_version))
    return house


def _copy_registers(source: Any, empty: Engine) -> None:
    """What people laid down: the registers, and what they did after a notice."""
    with transaction(empty) as target:
        for table in (register_import, register_row, ceiling_act):
            rows = [dict(row) for row in source.execute(select(table)).mappings()]
            if rows:
                target.execute(insert(table), rows)


def _messages(stored: Inbox) -> Iterator[_Stored]:
    """Messages in order, and between them what was set aside after the earlier of two."""
    last = 0
    for (number,) in stored.execute("SELECT id FROM message ORDER BY id").fetchall():
        yield from _between(stored, last, number - 1)
        row = stored.execute(
            "SELECT m.sha256, m.received_on, m.file, m.register_version, s.content, b.body, m.answered_on"
            " FROM message m JOIN message_body b ON b.message_id = m.id JOIN basis s ON s.id = m.basis_id"
            " WHERE m.id = ?",
            (number,),
        ).fetchone()
        answered_on = None if row[6] is None else date.fromisoformat(row[6])
        yield _Stored._make((*row[:5], unpack(row[5]), answered_on, None, None))
        last = number
    yield from _between(stored, last, last)


def _between(stored: Inbox, first: int, last: int) -> list[_Stored]:
    """What came after these messages and was none, in the order of the registers it came under."""
    found = [*_faults(stored, first, last), *_ticks(stored, first, last)]
    return sorted(found, key=lambda each: each.register_version)


def _faults(stored: Inbox, first: int, last: int) -> Iterator[_Stored]:
    """What was set aside; a ZIP or a file too large to keep whole was no message and is left out."""
    basis = json.dumps({"choices": {}})
    for row in stored.execute(
        "SELECT sha256, received_on, file, after_message, body, reason, register_version FROM fault"
        " WHERE after_message BETWEEN ? AND ? AND reason NOT LIKE 'zip-%' AND reason <> 'too-large'"
        " ORDER BY id",
        (first, last),
    ).fetchall():
        version = version_after(stored.connection, row[3] + 1) if row[6] is None else row[6]
        yield _Stored._make((*row[:3], version, basis, row[4], None, row[5], None))


def _ticks(stored: Inbox, first: int, last: int) -> Iterator[_Stored]:
    """The days that came after these messages."""
    for each in ticks_after(stored.connection, first, last):
        yield _Stored(each.sha256, str(each.day), "", each.register_version, "", b"", tick=each.id)


def _tick_again(source: Connection, target: Connection, message: _Stored) -> Iterator[Difference]:
    """Let the same day come again and compare what it brings."""
    assert message.tick is not None
    register = load(target, message.register_version)
    told = tick(target, register, date.fromisoformat(message.received_on)).signals
    before = tick_signals(source, message.tick)
    if list(told) != before:
        counts = (f"{len(before)} signals", f"{len(told)} signals")
        yield Difference(message.sha256, "signals", *counts)
