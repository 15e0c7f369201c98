"""the clock: days as messages, and the signals they brought"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tick",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column(
            "sha256", sa.String(length=64), nullable=False, comment="stands for the message in its signals"
        ),
        sa.Column(
            "after_message",
            sa.Integer(),
            nullable=False,
            comment="last message taken in before the day came",
        ),
        sa.Column("register_version", sa.Integer(), nullable=False),
        sa.Column(
            "delivered",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="1 once its signals stand in an output folder",
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("day"),
        comment="a day comes once, as a message that everybody may send again",
    )
    op.create_table(
        "tick_signal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("tick_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=400), nullable=False),
        sa.Column("municipality", sa.String(length=4), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="the signal as JSON"),
        sa.ForeignKeyConstraint(["tick_id"], ["tick.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
        comment="what fell due; the same thing is told once, however many days come after",
    )
    op.create_index("ix_tick_signal_tick_id", "tick_signal", ["tick_id"])
