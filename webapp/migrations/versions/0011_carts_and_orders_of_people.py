"""carts and orders of people"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "cart_lines", sa.Column("is_saved", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column("carts", sa.Column("person_id", sa.Integer(), nullable=True))
    op.add_column(
        "carts", sa.Column("merged_into", sa.String(length=40), nullable=False, server_default="")
    )
    op.create_index(op.f("ix_carts_person_id"), "carts", ["person_id"], unique=False)
    op.create_index(
        "uq_carts_one_open",
        "carts",
        ["person_id", "currency"],
        unique=True,
        sqlite_where=sa.text("state = 'open' AND person_id IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND person_id IS NOT NULL"),
    )
    op.add_column("orders", sa.Column("person_id", sa.Integer(), nullable=True))
    op.create_index("ix_orders_person", "orders", ["person_id", "placed_at", "id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_orders_person", table_name="orders")
    op.drop_column("orders", "person_id")
    op.drop_index(
        "uq_carts_one_open",
        table_name="carts",
        sqlite_where=sa.text("state = 'open' AND person_id IS NOT NULL"),
        postgresql_where=sa.text("state = 'open' AND person_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_carts_person_id"), table_name="carts")
    op.drop_column("carts", "merged_into")
    op.drop_column("carts", "person_id")
    op.drop_column("cart_lines", "is_saved")
