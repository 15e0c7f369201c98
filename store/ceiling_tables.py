"""Tables of the ceilings: what is used, what happened, which lines wait for a decision, what was done.

A ceiling is named by its name and the year in which it ends; a pool of ceilings by the name of the pool.
"""

from __future__ import annotations

from sqlalchemy import (
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
from store.tables import Big, Day

Name = String(200)

ceiling_use = Table(
    "ceiling_use",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ceiling", Name, nullable=False),
    Column("year", Integer, nullable=False),
    Column("version", Integer, nullable=False, comment="under which it was judged last"),
    Column("fingerprint", String(64), nullable=False, comment="of all by which usage is measured and judged"),
    Column("judged_on", Day, nullable=False, comment="the day that chose the version"),
    Column("amount_cents", Big, nullable=False),
    Column("used_cents", Big, nullable=False, comment="granted debits minus credits, by service period"),
    Column("reached", String(200), nullable=False, comment="thresholds that are reached: 70;100"),
    Column("threatened", SmallInteger, nullable=False, comment="1 once overrun threatened in this version"),
    Column("full_on", Day, comment="the day on which the whole was used; empty while it is not"),
    UniqueConstraint("ceiling", "year"),
    comment="guarded running totals: what the granted lines add up to, at any moment",
)

ceiling_month = Table(
    "ceiling_month",
    metadata,
    Column("use_id", ForeignKey("ceiling_use.id"), primary_key=True, autoincrement=False),
    Column("relation_id", ForeignKey("relation.id"), primary_key=True, autoincrement=False),
    Column("month", Integer, primary_key=True, autoincrement=False, comment="month number of service"),
    Column("used_cents", Big, nullable=False),
    comment="the same totals by month and by whom they were claimed, for the forecast",
)

ceiling_event = Table(
    "ceiling_event",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("ceiling", Name, nullable=False),
    Column("year", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("threshold", Integer, nullable=False, comment="percent"),
    Column("kind", String(12), nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("used_cents", Big, nullable=False),
    Column("amount_cents", Big, nullable=False),
    Column("overshoot_cents", Big, nullable=False),
    Column("forecast_cents", Big),
    Column("letter_due", SmallInteger, nullable=False),
    Column("happened_on", Day, nullable=False),
    Column("cause", String(8), nullable=False, comment="message, register or clock"),
    Column("cause_sha256", String(64), nullable=False),
    Column("body", LargeBinary, comment="the signals, where no message or day carries them"),
    Column("delivered", SmallInteger, nullable=False, comment="1 once its signals stand in an output folder"),
    UniqueConstraint("ceiling", "year", "version", "threshold", "kind", "occurrence"),
    index_where("delivered = 0", "ceiling_event_undelivered", "id"),
    comment="thresholds reached and left, and threats of overrun: each told once",
)

ceiling_above = Table(
    "ceiling_above",
    metadata,
    Column("use_id", ForeignKey("ceiling_use.id"), primary_key=True, autoincrement=False),
    Column("message_id", Integer, primary_key=True, autoincrement=False),
    Column("ground", String(12), primary_key=True, comment="CRISIS, SPECIFIC, RUNNING or REVIEW"),
    Column("lines", Integer, nullable=False),
    Column("cents", Big, nullable=False),
    comment="what a message claims above a ceiling, and why it is paid all the same",
)

ceiling_review = Table(
    "ceiling_review",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("line_id", Big, nullable=False),
    Column("use_id", ForeignKey("ceiling_use.id"), nullable=False),
    Column("message_id", Integer, nullable=False),
    Column("municipality", String(4), nullable=False),
    Column("provider", String(8), nullable=False),
    Column("above_cents", Big, nullable=False, comment="the part of the line that lies above the ceiling"),
    Column("held_cents", Big, nullable=False, server_default="0", comment="what of it is held"),
    Column("due_on", Day, nullable=False, comment="without a decision it is paid from this day on"),
    Column("decision", String(8), comment="PAY, RECOVER, BELOW (room again) or DUE; empty while it is open"),
    Column("decided_on", Day),
    Column("document", String(200)),
    UniqueConstraint("line_id", "use_id"),
    Index("ceiling_review_of", "municipality", "provider"),
    index_where("decision IS NULL OR decision = 'RECOVER'", "ceiling_review_held", "use_id"),
    comment="lines above a ceiling that contract management decides about; they were granted",
)

ceiling_act = Table(
    "ceiling_act",
    metadata,
    Column("ceiling", Name, primary_key=True),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("step", String(8), primary_key=True, comment="CONSULT or DECIDE"),
    Column("done_on", Day, nullable=False),
    Column("document", String(200)),
    Column("after_tick", Integer, nullable=False, comment="last day that came before it was recorded"),
    comment="consultations and decisions after a notice, which stop its terms",
)
