"""What jobs tell: a reason for everybody, who asked, when the broker was told; indexes for pages."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "jobs", sa.Column("reason", sa.String(length=300), nullable=False, server_default="")
    )
    op.add_column(
        "jobs", sa.Column("asked_by", sa.String(length=60), nullable=False, server_default="")
    )
    op.add_column("jobs", sa.Column("relayed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index(
        op.f("ix_jobs_queued"), table_name="jobs", sqlite_where=sa.text("state = 'queued'")
    )
    op.create_index(
        "ix_jobs_queued",
        "jobs",
        ["queue", "priority", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_jobs_asked_by",
        "jobs",
        ["asked_by", "id"],
        unique=False,
        sqlite_where=sa.text("asked_by != ''"),
        postgresql_where=sa.text("asked_by != ''"),
    )
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state", "id"], unique=False)
    op.create_index("ix_jobs_state_kind", "jobs", ["state", "kind", "id"], unique=False)
    op.create_table(
        "task_requests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("task", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_requests")),
        sa.UniqueConstraint("asked_by", "key", name=op.f("uq_task_requests_asked_by_key")),
    )
    op.create_index(
        op.f("ix_task_requests_created_at"), "task_requests", ["created_at"], unique=False
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_task_requests_created_at"), table_name="task_requests")
    op.drop_table("task_requests")
    op.drop_index("ix_jobs_state_kind", table_name="jobs")
    op.drop_index("ix_jobs_state", table_name="jobs")
    op.drop_index(
        "ix_jobs_due",
        table_name="jobs",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.drop_index(
        "ix_jobs_asked_by",
        table_name="jobs",
        sqlite_where=sa.text("asked_by != ''"),
        postgresql_where=sa.text("asked_by != ''"),
    )
    op.drop_index(
        "ix_jobs_queued",
        table_name="jobs",
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        op.f("ix_jobs_queued"),
        "jobs",
        ["priority", "due_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
    )
    op.drop_column("jobs", "relayed_at")
    op.drop_column("jobs", "asked_by")
    op.drop_column("jobs", "reason")
