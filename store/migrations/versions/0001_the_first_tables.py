"""the first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "basis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("content"),
        comment="rule set and choices under which messages were decided",
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=4), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False, comment="of the cut-off"),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("cut_off", sa.String(length=10), nullable=False),
        sa.Column("due", sa.String(length=10), nullable=False),
        sa.Column("total_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "sha256",
            sa.String(length=64),
            nullable=True,
            comment="of the payment file; none when nothing is paid",
        ),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="batch.json"),
        sa.Column("pain", sa.LargeBinary(), nullable=True, comment="pain.001.xml"),
        sa.Column("specification", sa.LargeBinary(), nullable=False, comment="specification.csv"),
        sa.Column(
            "after_message",
            sa.Integer(),
            nullable=False,
            comment="last message taken in before the batch closed",
        ),
        sa.Column(
            "delivered",
            sa.SmallInteger(),
            server_default="0",
            nullable=False,
            comment="1 once its files stand in an output folder",
        ),
        sa.CheckConstraint("(total_cents > 0) = (pain IS NOT NULL)", name="batch_pays_with_a_file"),
        sa.CheckConstraint("total_cents >= 0", name="batch_total_not_negative"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("municipality", "year", "sequence"),
        sa.UniqueConstraint("number"),
        comment="closed batches: nothing of them changes but whether they were delivered",
    )
    op.create_table(
        "fault",
        sa.Column("id", sa.Integer(), nullable=False, comment="in order of arrival"),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("after_message", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False, comment="the notice as JSON"),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("delivered", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sha256"),
        comment="sealed unusable and refused messages; nothing else of them is kept",
    )
    op.create_table(
        "line",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("relation_id", sa.Integer(), nullable=False),
        sa.Column("bsn", sa.String(length=9), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("previous", sa.String(length=20), nullable=True),
        sa.Column("allocation_number", sa.Integer(), nullable=False),
        sa.Column("category", sa.String(length=2), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("begin_on", sa.String(length=10), nullable=False),
        sa.Column("end_on", sa.String(length=10), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False, comment="month number of the first day"),
        sa.Column("volume", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=2), nullable=False),
        sa.Column("tariff_cents", sa.Integer(), nullable=True),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=1), nullable=False),
        sa.Column(
            "state", sa.SmallInteger(), nullable=False, comment="0 rejected, 1 live, 2 credited, 3 credit"
        ),
        sa.Column(
            "used_volume",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="volume as counted on the allocation",
        ),
        sa.Column("allocation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("price_row", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        comment="every line of every processed declaration, decided once; written in bulk with its message",
    )
    op.create_index(
        "line_live",
        "line",
        ["allocation_id", "month", "category", "code"],
        unique=True,
        sqlite_where=sa.text("state = 1"),
        postgresql_where=sa.text("state = 1"),
    )
    op.create_index("line_reference", "line", ["relation_id", "reference"], unique=False)
    op.create_table(
        "register_import",
        sa.Column("id", sa.Integer(), nullable=False, comment="the version of the register"),
        sa.Column("recorded_at", sa.String(length=40), nullable=False, comment="ISO timestamp"),
        sa.Column(
            "after_message", sa.Integer(), nullable=False, comment="last message decided before this version"
        ),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        comment="one import of register tables that changed something",
    )
    op.create_table(
        "relation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=4), nullable=False),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column("domain", sa.String(length=3), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("municipality", "provider", "domain"),
        comment="one provider for one municipality in one legal domain: the scope of every number",
    )
    op.create_table(
        "allocation",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="relation and number in one",
        ),
        sa.Column("relation_id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=4), nullable=False),
        sa.Column("domain", sa.String(length=3), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bsn", sa.String(length=9), nullable=False),
        sa.Column("category", sa.String(length=2), nullable=True),
        sa.Column("code", sa.String(length=5), nullable=True),
        sa.Column("volume", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=2), nullable=True),
        sa.Column("frequency", sa.String(length=1), nullable=True),
        sa.Column("budget_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("start_on", sa.String(length=10), nullable=False),
        sa.Column("end_on", sa.String(length=10), nullable=True),
        sa.Column("change_reason", sa.String(length=2), nullable=True),
        sa.Column("decided_at", sa.String(length=26), nullable=False),
        sa.Column("provider_reference", sa.String(length=36), nullable=True),
        sa.Column("version_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "longest_end",
            sa.String(length=10),
            nullable=False,
            comment="latest end any version promised; 9999-12-31 is open",
        ),
        sa.Column(
            "used_volume",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
            comment="live debits; hours in minutes",
        ),
        sa.Column(
            "used_cents",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            server_default="0",
            nullable=False,
        ),
        sa.CheckConstraint("used_volume >= 0 AND used_cents >= 0", name="allocation_use_not_negative"),
        sa.ForeignKeyConstraint(
            ["relation_id"],
            ["relation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("municipality", "domain", "number"),
        comment="the current version of each allocation with what is used of it",
    )
    op.create_index("allocation_client", "allocation", ["relation_id", "bsn"], unique=False)
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("relation_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=6), nullable=False),
        sa.Column("identification", sa.String(length=12), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column(
            "row",
            sa.SmallInteger(),
            nullable=False,
            comment="row of the decision table of the answer, 0 for a 301",
        ),
        sa.Column("claimed_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("granted_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("answer_type", sa.String(length=6), nullable=True),
        sa.Column("answer_identification", sa.String(length=12), nullable=True),
        sa.Column("answered_on", sa.String(length=10), nullable=True, comment="Dagtekening of our answer"),
        sa.Column("answer_due", sa.String(length=10), nullable=True),
        sa.Column("basis_id", sa.Integer(), nullable=False),
        sa.Column("register_version", sa.Integer(), nullable=False),
        sa.Column(
            "delivered",
            sa.SmallInteger(),
            nullable=False,
            comment="1 once its files stand in an output folder",
        ),
        sa.ForeignKeyConstraint(
            ["basis_id"],
            ["basis.id"],
        ),
        sa.ForeignKeyConstraint(
            ["relation_id"],
            ["relation.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("answer_type", "answer_identification"),
        sa.UniqueConstraint("sha256"),
    )
    op.create_index(
        "message_identification", "message", ["relation_id", "type", "identification"], unique=False
    )
    op.create_index(
        "message_undelivered",
        "message",
        ["id"],
        unique=False,
        sqlite_where=sa.text("delivered = 0"),
        postgresql_where=sa.text("delivered = 0"),
    )
    op.create_table(
        "payment",
        sa.Column("batch_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column("end_to_end_id", sa.String(length=35), nullable=False),
        sa.Column("amount_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.CheckConstraint("amount_cents > 0", name="payment_above_zero"),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["batch.id"],
        ),
        sa.PrimaryKeyConstraint("batch_id", "provider"),
        sa.UniqueConstraint("end_to_end_id"),
        comment="at most one payment per provider per batch",
    )
    op.create_table(
        "register_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=30), nullable=False),
        sa.Column(
            "row_key",
            sa.String(length=64),
            nullable=False,
            comment="SHA-256 of the values that identify the row",
        ),
        sa.Column(
            "body", sa.Text(), nullable=False, comment="canonical JSON: sorted names, empty columns left out"
        ),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ended_by"],
            ["register_import.id"],
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["register_import.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="one version of one row of a register table",
    )
    op.create_index(
        "ix_register_row_table_name_import_id", "register_row", ["table_name", "import_id"], unique=False
    )
    op.create_index(
        "uq_register_row_current",
        "register_row",
        ["table_name", "row_key"],
        unique=True,
        sqlite_where=sa.text("ended_by IS NULL"),
        postgresql_where=sa.text("ended_by IS NULL"),
    )
    op.create_table(
        "allocation_version",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="as of a line: message and position",
        ),
        sa.Column("allocation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bsn", sa.String(length=9), nullable=False),
        sa.Column("category", sa.String(length=2), nullable=True),
        sa.Column("code", sa.String(length=5), nullable=True),
        sa.Column("volume", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=2), nullable=True),
        sa.Column("frequency", sa.String(length=1), nullable=True),
        sa.Column("budget_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("start_on", sa.String(length=10), nullable=False),
        sa.Column("end_on", sa.String(length=10), nullable=True),
        sa.Column("change_reason", sa.String(length=2), nullable=True),
        sa.Column("decided_at", sa.String(length=26), nullable=False),
        sa.Column("provider_reference", sa.String(length=36), nullable=True),
        sa.ForeignKeyConstraint(
            ["allocation_id"],
            ["allocation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "allocation_version_of", "allocation_version", ["allocation_id", "message_id"], unique=False
    )
    op.create_table(
        "batch_message",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["batch.id"],
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("message_id"),
        comment="a declaration is covered by one batch, whatever is replayed or closed at once",
    )
    op.create_index(op.f("ix_batch_message_batch_id"), "batch_message", ["batch_id"], unique=False)
    op.create_table(
        "declaration",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("relation_id", sa.Integer(), nullable=False),
        sa.Column("municipality", sa.String(length=4), nullable=False),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column("domain", sa.String(length=3), nullable=False),
        sa.Column("number", sa.String(length=12), nullable=False),
        sa.Column("period_begin", sa.String(length=10), nullable=False),
        sa.Column("dated_on", sa.String(length=10), nullable=False, comment="Dagtekening of the message"),
        sa.Column("received_on", sa.String(length=10), nullable=False),
        sa.Column("claimed_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("granted_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["relation_id"],
            ["relation.id"],
        ),
        sa.PrimaryKeyConstraint("message_id"),
        sa.UniqueConstraint("relation_id", "number"),
        comment="processed declarations only",
    )
    op.create_index(
        "declaration_month", "declaration", ["relation_id", "period_begin", "dated_on"], unique=False
    )
    op.create_index("declaration_received", "declaration", ["municipality", "received_on"], unique=False)
    op.create_table(
        "delivery",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="as of a line: message and position",
        ),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("relation_id", sa.Integer(), nullable=False),
        sa.Column("bsn", sa.String(length=9), nullable=False),
        sa.Column("is_stop", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("allocation", sa.Integer(), nullable=True, comment="none: task-based (IV096)"),
        sa.Column("category", sa.String(length=2), nullable=True),
        sa.Column("code", sa.String(length=5), nullable=True),
        sa.Column("allocation_start", sa.String(length=10), nullable=True),
        sa.Column("begin_on", sa.String(length=10), nullable=False),
        sa.Column("end_on", sa.String(length=10), nullable=True, comment="of a stop"),
        sa.Column("end_reason", sa.String(length=2), nullable=True, comment="of a stop"),
        sa.Column(
            "removed_by", sa.Integer(), nullable=True, comment="message with the status 3 that took it back"
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.ForeignKeyConstraint(
            ["relation_id"],
            ["relation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["removed_by"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="accepted starts and stops; never changed, only marked as removed",
    )
    op.create_index("delivery_of_client", "delivery", ["relation_id", "bsn"], unique=False)
    op.create_table(
        "message_body",
        sa.Column("message_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("message_id"),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["message.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        comment="what leaves the house: answers, returns, rejections, signals",
    )
    op.create_index("outbox_message", "outbox", ["message_id", "topic"], unique=False)


def downgrade() -> None:
    op.drop_index("outbox_message", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("message_body")
    op.drop_index("delivery_of_client", table_name="delivery")
    op.drop_table("delivery")
    op.drop_index("declaration_received", table_name="declaration")
    op.drop_index("declaration_month", table_name="declaration")
    op.drop_table("declaration")
    op.drop_index(op.f("ix_batch_message_batch_id"), table_name="batch_message")
    op.drop_table("batch_message")
    op.drop_index("allocation_version_of", table_name="allocation_version")
    op.drop_table("allocation_version")
    op.drop_index(
        "uq_register_row_current",
        table_name="register_row",
        sqlite_where=sa.text("ended_by IS NULL"),
        postgresql_where=sa.text("ended_by IS NULL"),
    )
    op.drop_index("ix_register_row_table_name_import_id", table_name="register_row")
    op.drop_table("register_row")
    op.drop_table("payment")
    op.drop_index(
        "message_undelivered",
        table_name="message",
        sqlite_where=sa.text("delivered = 0"),
        postgresql_where=sa.text("delivered = 0"),
    )
    op.drop_index("message_identification", table_name="message")
    op.drop_table("message")
    op.drop_index("allocation_client", table_name="allocation")
    op.drop_table("allocation")
    op.drop_table("relation")
    op.drop_table("register_import")
    op.drop_index("line_reference", table_name="line")
    op.drop_index(
        "line_live",
        table_name="line",
        sqlite_where=sa.text("state = 1"),
        postgresql_where=sa.text("state = 1"),
    )
    op.drop_table("line")
    op.drop_table("fault")
    op.drop_table("batch")
    op.drop_table("basis")
