"""Tables of the message flow: inbox, allocations, declarations, lines, outbox.

Days are ISO text (they sort and compare as days), money is whole cents. A line's id is its
message's id times 100,000 plus its position, so ids need no sequence and a replay repeats them.
The ids of the messages of one relation follow the order in which they were decided.
"""

from __future__ import annotations

from sqlalchemy import BigInteger as _BigInteger
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from store.metadata import index_where, metadata

LINES_PER_MESSAGE = 100_000
Big = _BigInteger().with_variant(Integer, "sqlite")
Day = String(10)

relation = Table(
    "relation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(4), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("domain", String(3), nullable=False),
    UniqueConstraint("municipality", "provider", "domain"),
    comment="one provider for one municipality in one legal domain: the scope of every number",
)

basis = Table(
    "basis",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("content", String, nullable=False, unique=True),
    comment="rule set and choices under which messages were decided",
)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("relation_id", ForeignKey("relation.id"), nullable=False),
    Column("type", String(6), nullable=False),
    Column("identification", String(12), nullable=False),
    Column("dated_on", Day, nullable=False),
    Column("received_on", Day, nullable=False),
    Column("file", String, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column(
        "row", SmallInteger, nullable=False, comment="row of the decision table of the answer, 0 for a 301"
    ),
    Column("claimed_cents", Big, nullable=False),
    Column("granted_cents", Big, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("answer_type", String(6)),
    Column("answer_identification", String(12)),
    Column("answered_on", Day, comment="Dagtekening of our answer"),
    Column("answer_due", Day),
    Column("basis_id", ForeignKey("basis.id"), nullable=False),
    Column("register_version", Integer, nullable=False),
    Column("delivered", SmallInteger, nullable=False, comment="1 once its files stand in an output folder"),
    Index("message_identification", "relation_id", "type", "identification"),
    index_where("delivered = 0", "message_undelivered", "id"),
    UniqueConstraint("answer_type", "answer_identification"),
)

message_body = Table(
    "message_body",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

fault = Table(
    "fault",
    metadata,
    Column("id", Integer, primary_key=True, comment="in order of arrival"),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("after_message", Integer, nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("reason", String, nullable=False),
    Column("detail", String, nullable=False, comment="the notice as JSON"),
    Column("received_on", Day, nullable=False),
    Column("file", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("delivered", SmallInteger, nullable=False),
    Column("register_version", Integer, comment="unknown of those sealed before this was kept"),
    comment="sealed unusable and refused messages; nothing else of them is kept",
)

_ALLOCATION_VALUES = (
    ("number", Integer, False),
    ("bsn", String(9), False),
    ("category", String(2), True),
    ("code", String(5), True),
    ("volume", Integer, True),
    ("unit", String(2), True),
    ("frequency", String(1), True),
    ("budget_cents", Big, True),
    ("start_on", Day, False),
    ("end_on", Day, True),
    ("change_reason", String(2), True),
    ("decided_at", String(26), False),
    ("provider_reference", String(36), True),
)


ALLOCATION_VALUES = ", ".join(name for name, *_ in _ALLOCATION_VALUES)
"""The columns of the value of an allocation, in the order of its fields."""


def _allocation_columns() -> list[Column[object]]:
    return [Column(name, kind, nullable=nullable) for name, kind, nullable in _ALLOCATION_VALUES]


allocation = Table(
    "allocation",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=False, comment="relation and number in one"),
    Column("relation_id", ForeignKey("relation.id"), nullable=False),
    Column("municipality", String(4), nullable=False),
    Column("domain", String(3), nullable=False),
    *_allocation_columns(),
    Column("version_id", Big, nullable=False),
    Column("longest_end", Day, nullable=False, comment="latest end any version promised; 9999-12-31 is open"),
    UniqueConstraint("municipality", "domain", "number"),
    Index("allocation_client", "relation_id", "bsn"),
    comment="the current version of each allocation",
)

allocation_use = Table(
    "allocation_use",
    metadata,
    Column("allocation_id", Big, primary_key=True, autoincrement=False),
    Column("used_volume", Big, nullable=False, comment="live debits; hours in minutes"),
    Column("used_cents", Big, nullable=False),
    CheckConstraint("used_volume >= 0 AND used_cents >= 0", name="allocation_use_not_negative"),
    comment="guarded counters: what is used of each allocation that was ever used",
)

allocation_version = Table(
    "allocation_version",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=False, comment="as of a line: message and position"),
    Column("allocation_id", ForeignKey("allocation.id"), nullable=False),
    Column("message_id", ForeignKey("message.id"), nullable=False),
    *_allocation_columns(),
    Index("allocation_version_of", "allocation_id", "message_id"),
)

declaration = Table(
    "declaration",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("relation_id", ForeignKey("relation.id"), nullable=False),
    Column("municipality", String(4), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("domain", String(3), nullable=False),
    Column("number", String(12), nullable=False),
    Column("period_begin", Day, nullable=False),
    Column("dated_on", Day, nullable=False, comment="Dagtekening of the message"),
    Column("received_on", Day, nullable=False),
    Column("claimed_cents", Big, nullable=False),
    Column("granted_cents", Big, nullable=False),
    UniqueConstraint("relation_id", "number"),
    Index("declaration_month", "relation_id", "period_begin", "dated_on"),
    Index("declaration_received", "municipality", "received_on"),
    comment="processed declarations only",
)

line = Table(
    "line",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=False),
    Column("message_id", Integer, nullable=False),
    Column("relation_id", Integer, nullable=False),
    Column("bsn", String(9), nullable=False),
    Column("reference", String(20), nullable=False),
    Column("previous", String(20)),
    Column("allocation_number", Integer, nullable=False),
    Column("category", String(2), nullable=False),
    Column("code", String(5), nullable=False),
    Column("begin_on", Day, nullable=False),
    Column("end_on", Day, nullable=False),
    Column("month", Integer, nullable=False, comment="month number of the first day"),
    Column("volume", Integer, nullable=False),
    Column("unit", String(2), nullable=False),
    Column("tariff_cents", Integer),
    Column("amount_cents", Integer, nullable=False),
    Column("side", String(1), nullable=False),
    Column("state", SmallInteger, nullable=False, comment="0 rejected, 1 live, 2 credited, 3 credit"),
    Column("used_volume", Big, nullable=False, comment="volume as counted on the allocation"),
    Column("allocation_id", Big),
    Column("version_id", Big),
    Column("price_row", String),
    Index("line_reference", "relation_id", "reference"),
    index_where("state = 1", "line_live", "allocation_id", "month", "category", "code", unique=True),
    comment="every line of every processed declaration, decided once; written in bulk with its message",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("topic", String(12), nullable=False),
    Column("name", String, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("outbox_message", "message_id", "topic"),
    comment="what leaves the house: answers, returns, rejections, signals",
)
