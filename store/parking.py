"""Keys with a record that could not be decided: what follows of them waits, in order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, select

from store.progress import Place
from store.stream_tables import blocked_key, parked


class Parked(NamedTuple):
    """A record that waits behind one that could not be decided."""

    key: str
    place: Place
    offset: int
    file: str
    received_on: date
    body: bytes


class Blocked(NamedTuple):
    """A key that waits, why, and how many records wait behind it."""

    key: str
    place: Place
    offset: int
    reason: str
    waiting: int


def lock_blocked(connection: Connection, keys: Iterable[str]) -> set[str]:
    """Which of these keys wait; none of them is released before the transaction ends."""
    b = blocked_key.c
    query = select(b.record_key).where(b.record_key.in_(sorted(set(keys)))).order_by(b.record_key)
    return set(connection.execute(query.with_for_update()).scalars())


def count_blocked(connection: Connection) -> int:
    """How many keys wait."""
    return int(connection.execute(select(func.count()).select_from(blocked_key)).scalar_one())


def block(connection: Connection, key: str, place: Place, offset: int, reason: str) -> None:
    """Let everything that follows of this key wait."""
    connection.execute(
        insert(blocked_key).values(
            record_key=key, topic=place.topic, partition=place.partition, record_offset=offset, reason=reason
        )
    )


def park(connection: Connection, record: Parked) -> None:
    """Keep a record until its key is released."""
    connection.execute(
        insert(parked).values(
            record_key=record.key, topic=record.place.topic, partition=record.place.partition,
            record_offset=record.offset, file=record.file, received_on=str(record.received_on),
            body=record.body,
        )
    )  # fmt: skip


def blocked(connection: Connection) -> list[Blocked]:
    """Every key that waits."""
    b, p = blocked_key.c, parked.c
    waiting = select(func.count()).select_from(parked).where(p.record_key == b.record_key).scalar_subquery()
    rows = connection.execute(select(blocked_key, waiting.label("waiting")).order_by(b.record_key))
    return [
        Blocked(r.record_key, Place(r.topic, r.partition), r.record_offset, r.reason, r.waiting) for r in rows
    ]


def release(connection: Connection, key: str) -> list[Parked]:
    """Take the records that wait for this key, in order, and let the key go on after them."""
    p = parked.c
    rows = connection.execute(select(parked).where(p.record_key == key).order_by(p.id)).all()
    connection.execute(delete(parked).where(p.record_key == key))
    connection.execute(delete(blocked_key).where(blocked_key.c.record_key == key))
    return [
        Parked(r.record_key, Place(r.topic, r.partition), r.record_offset, r.file,
               date.fromisoformat(r.received_on), r.body)
        for r in rows
    ]  # fmt: skip
