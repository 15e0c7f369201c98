"""instalments of lump sums in payment batches"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch_instalment",
        sa.Column("municipality", sa.String(length=4), nullable=False),
        sa.Column("provider", sa.String(length=8), nullable=False),
        sa.Column("schedule", sa.String(length=200), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("amount_cents", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"]),
        sa.PrimaryKeyConstraint("municipality", "provider", "schedule", "year", "number"),
        comment="an instalment of a lump sum is covered by one batch of a municipality",
    )
    op.create_index("ix_batch_instalment_batch_id", "batch_instalment", ["batch_id"])


def downgrade() -> None:
    op.drop_table("batch_instalment")
