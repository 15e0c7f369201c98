"""What waits to be published: a queue in the database, written with the decisions themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from uuid import UUID, uuid5
from zlib import crc32

from sqlalchemy import Connection, and_, delete, func, insert, or_, select, update

from store.dialect import insert_into
from store.packing import unpack
from store.parts import parts
from store.stream_tables import dispatch, lease
from store.tables import outbox

SHARDS: Final = 8
_IDS: Final = UUID("6f0d1c57-5d0e-5b0e-9a57-2f1f3e6b8f10")


class Waiting(NamedTuple):
    """A record to publish: `topic` is the word of the topology."""

    id: int
    topic: str
    key: str
    record_id: str
    causation_id: str
    body: bytes


class Backlog(NamedTuple):
    """How many records wait to be published, the ids of the oldest and the newest; how many were refused."""

    records: int
    oldest: int | None
    newest: int | None
    refused: int = 0


class Refused(NamedTuple):
    """A record that the broker will not take as it is: kept, and passed by."""

    topic: str
    key: str
    record_id: str
    causation_id: str
    reason: str
    bytes: int


class Caused(NamedTuple):
    """A message that was decided, under the key of its record."""

    message_id: int
    sha256: str
    key: str


def record_id(causation_id: str, topic: str, ordinal: int) -> str:
    """The id of the nth record of a topic that a message causes: the same however often it is made."""
    return str(uuid5(_IDS, f"{causation_id}|{topic}|{ordinal}"))


def shard_of(key: str) -> int:
    """Records of one key share a shard, and a shard has one publisher at a time."""
    return crc32(key.encode()) % SHARDS


def dispatch_messages(connection: Connection, caused: Iterable[Caused]) -> None:
    """Let everything leave that these messages put in the outbox, once more if it left before."""
    causes = list(caused)
    o, rows_of = outbox.c, dict[int, list[tuple[int, str]]]()
    for some in parts(causes):
        ids = {each.message_id for each in some}
        query = select(o.id, o.topic, o.message_id).where(o.message_id.in_(ids)).order_by(o.id)
        for outbox_id, topic, message_id in connection.execute(query):
            rows_of.setdefault(message_id, []).append((outbox_id, topic))
    values = []
    for each in causes:
        ordinals: dict[str, int] = {}
        for outbox_id, topic in rows_of.get(each.message_id, ()):
            ordinal = ordinals[topic] = ordinals.get(topic, -1) + 1
            row = _row(topic, each.key, each.sha256, ordinal)
            values.append(row | {"outbox_id": outbox_id, "body": None})
    if values:
        connection.execute(insert(dispatch), values)


def dispatch_body(
    connection: Connection, topic: str, sha256: str, key: str, body: bytes, ordinal: int = 0
) -> None:
    """Let something leave that stands in no outbox row: a notice, a record set aside, a batch."""
    row = _row(topic, key, sha256, ordinal) | {"outbox_id": None, "body": body}
    connection.execute(insert(dispatch).values(row))


def waiting(connection: Connection, shards: Iterable[int], most: int, most_bytes: int) -> list[Waiting]:
    """The first records of these shards to publish, in order: at least one when there are any."""
    d, o = dispatch.c, outbox.c
    size = func.coalesce(func.length(o.body), func.length(d.body), 0)
    joined = dispatch.outerjoin(outbox, d.outbox_id == o.id)
    mine = and_(d.shard.in_(sorted(shards)), d.refused.is_(None))
    sizes = select(d.id, size).select_from(joined).where(mine).order_by(d.id).limit(most)
    last, total = None, 0
    for row_id, length in connection.execute(sizes):
        total += length
        if last is not None and total > most_bytes:
            break
        last = row_id
    if last is None:
        return []
    query = (
        select(d.id, d.topic, d.record_key, d.record_id, d.causation_id, o.body, d.body)
        .select_from(joined)
        .where(mine, d.id <= last)
        .order_by(d.id)
        .limit(most)
    )
    rows = ((row[:-2], _body(*row[-2:])) for row in connection.execute(query))
    return [*_within(most_bytes, (Waiting(*names, body) for names, body in rows))]


def _body(kept: bytes | None, own: bytes | None) -> bytes:
    """The value of a record: that of its row in the outbox, or its own, which may be any bytes."""
    return (own or b"") if kept is None else unpack(kept)


def _within(most_bytes: int, records: Iterable[Waiting]) -> Iterator[Waiting]:
    """The first of these, as long as they are not too much together."""
    total = 0
    for record in records:
        total += len(record.body)
        if total > most_bytes and total > len(record.body):
            return
        yield record


def published(connection: Connection, ids: Iterable[int]) -> None:
    """The broker has these: they wait no more."""
    for gone in parts(sorted(ids)):
        connection.execute(delete(dispatch).where(dispatch.c.id.in_(gone)))


def set_aside(connection: Connection, ids: Iterable[int], reason: str) -> None:
    """The broker will never take these as they are: they are kept, and what is behind them goes on."""
    connection.execute(update(dispatch).where(dispatch.c.id.in_(sorted(ids))).values(refused=reason))


def offer_again(connection: Connection, key: str) -> int:
    """Let the records of a key that were set aside wait to be published once more; how many there are."""
    d = dispatch.c
    again = update(dispatch).where(d.record_key == key, d.refused.is_not(None)).values(refused=None)
    return connection.execute(again).rowcount


def refused(connection: Connection) -> list[Refused]:
    """Every record that was set aside, the oldest first."""
    d, o = dispatch.c, outbox.c
    query = (
        select(d.topic, d.record_key, d.record_id, d.causation_id, d.refused, o.body, d.body)
        .select_from(dispatch.outerjoin(outbox, d.outbox_id == o.id))
        .where(d.refused.is_not(None))
        .order_by(d.id)
    )
    return [Refused(*row[:-2], len(_body(*row[-2:]))) for row in connection.execute(query)]


def backlog(connection: Connection) -> int:
    """How many records wait to be published."""
    query = select(func.count()).select_from(dispatch).where(dispatch.c.refused.is_(None))
    return int(connection.execute(query).scalar_one())


def read_backlog(connection: Connection) -> Backlog:
    """What waits to be published, and how much was set aside."""
    d = dispatch.c
    waits = select(func.count(), func.min(d.id), func.max(d.id)).where(d.refused.is_(None))
    aside = select(func.count(d.refused))
    records, oldest, newest = connection.execute(waits).one()
    return Backlog(records, oldest, newest, connection.execute(aside).scalar_one())


def take_lease(connection: Connection, name: str, owner: str, now_ms: int, until_ms: int) -> bool:
    """Whether the owner may work under this name until then; it may take over what ran out."""
    first = insert_into(connection, lease).values(name=name, owner=owner, until_ms=0)
    connection.execute(first.on_conflict_do_nothing())
    mine = or_(lease.c.owner == owner, lease.c.until_ms < now_ms)
    taking = update(lease).where(lease.c.name == name, mine).values(owner=owner, until_ms=until_ms)
    return connection.execute(taking).rowcount == 1


def drop_leases(connection: Connection, owner: str) -> None:
    """Leave the work to others at once."""
    connection.execute(update(lease).where(lease.c.owner == owner).values(until_ms=0))


def _row(topic: str, key: str, causation_id: str, ordinal: int) -> dict[str, object]:
    return {
        "shard": shard_of(key),
        "topic": topic,
        "record_key": key,
        "record_id": record_id(causation_id, topic, ordinal),
        "causation_id": causation_id,
    }
