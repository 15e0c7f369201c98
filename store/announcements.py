"""What leaves the house though no message carries it: closed batches, signals of days and of imports.

They are made in transactions that have the store to themselves, so their ids come in order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Connection, Select, func, insert, select, update

from schemas.envelope import key_of
from schemas.notice import Signal, signals_from_json, signals_to_json
from store.batch_tables import batch
from store.ceiling_tables import ceiling_event
from store.clock_tables import tick, tick_signal
from store.dispatch import dispatch_body
from store.stream_tables import announced

_NEWEST: Final[dict[str, Select[Any]]] = {
    "batches": select(func.coalesce(func.max(batch.c.id), 0)),
    "days": select(func.coalesce(func.max(tick.c.id), 0)),
    "imports": select(func.coalesce(func.max(ceiling_event.c.id), 0)).where(
        ceiling_event.c.body.is_not(None)
    ),
}


def unannounced(connection: Connection) -> dict[str, tuple[int, int]]:
    """Of what there is something new: the last id that is waiting or published already, and the newest."""
    known = connection.execute(select(announced.c.name, announced.c.last_id))
    last = dict(known.all())
    newest = {name: connection.execute(query).scalar_one() for name, query in _NEWEST.items()}
    return {
        name: (last.get(name, 0), number) for name, number in newest.items() if number > last.get(name, 0)
    }


def announce(connection: Connection) -> None:
    """Let everything new wait to be published. The transaction must have the store to itself."""
    for name, (last, newest) in unannounced(connection).items():
        if name == "batches":
            _announce_batches(connection, last)
        else:
            for causation_id, signals in _signals(connection, name, last):
                _announce_signals(connection, causation_id, signals)
        moved = connection.execute(
            update(announced).where(announced.c.name == name).values(last_id=newest)
        ).rowcount
        if not moved:
            connection.execute(insert(announced).values(name=name, last_id=newest))


def _announce_batches(connection: Connection, last: int) -> None:
    b = batch.c
    query = select(b.number, b.municipality, b.body).where(b.id > last).order_by(b.id)
    for number, municipality, body in connection.execute(query).all():
        cause = hashlib.sha256(f"batch {number}".encode()).hexdigest()
        dispatch_body(connection, "batches", cause, municipality, body)


def _signals(connection: Connection, name: str, last: int) -> Iterator[tuple[str, list[Signal]]]:
    """What every new day or import brought."""
    e, t, s = ceiling_event.c, tick.c, tick_signal.c
    query = select(e.cause_sha256, e.body).where(e.id > last, e.body.is_not(None)).order_by(e.id)
    if name == "days":
        both = tick.join(tick_signal, s.tick_id == t.id)
        query = select(t.sha256, s.body).select_from(both).where(t.id > last).order_by(t.id, s.id)
    found: dict[str, list[Signal]] = {}
    for cause, body in connection.execute(query).all():
        found.setdefault(cause, []).extend(signals_from_json(body))
    yield from found.items()


def _announce_signals(connection: Connection, causation_id: str, signals: Iterable[Signal]) -> None:
    """One record per key, as of messages: the nth has the same id however often it is made."""
    by_key: dict[str, list[Signal]] = {}
    for signal in signals:
        key = key_of(signal.municipality, signal.provider) or signal.municipality
        by_key.setdefault(key, []).append(signal)
    for ordinal, (key, some) in enumerate(by_key.items()):
        dispatch_body(connection, "signals", causation_id, key, signals_to_json(tuple(some)), ordinal)
