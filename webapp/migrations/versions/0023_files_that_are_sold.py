"""files that are sold"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digital_assets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("product_ref", sa.String(length=40), nullable=False),
        sa.Column("variant_ref", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("file_name", sa.String(length=160), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("content_type", sa.String(length=100), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("is_archived", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_digital_assets_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digital_assets")),
        sa.UniqueConstraint("public_id", name=op.f("uq_digital_assets_public_id")),
        sa.UniqueConstraint("storage_key", name=op.f("uq_digital_assets_storage_key")),
    )
    op.create_index(
        "ix_digital_assets_product",
        "digital_assets",
        ["product_ref", "position", "id"],
        unique=False,
    )
    op.create_table(
        "entitlements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("line_id", sa.Integer(), nullable=False),
        sa.Column("asset_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("max_downloads", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "max_downloads IS NULL OR used <= max_downloads", name=op.f("ck_entitlements_limit")
        ),
        sa.CheckConstraint("used >= 0", name=op.f("ck_entitlements_used")),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["digital_assets.id"],
            name=op.f("fk_entitlements_asset_id_digital_assets"),
        ),
        sa.ForeignKeyConstraint(
            ["line_id"], ["order_lines.id"], name=op.f("fk_entitlements_line_id_order_lines")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entitlements")),
        sa.UniqueConstraint("line_id", "asset_id", name=op.f("uq_entitlements_line_id_asset_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_entitlements_public_id")),
    )
    op.create_index(op.f("ix_entitlements_asset_id"), "entitlements", ["asset_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_entitlements_asset_id"), table_name="entitlements")
    op.drop_table("entitlements")
    op.drop_index("ix_digital_assets_product", table_name="digital_assets")
    op.drop_table("digital_assets")
