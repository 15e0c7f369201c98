"""records that the broker refuses for good"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "dispatch",
        sa.Column(
            "refused",
            sa.String(length=20),
            nullable=True,
            comment="why the broker will never take it; none while it waits",
        ),
    )
