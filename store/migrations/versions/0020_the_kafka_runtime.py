"""the Kafka runtime: progress, arrivals, what waits to be published, what waits for its key"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "arrival",
        sa.Column("topic", sa.String(length=249), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "record_offset",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("sha256", sa.String(length=64), nullable=True, comment="none: a record without a value"),
        sa.Column(
            "outcome",
            sa.String(),
            nullable=True,
            comment="as reported by process, in JSON; none while it is parked",
        ),
        sa.PrimaryKeyConstraint("topic", "partition", "record_offset"),
        comment="every record that was handled, and what became of it",
    )
    op.create_index("arrival_message", "arrival", ["sha256"], unique=False)
    op.create_table(
        "attempt",
        sa.Column("topic", sa.String(length=249), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "record_offset",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column(
            "last_error", sa.String(), nullable=False, comment="where in the program; nothing of the message"
        ),
        sa.PrimaryKeyConstraint("topic", "partition", "record_offset"),
        comment="records that failed, or that a worker was busy with when it ended",
    )
    op.create_table(
        "blocked_key",
        sa.Column("record_key", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=249), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("record_offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("record_key"),
        comment="keys with a record that could not be decided; what follows of them waits",
    )
    op.create_table(
        "dispatch",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "shard",
            sa.SmallInteger(),
            nullable=False,
            comment="of the key: rows of one key leave in order of id",
        ),
        sa.Column("topic", sa.String(length=12), nullable=False),
        sa.Column("record_key", sa.String(length=64), nullable=False),
        sa.Column(
            "record_id",
            sa.String(length=36),
            nullable=False,
            comment="derived from the input: the same when repeated",
        ),
        sa.Column(
            "causation_id", sa.String(length=64), nullable=False, comment="hash of the message that caused it"
        ),
        sa.Column("outbox_id", sa.Integer(), nullable=True, comment="row of the outbox with the value"),
        sa.Column("body", sa.LargeBinary(), nullable=True, comment="the value, where it is in no outbox row"),
        sa.PrimaryKeyConstraint("id"),
        comment="what waits to be published; a row goes when the broker has acknowledged it",
    )
    op.create_index("dispatch_shard", "dispatch", ["shard", "id"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column(
            "until_ms",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="milliseconds since 1970",
        ),
        sa.PrimaryKeyConstraint("name"),
        comment="who may publish which shard, and until when",
    )
    op.create_table(
        "offset_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=249), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("expected_offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("found_offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "resolution",
            sa.String(length=10),
            nullable=False,
            comment="rewound; accepted when the broker lost it",
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="where a broker was ahead of the database",
    )
    op.create_table(
        "progress",
        sa.Column("topic", sa.String(length=249), nullable=False),
        sa.Column("partition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("next_offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("topic", "partition"),
        comment="the next record to handle of each partition; written with the decisions before it",
    )
    op.create_table(
        "parked",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("record_key", sa.String(length=64), nullable=False),
        sa.Column("topic", sa.String(length=249), nullable=False),
        sa.Column("partition", sa.Integer(), nullable=False),
        sa.Column("record_offset", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["record_key"],
            ["blocked_key.record_key"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="records behind one that could not be decided, in order",
    )
    op.create_index("parked_key", "parked", ["record_key", "id"], unique=False)
