"""lines of files"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_order_lines_digital",
        "order_lines",
        ["variant_ref", "order_id"],
        unique=False,
        sqlite_where=sa.text("is_digital = 1"),
        postgresql_where=sa.text("is_digital"),
    )


def downgrade() -> None:
    op.drop_index("ix_order_lines_digital", table_name="order_lines")
