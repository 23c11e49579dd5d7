"""what people tell about themselves, copies of their data, and leaving"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_book",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("company_name", sa.String(length=200), nullable=False),
        sa.Column("street_address", sa.String(length=200), nullable=False),
        sa.Column("street_address_2", sa.String(length=200), nullable=False),
        sa.Column("city_area", sa.String(length=200), nullable=False),
        sa.Column("city", sa.String(length=200), nullable=False),
        sa.Column("country_area", sa.String(length=200), nullable=False),
        sa.Column("postal_code", sa.String(length=200), nullable=False),
        sa.Column("sorting_code", sa.String(length=200), nullable=False),
        sa.Column("is_delivery", sa.Boolean(), nullable=False),
        sa.Column("is_invoice", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_address_book_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_book")),
        sa.UniqueConstraint("public_id", name=op.f("uq_address_book_public_id")),
    )
    op.create_index(op.f("ix_address_book_person_id"), "address_book", ["person_id"], unique=False)
    op.create_table(
        "consents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_consents_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_email", "consents", ["email", "id"], unique=False)
    op.create_index(op.f("ix_consents_person_id"), "consents", ["person_id"], unique=False)
    op.create_table(
        "data_exports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("job", sa.String(length=40), nullable=False),
        sa.Column("storage_key", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_data_exports_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_exports")),
        sa.UniqueConstraint("public_id", name=op.f("uq_data_exports_public_id")),
    )
    op.create_index(
        op.f("ix_data_exports_expires_at"), "data_exports", ["expires_at"], unique=False
    )
    op.create_index("ix_data_exports_person", "data_exports", ["person_id", "id"], unique=False)
    op.add_column("orders", sa.Column("forget_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_orders_forget_at"), "orders", ["forget_at"], unique=False)
    op.add_column(
        "people", sa.Column("avatar", sa.String(length=80), nullable=False, server_default="")
    )
    op.add_column("people", sa.Column("erase_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_people_erase_at"), "people", ["erase_at"], unique=False)
    op.add_column(
        "shop_settings",
        sa.Column("invoice_years", sa.Integer(), nullable=False, server_default="10"),
    )


def downgrade() -> None:
    op.drop_column("shop_settings", "invoice_years")
    op.drop_index(op.f("ix_people_erase_at"), table_name="people")
    op.drop_column("people", "erase_at")
    op.drop_column("people", "avatar")
    op.drop_index(op.f("ix_orders_forget_at"), table_name="orders")
    op.drop_column("orders", "forget_at")
    op.drop_index("ix_data_exports_person", table_name="data_exports")
    op.drop_index(op.f("ix_data_exports_expires_at"), table_name="data_exports")
    op.drop_table("data_exports")
    op.drop_index(op.f("ix_consents_person_id"), table_name="consents")
    op.drop_index("ix_consents_email", table_name="consents")
    op.drop_table("consents")
    op.drop_index(op.f("ix_address_book_person_id"), table_name="address_book")
    op.drop_table("address_book")
