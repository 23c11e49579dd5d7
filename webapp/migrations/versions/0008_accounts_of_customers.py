"""accounts of customers"""

import sqlalchemy as sa
from alembic import op

from webapp.kit.ids import public_id

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailed_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=24), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("pair", sa.String(length=40), nullable=False),
        sa.Column("new_email", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_mailed_links_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_links")),
        sa.UniqueConstraint("public_id", name=op.f("uq_mailed_links_public_id")),
    )
    op.create_index(
        op.f("ix_mailed_links_expires_at"), "mailed_links", ["expires_at"], unique=False
    )
    op.create_index(
        "ix_mailed_links_person", "mailed_links", ["person_id", "purpose"], unique=False
    )
    op.add_column(
        "people", sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("people", sa.Column("username", sa.String(length=30), nullable=True))
    op.add_column(
        "people", sa.Column("locale", sa.String(length=12), nullable=False, server_default="")
    )
    op.add_column(
        "people", sa.Column("time_zone", sa.String(length=60), nullable=False, server_default="")
    )
    op.create_index(op.f("ix_people_username"), "people", ["username"], unique=True)
    for name in ("usernames", "confirm_first"):
        op.add_column(
            "shop_settings",
            sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()),
        )
    _widen_sign_ins()


def _widen_sign_ins() -> None:
    """Whoever is signed in stays so, and confirms anew who they are where that is asked."""
    with op.batch_alter_table("sign_ins") as batch:
        batch.add_column(sa.Column("public_id", sa.String(length=40), nullable=True))
        batch.add_column(
            sa.Column("is_kept", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("idle_until", sa.DateTime(timezone=True), nullable=True))
    connection = op.get_bind()
    for key in connection.execute(sa.text("SELECT id FROM sign_ins")).scalars().all():
        connection.execute(
            sa.text(
                "UPDATE sign_ins SET public_id = :public_id, confirmed_at = created_at, "
                "idle_until = expires_at WHERE id = :id"
            ),
            {"public_id": public_id("sgn"), "id": key},
        )
    with op.batch_alter_table("sign_ins") as batch:
        batch.alter_column("public_id", existing_type=sa.String(length=40), nullable=False)
        batch.alter_column("confirmed_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch.alter_column("idle_until", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch.create_unique_constraint(op.f("uq_sign_ins_public_id"), ["public_id"])


def downgrade() -> None:
    with op.batch_alter_table("sign_ins") as batch:
        batch.drop_constraint(op.f("uq_sign_ins_public_id"), type_="unique")
        for name in ("idle_until", "confirmed_at", "is_kept", "public_id"):
            batch.drop_column(name)
    for name in ("confirm_first", "usernames"):
        op.drop_column("shop_settings", name)
    op.drop_index(op.f("ix_people_username"), table_name="people")
    for name in ("time_zone", "locale", "username", "email_verified_at"):
        op.drop_column("people", name)
    op.drop_index("ix_mailed_links_person", table_name="mailed_links")
    op.drop_index(op.f("ix_mailed_links_expires_at"), table_name="mailed_links")
    op.drop_table("mailed_links")
