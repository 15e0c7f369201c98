"""How far each partition was handled, and what became of every record.

Everything here runs in the transaction of the decisions it belongs to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, and_, delete, insert, or_, select, tuple_, update

from store.dialect import insert_into
from store.parts import parts
from store.stream_tables import arrival, attempt, offset_gap, progress


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


class Arrival(NamedTuple):
    """What became of one record; `outcome` is JSON, none while the record is parked."""

    place: Place
    offset: int
    sha256: str | None
    outcome: str | None


def lock_progress(connection: Connection, places: Iterable[Place]) -> dict[Place, int]:
    """The next record to handle of each partition; nobody else can move them before the transaction ends.

    Locks are taken in one order, so two workers that share partitions for a moment cannot block each
    other. A partition that is new begins at 0.
    """
    wanted = sorted(set(places))
    found = _locked(connection, wanted)
    missing = [place for place in wanted if place not in found]
    if missing:
        rows = [{"topic": p.topic, "partition": p.partition, "next_offset": 0} for p in missing]
        connection.execute(insert_into(connection, progress).on_conflict_do_nothing(), rows)
        found = _locked(connection, wanted)
    return found


def _locked(connection: Connection, places: list[Place]) -> dict[Place, int]:
    p = progress.c
    query = select(p.topic, p.partition, p.next_offset).where(tuple_(p.topic, p.partition).in_(places))
    rows = connection.execute(query.order_by(p.topic, p.partition).with_for_update())
    return {Place(topic, partition): offset for topic, partition, offset in rows}


def read_progress(connection: Connection) -> dict[Place, int]:
    """The next record to handle of every partition we know."""
    p = progress.c
    rows = connection.execute(select(p.topic, p.partition, p.next_offset))
    return {Place(topic, partition): offset for topic, partition, offset in rows}


def save_progress(connection: Connection, moved: Mapping[Place, int]) -> None:
    """Remember the next record of these partitions."""
    p = progress.c
    for place, next_offset in moved.items():
        here = and_(p.topic == place.topic, p.partition == place.partition)
        connection.execute(update(progress).where(here).values(next_offset=next_offset))


def forget_progress(connection: Connection, topic: str) -> None:
    """Begin a topic at its first record again: it was made anew, and its offsets mean other records."""
    connection.execute(delete(progress).where(progress.c.topic == topic))
    connection.execute(delete(arrival).where(arrival.c.topic == topic))
    connection.execute(delete(attempt).where(attempt.c.topic == topic))


def save_arrivals(connection: Connection, arrivals: Iterable[Arrival]) -> None:
    """Write down what became of these records."""
    rows = [
        {"topic": a.place.topic, "partition": a.place.partition, "record_offset": a.offset,
         "sha256": a.sha256, "outcome": a.outcome}
        for a in arrivals
    ]  # fmt: skip
    if rows:
        connection.execute(insert(arrival), rows)


def settle_arrival(connection: Connection, place: Place, offset: int, outcome: str) -> None:
    """A record that was parked has its outcome now."""
    a = arrival.c
    here = and_(a.topic == place.topic, a.partition == place.partition, a.record_offset == offset)
    connection.execute(update(arrival).where(here).values(outcome=outcome))


def read_arrivals(
    connection: Connection, records: Iterable[tuple[Place, int]]
) -> dict[tuple[Place, int], Arrival]:
    """What became of these records, of those that were handled."""
    a = arrival.c
    found: dict[tuple[Place, int], Arrival] = {}
    for some in parts(sorted(records), 200):
        keys = [(place.topic, place.partition, offset) for place, offset in some]
        query = select(arrival).where(tuple_(a.topic, a.partition, a.record_offset).in_(keys))
        for row in connection.execute(query):
            place = Place(row.topic, row.partition)
            found[place, row.record_offset] = Arrival(place, row.record_offset, row.sha256, row.outcome)
    return found


def read_arrivals_since(
    connection: Connection, places: Mapping[Place, int]
) -> dict[tuple[Place, int], Arrival]:
    """What became of the records of these partitions from an offset on, of those that were handled."""
    a = arrival.c
    since = [
        and_(a.topic == place.topic, a.partition == place.partition, a.record_offset >= offset)
        for place, offset in sorted(places.items())
    ]
    found = {}
    for row in connection.execute(select(arrival).where(or_(*since))):
        place = Place(row.topic, row.partition)
        found[place, row.record_offset] = Arrival(place, row.record_offset, row.sha256, row.outcome)
    return found


def count_attempt(connection: Connection, place: Place, offset: int, error: str) -> int:
    """One more try at a record; how many there were."""
    values = {"topic": place.topic, "partition": place.partition, "record_offset": offset, "tries": 1,
              "last_error": error}  # fmt: skip
    statement = (
        insert_into(connection, attempt)
        .values(values)
        .on_conflict_do_update(
            index_elements=["topic", "partition", "record_offset"],
            set_={"tries": attempt.c.tries + 1, "last_error": error},
        )
        .returning(attempt.c.tries)
    )
    return int(connection.execute(statement).scalar_one())


def clear_attempts(connection: Connection, next_offsets: Mapping[Place, int]) -> None:
    """Forget the tries at records that are behind us."""
    a = attempt.c
    behind = [
        and_(a.topic == place.topic, a.partition == place.partition, a.record_offset < next_offset)
        for place, next_offset in next_offsets.items()
    ]
    if behind:
        connection.execute(delete(attempt).where(or_(*behind)))


def record_gap(connection: Connection, place: Place, expected: int, found: int, resolution: str) -> None:
    """Write down that a broker was ahead of the database, and what was done about it."""
    connection.execute(
        insert(offset_gap).values(
            topic=place.topic, partition=place.partition, expected_offset=expected, found_offset=found,
            resolution=resolution,
        )
    )  # fmt: skip
