"""Which pictures an import gave a product, to see whether one was taken off since."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    kind = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column(
        "import_befores", sa.Column("pictures", kind, nullable=False, server_default="[]")
    )


def downgrade() -> None:
    op.drop_column("import_befores", "pictures")
