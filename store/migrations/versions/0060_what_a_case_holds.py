"""what a case still holds"""

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0050"
branch_labels = None
depends_on = None

_OPEN = sa.text("decision IS NULL")
_HELD = sa.text("decision IS NULL OR decision = 'RECOVER'")


def upgrade() -> None:
    op.add_column(
        "ceiling_review",
        sa.Column(
            "held_cents",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            server_default="0",
            comment="what of it is held",
        ),
    )
    op.execute(
        "UPDATE ceiling_review SET held_cents = above_cents WHERE decision IS NULL OR decision != 'BELOW'"
    )
    op.drop_index("ceiling_review_open", "ceiling_review")
    op.create_index(
        "ceiling_review_held", "ceiling_review", ["use_id"], sqlite_where=_HELD, postgresql_where=_HELD
    )


def downgrade() -> None:
    op.drop_index("ceiling_review_held", "ceiling_review")
    op.create_index(
        "ceiling_review_open", "ceiling_review", ["use_id"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.drop_column("ceiling_review", "held_cents")
