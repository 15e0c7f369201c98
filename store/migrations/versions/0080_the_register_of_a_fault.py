"""under which register a message was set aside"""

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "fault",
        sa.Column(
            "register_version",
            sa.Integer(),
            nullable=True,
            comment="unknown of those sealed before this was kept",
        ),
    )


def downgrade() -> None:
    op.drop_column("fault", "register_version")
