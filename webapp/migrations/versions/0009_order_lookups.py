"""Order lookups: mailed links that open one order once."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "order_lookups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"], ["orders.id"], name=op.f("fk_order_lookups_order_id_orders")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_lookups")),
        sa.UniqueConstraint("public_id", name=op.f("uq_order_lookups_public_id")),
    )
    op.create_index(
        op.f("ix_order_lookups_created_at"), "order_lookups", ["created_at"], unique=False
    )
    op.create_index(op.f("ix_order_lookups_order_id"), "order_lookups", ["order_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_order_lookups_order_id"), table_name="order_lookups")
    op.drop_index(op.f("ix_order_lookups_created_at"), table_name="order_lookups")
    op.drop_table("order_lookups")
