"""what is used of an allocation stands beside it: a counter that moves rewrites no allocation"""

import sqlalchemy as sa
from alembic import op

revision = "0090"
down_revision = "0080"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "allocation_use",
        sa.Column("allocation_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("used_volume", _BIG, nullable=False, comment="live debits; hours in minutes"),
        sa.Column("used_cents", _BIG, nullable=False),
        sa.CheckConstraint("used_volume >= 0 AND used_cents >= 0", name="allocation_use_not_negative"),
        sa.PrimaryKeyConstraint("allocation_id"),
        comment="guarded counters: what is used of each allocation that was ever used",
    )
    op.execute(
        "INSERT INTO allocation_use SELECT id, used_volume, used_cents FROM allocation"
        " WHERE used_volume <> 0 OR used_cents <> 0"
    )
    with op.batch_alter_table("allocation") as changed:
        changed.drop_constraint("allocation_use_not_negative", type_="check")
        changed.drop_column("used_volume")
        changed.drop_column("used_cents")
        changed.create_table_comment("the current version of each allocation")
