"""The clock in the store: which days came, after which message, and what each of them brought."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, insert, select, update

from schemas.notice import Due, Signal, signals_from_json, signals_to_json
from store.clock_tables import tick as tick_table
from store.clock_tables import tick_signal
from store.inbox import Inbox
from store.parts import parts

_LONGEST = 400


class Tick(NamedTuple):
    """A day that came: after which message, under which register."""

    id: int
    day: date
    sha256: str
    after_message: int
    register_version: int


def tick_sha256(day: date) -> str:
    """What stands for the message in the signals of a day: the same for the same day, everywhere."""
    return hashlib.sha256(f"tick {day}".encode()).hexdigest()


def tick_of(connection: Connection, day: date) -> Tick | None:
    """The tick of a day, if it came already."""
    return next(_ticks(connection, tick_table.c.day == str(day)), None)


def ticks_after(connection: Connection, first: int, last: int) -> list[Tick]:
    """The ticks that came after one of the messages `first` up to and including `last`, in order."""
    return list(_ticks(connection, tick_table.c.after_message.between(first, last)))


def record_tick(connection: Connection, day: date, register_version: int, due: Iterable[Due]) -> Tick:
    """Record a day with what fell due and was not told before. Raises IntegrityError when it came before."""
    after = Inbox(connection).last_message_id()
    sha256 = tick_sha256(day)
    values = {"day": str(day), "sha256": sha256, "after_message": after, "register_version": register_version}
    number: int = connection.execute(
        insert(tick_table).values(values).returning(tick_table.c.id)
    ).scalar_one()
    fresh = {_fitting(each.key): each.signal for each in due}
    for key in _told(connection, fresh):
        del fresh[key]
    rows = [
        {
            "tick_id": number,
            "key": key,
            "municipality": signal.municipality,
            "body": signals_to_json((signal._replace(message_sha256=sha256, received_on=str(day)),)),
        }
        for key, signal in fresh.items()
    ]
    if rows:
        connection.execute(insert(tick_signal), rows)
    return Tick(number, day, sha256, after, register_version)


def tick_signals(connection: Connection, number: int) -> list[Signal]:
    """What one tick brought, in the order in which it was recorded."""
    return list(_signals(connection, tick_table.c.id == number))


def all_tick_signals(
    connection: Connection, since: str = "", provider: str | None = None
) -> Iterator[Signal]:
    """What the clock brought on or after a day, about one provider or about all, in order."""
    for signal in _signals(connection, tick_table.c.day >= since):
        if provider in {None, signal.provider}:
            yield signal


def undelivered_ticks(connection: Connection) -> list[Tick]:
    """Ticks whose signals may not stand in an output folder yet, in order."""
    return list(_ticks(connection, tick_table.c.delivered == 0))


def mark_ticks_delivered(connection: Connection, numbers: Iterable[int]) -> None:
    """Remember that the signals of these ticks stand whole in an output folder."""
    connection.execute(update(tick_table).where(tick_table.c.id.in_(list(numbers))).values(delivered=1))


def _ticks(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Tick]:
    t = tick_table.c
    query = select(t.id, t.day, t.sha256, t.after_message, t.register_version)
    for row in connection.execute(query.where(condition).order_by(t.id)).all():
        yield Tick(row.id, date.fromisoformat(row.day), row.sha256, row.after_message, row.register_version)


def _signals(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Signal]:
    s, t = tick_signal.c, tick_table.c
    bodies = select(s.body).join(tick_table, t.id == s.tick_id).where(condition).order_by(t.id, s.id)
    for body in connection.execute(bodies).scalars():
        yield from signals_from_json(body)


def _fitting(key: str) -> str:
    """The key, or its hash where names in the register make it longer than its column."""
    return key if len(key) <= _LONGEST else hashlib.sha256(key.encode()).hexdigest()


def _told(connection: Connection, keys: Iterable[str]) -> Iterator[str]:
    """Those of the keys that an earlier tick told."""
    for asked in parts(sorted(keys)):
        query = select(tick_signal.c.key).where(tick_signal.c.key.in_(asked))
        yield from connection.execute(query).scalars().all()
