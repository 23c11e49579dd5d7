"""Values of attributes are not indexed: PostgreSQL refuses one of more than 2,704 bytes."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_product_attributes_attribute_id"), "product_attributes", ["attribute_id"]
    )
    op.drop_index("ix_product_attributes_value", table_name="product_attributes")


def downgrade() -> None:
    op.create_index("ix_product_attributes_value", "product_attributes", ["attribute_id", "text"])
    op.drop_index(op.f("ix_product_attributes_attribute_id"), table_name="product_attributes")
