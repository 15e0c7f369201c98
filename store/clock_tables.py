"""Tables of the clock: the days that came as messages, and the signals they brought."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, SmallInteger, String, Table

from store.metadata import metadata
from store.tables import Day

tick = Table(
    "tick",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("day", Day, nullable=False, unique=True),
    Column("sha256", String(64), nullable=False, comment="stands for the message in its signals"),
    Column("after_message", Integer, nullable=False, comment="last message taken in before the day came"),
    Column("register_version", Integer, nullable=False),
    Column(
        "delivered",
        SmallInteger,
        nullable=False,
        server_default="0",
        comment="1 once its signals stand in an output folder",
    ),
    comment="a day comes once, as a message that everybody may send again",
)

tick_signal = Table(
    "tick_signal",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("tick_id", ForeignKey("tick.id"), nullable=False, index=True),
    Column("key", String(400), nullable=False, unique=True),
    Column("municipality", String(4), nullable=False),
    Column("body", LargeBinary, nullable=False, comment="the signal as JSON"),
    comment="what fell due; the same thing is told once, however many days come after",
)
