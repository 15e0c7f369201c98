"""Table of the starts and stops that providers reported (305 and 307)."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from store.metadata import metadata
from store.tables import Big, Day

delivery = Table(
    "delivery",
    metadata,
    Column("id", Big, primary_key=True, autoincrement=False, comment="as of a line: message and position"),
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("relation_id", ForeignKey("relation.id"), nullable=False),
    Column("bsn", String(9), nullable=False),
    Column("is_stop", Boolean, nullable=False),
    Column("position", Integer, nullable=False),
    Column("allocation", Integer, comment="none: task-based (IV096)"),
    Column("category", String(2)),
    Column("code", String(5)),
    Column("allocation_start", Day),
    Column("begin_on", Day, nullable=False),
    Column("end_on", Day, comment="of a stop"),
    Column("end_reason", String(2), comment="of a stop"),
    Column("removed_by", ForeignKey("message.id"), comment="message with the status 3 that took it back"),
    Index("delivery_of_client", "relation_id", "bsn"),
    comment="accepted starts and stops; never changed, only marked as removed",
)
