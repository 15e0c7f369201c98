"""Tables of the Kafka runtime: how far each partition is, what came where, what waits to be published.

The database is the authority on what has been handled; offsets committed on a broker are a hint.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, Table

from store.metadata import metadata
from store.tables import Big, Day


def _place(*, key: bool = True) -> list[Column[object]]:
    return [
        Column("topic", String(249), primary_key=key, nullable=False),
        Column("partition", Integer, primary_key=key, autoincrement=False, nullable=False),
    ]


progress = Table(
    "progress",
    metadata,
    *_place(),
    Column("next_offset", Big, nullable=False),
    comment="the next record to handle of each partition; written with the decisions before it",
)

arrival = Table(
    "arrival",
    metadata,
    *_place(),
    Column("record_offset", Big, primary_key=True, autoincrement=False),
    Column("sha256", String(64), comment="none: a record without a value"),
    Column("outcome", String, comment="as reported by process, in JSON; none while it is parked"),
    Index("arrival_message", "sha256"),
    comment="every record that was handled, and what became of it",
)

dispatch = Table(
    "dispatch",
    metadata,
    Column("id", Big, primary_key=True),
    Column("shard", SmallInteger, nullable=False, comment="of the key: rows of one key leave in order of id"),
    Column("topic", String(12), nullable=False),
    Column("record_key", String(64), nullable=False),
    Column("record_id", String(36), nullable=False, comment="derived from the input: the same when repeated"),
    Column("causation_id", String(64), nullable=False, comment="hash of the message that caused it"),
    Column("outbox_id", Integer, comment="row of the outbox with the value"),
    Column("body", LargeBinary, comment="the value, where it is in no outbox row"),
    Column("refused", String(20), comment="why the broker will never take it; none while it waits"),
    Index("dispatch_shard", "shard", "id"),
    comment="what waits to be published; a row goes when the broker has acknowledged it",
)

attempt = Table(
    "attempt",
    metadata,
    *_place(),
    Column("record_offset", Big, primary_key=True, autoincrement=False),
    Column("tries", Integer, nullable=False),
    Column("last_error", String, nullable=False, comment="where in the program; nothing of the message"),
    comment="records that failed, or that a worker was busy with when it ended",
)

blocked_key = Table(
    "blocked_key",
    metadata,
    Column("record_key", String(64), primary_key=True),
    *_place(key=False),
    Column("record_offset", Big, nullable=False),
    Column("reason", String, nullable=False),
    comment="keys with a record that could not be decided; what follows of them waits",
)

parked = Table(
    "parked",
    metadata,
    Column("id", Big, primary_key=True),
    Column("record_key", String(64), ForeignKey("blocked_key.record_key"), nullable=False),
    *_place(key=False),
    Column("record_offset", Big, nullable=False),
    Column("file", String, nullable=False),
    Column("received_on", Day, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("parked_key", "record_key", "id"),
    comment="records behind one that could not be decided, in order",
)

offset_gap = Table(
    "offset_gap",
    metadata,
    Column("id", Integer, primary_key=True),
    *_place(key=False),
    Column("expected_offset", Big, nullable=False),
    Column("found_offset", Big, nullable=False),
    Column("resolution", String(10), nullable=False, comment="rewound; accepted when the broker lost it"),
    comment="where a broker was ahead of the database",
)

announced = Table(
    "announced",
    metadata,
    Column("name", String(10), primary_key=True, comment="batches, days or imports"),
    Column("last_id", Big, nullable=False),
    comment="up to where what no message carries was put in the queue",
)

lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(64), nullable=False),
    Column("until_ms", Big, nullable=False, comment="milliseconds since 1970"),
    comment="who may publish which shard, and until when",
)
