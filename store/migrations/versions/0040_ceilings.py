"""ceilings"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ceiling_act",
        sa.Column("ceiling", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("step", sa.String(length=8), nullable=False, comment="CONSULT or DECIDE"),
        sa.Column("done_on", sa.String(length=10), nullable=False),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.Column(
            "after_tick", sa.Integer(), nullable=False, comment="last day that came before it was recorded"
        ),
        sa.PrimaryKeyConstraint("ceiling", "year", "version", "step"),
        comment="consultations and decisions after a notice, which stop its terms",
    )
    op.create_table(
        "ceiling_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ceiling", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False, comment="percent"),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("used_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("amount_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("overshoot_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("forecast_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("letter_due", sa.SmallInteger(), nullable=False),
        sa.Column("happened_on", sa.String(length=10), nullable=False),
        sa.Column("cause", sa.String(length=8), nullable=False, comment="message, register or clock"),
        sa.Column("cause_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "body",
            sa.LargeBinary(),
            nullable=True,
            comment="the signals, where no message or day carries them",
        ),
        sa.Column(
            "delivered",
            sa.SmallInteger(),
            nullable=False,
            comment="1 once its signals stand in an output folder",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ceiling", "year", "version", "threshold", "kind", "occurrence"),
        comment="thresholds reached and left, and threats of overrun: each told once",
    )
    with op.batch_alter_table("ceiling_event", schema=None) as batch_op:
        batch_op.create_index(
            "ceiling_event_undelivered",
            ["id"],
            unique=False,
            sqlite_where=sa.text("delivered = 0"),
            postgresql_where=sa.text("delivered = 0"),
        )

    op.create_table(
        "ceiling_use",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ceiling", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False, comment="under which it was judged last"),
        sa.Column(
            "fingerprint",
            sa.String(length=64),
            nullable=False,
            comment="of all by which usage is measured and judged",
        ),
        sa.Column(
            "judged_on", sa.String(length=10), nullable=False, comment="the day that chose the version"
        ),
        sa.Column("amount_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "used_cents",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="granted debits minus credits, by service period",
        ),
        sa.Column(
            "reached", sa.String(length=200), nullable=False, comment="thresholds that are reached: 70;100"
        ),
        sa.Column(
            "threatened",
            sa.SmallInteger(),
            nullable=False,
            comment="1 once overrun threatened in this version",
        ),
        sa.Column(
            "full_on",
            sa.String(length=10),
            nullable=True,
            comment="the day on which the whole was used; empty while it is not",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("ceiling", "year"),
        comment="guarded running totals: what the granted lines add up to, at any moment",
    )
    op.create_table(
        "ceiling_above",
        sa.Column("use_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "ground", sa.String(length=12), nullable=False, comment="CRISIS, SPECIFIC, RUNNING or REVIEW"
        ),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["use_id"],
            ["ceiling_use.id"],
        ),
        sa.PrimaryKeyConstraint("use_id", "message_id", "ground"),
        comment="what a message claims above a ceiling, and why it is paid all the same",
    )
    op.create_table(
        "ceiling_month",
        sa.Column("use_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("relation_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "month", sa.Integer(), autoincrement=False, nullable=False, comment="month number of service"
        ),
        sa.Column("used_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["relation_id"],
            ["relation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["use_id"],
            ["ceiling_use.id"],
        ),
        sa.PrimaryKeyConstraint("use_id", "relation_id", "month"),
        comment="the same totals by month and by whom they were claimed, for the forecast",
    )
    op.create_table(
        "ceiling_review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("use_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=4), nullable=False),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column(
            "above_cents",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="the part of the line that lies above the ceiling",
        ),
        sa.Column(
            "due_on",
            sa.String(length=10),
            nullable=False,
            comment="without a decision it is paid from this day on",
        ),
        sa.Column(
            "decision",
            sa.String(length=8),
            nullable=True,
            comment="PAY, RECOVER, BELOW (room again) or DUE; empty while it is open",
        ),
        sa.Column("decided_on", sa.String(length=10), nullable=True),
        sa.Column("document", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["use_id"],
            ["ceiling_use.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("line_id", "use_id"),
        comment="lines above a ceiling that contract management decides about; they were granted",
    )
    with op.batch_alter_table("ceiling_review", schema=None) as batch_op:
        batch_op.create_index("ceiling_review_of", ["municipality", "provider"], unique=False)
        batch_op.create_index(
            "ceiling_review_open",
            ["use_id"],
            unique=False,
            sqlite_where=sa.text("decision IS NULL"),
            postgresql_where=sa.text("decision IS NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("ceiling_review", schema=None) as batch_op:
        batch_op.drop_index(
            "ceiling_review_open",
            sqlite_where=sa.text("decision IS NULL"),
            postgresql_where=sa.text("decision IS NULL"),
        )
        batch_op.drop_index("ceiling_review_of")

    op.drop_table("ceiling_review")
    op.drop_table("ceiling_month")
    op.drop_table("ceiling_above")
    op.drop_table("ceiling_use")
    with op.batch_alter_table("ceiling_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ceiling_event_undelivered",
            sqlite_where=sa.text("delivered = 0"),
            postgresql_where=sa.text("delivered = 0"),
        )

    op.drop_table("ceiling_event")
    op.drop_table("ceiling_act")
