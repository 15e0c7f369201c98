"""Tables of the payment batches: what was paid, and which declarations a batch covers."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from store.metadata import metadata
from store.tables import Big, Day

batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("municipality", String(4), nullable=False),
    Column("year", Integer, nullable=False, comment="of the cut-off"),
    Column("sequence", Integer, nullable=False),
    Column("number", String(20), nullable=False, unique=True),
    Column("cut_off", Day, nullable=False),
    Column("due", Day, nullable=False),
    Column("total_cents", Big, nullable=False),
    Column("sha256", String(64), comment="of the payment file; none when nothing is paid"),
    Column("body", LargeBinary, nullable=False, comment="batch.json"),
    Column("pain", LargeBinary, comment="pain.001.xml"),
    Column("specification", LargeBinary, nullable=False, comment="specification.csv"),
    Column("after_message", Integer, nullable=False, comment="last message taken in before the batch closed"),
    Column(
        "delivered",
        SmallInteger,
        nullable=False,
        server_default="0",
        comment="1 once its files stand in an output folder",
    ),
    UniqueConstraint("municipality", "year", "sequence"),
    CheckConstraint("total_cents >= 0", name="batch_total_not_negative"),
    CheckConstraint("(total_cents > 0) = (pain IS NOT NULL)", name="batch_pays_with_a_file"),
    comment="closed batches: nothing of them changes but whether they were delivered",
)

payment = Table(
    "payment",
    metadata,
    Column("batch_id", ForeignKey("batch.id"), primary_key=True, autoincrement=False),
    Column("provider", String(8), primary_key=True),
    Column("end_to_end_id", String(35), nullable=False, unique=True),
    Column("amount_cents", Big, nullable=False),
    CheckConstraint("amount_cents > 0", name="payment_above_zero"),
    comment="at most one payment per provider per batch",
)

batch_message = Table(
    "batch_message",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True, autoincrement=False),
    Column("batch_id", ForeignKey("batch.id"), nullable=False, index=True),
    comment="a declaration is covered by one batch, whatever is replayed or closed at once",
)

batch_instalment = Table(
    "batch_instalment",
    metadata,
    Column("municipality", String(4), primary_key=True),
    Column("provider", String(8), primary_key=True),
    Column("schedule", String(200), primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("batch_id", ForeignKey("batch.id"), nullable=False, index=True),
    Column("due_on", Day, nullable=False),
    Column("amount_cents", Big, nullable=False),
    comment="an instalment of a lump sum is covered by one batch of a municipality",
)
