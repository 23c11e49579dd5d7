"""feed by name"""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_announcements_name", "announcements", ["name", "sequence"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_announcements_name", table_name="announcements")
