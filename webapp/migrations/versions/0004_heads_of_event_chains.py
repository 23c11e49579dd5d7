"""heads of event chains"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# The last of each subject's events, as they were recorded until now.
FILL = """
INSERT INTO event_heads (subject_kind, subject_id, version, hash, seq)
SELECT event.subject_kind, event.subject_id, event.subject_version, event.hash, event.seq
FROM events AS event
JOIN (
    SELECT subject_kind, subject_id, max(subject_version) AS version
    FROM events GROUP BY subject_kind, subject_id
) AS newest
ON newest.subject_kind = event.subject_kind
AND newest.subject_id = event.subject_id
AND newest.version = event.subject_version
"""

# What no model describes: the database itself keeps the heads, and lets them only advance.
BY_HAND = {
    "sqlite": (
        "CREATE TRIGGER events_move_their_head AFTER INSERT ON events BEGIN INSERT INTO event_heads (subject_kind, subject_id, version, hash, seq) VALUES (new.subject_kind, new.subject_id, new.subject_version, new.hash, new.seq) ON CONFLICT (subject_kind, subject_id) DO UPDATE SET version = excluded.version, hash = excluded.hash, seq = excluded.seq; END",
        "CREATE TRIGGER event_heads_only_advance BEFORE UPDATE ON event_heads WHEN new.version <= old.version BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
        "CREATE TRIGGER event_heads_are_not_deleted BEFORE DELETE ON event_heads BEGIN SELECT RAISE(ABORT, 'events are append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION move_the_head_of_events() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO event_heads (subject_kind, subject_id, version, hash, seq) VALUES (NEW.subject_kind, NEW.subject_id, NEW.subject_version, NEW.hash, NEW.seq) ON CONFLICT (subject_kind, subject_id) DO UPDATE SET version = excluded.version, hash = excluded.hash, seq = excluded.seq; RETURN NEW; END $$",
        "CREATE TRIGGER events_move_their_head AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION move_the_head_of_events()",
        "CREATE TRIGGER event_heads_only_advance BEFORE UPDATE ON event_heads FOR EACH ROW WHEN (NEW.version <= OLD.version) EXECUTE FUNCTION refuse_to_alter_events()",
        "CREATE TRIGGER event_heads_are_not_deleted BEFORE DELETE OR TRUNCATE ON event_heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_alter_events()",
    ),
}


def upgrade() -> None:
    op.create_table(
        "event_heads",
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("subject_kind", "subject_id", name=op.f("pk_event_heads")),
        sqlite_with_rowid=False,
    )
    op.execute(FILL)
    for statement in BY_HAND[op.get_bind().dialect.name]:
        op.execute(statement)
    op.drop_index(op.f("ix_events_actor"), table_name="events")
    op.create_index(
        "ix_events_actor", "events", ["actor_kind", "actor_id", "at", "seq"], unique=False
    )
    op.create_index("ix_events_at", "events", ["at", "seq"], unique=False)
    op.create_index("ix_events_kind", "events", ["subject_kind", "at", "seq"], unique=False)
    op.create_index("ix_events_name_at", "events", ["name", "at", "seq"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_events_name_at", table_name="events")
    op.drop_index("ix_events_kind", table_name="events")
    op.drop_index("ix_events_at", table_name="events")
    op.drop_index("ix_events_actor", table_name="events")
    op.create_index(
        op.f("ix_events_actor"), "events", ["actor_kind", "actor_id", "seq"], unique=False
    )
    on_table = " ON events" if op.get_bind().dialect.name == "postgresql" else ""
    op.execute(f"DROP TRIGGER events_move_their_head{on_table}")
    op.drop_table("event_heads")
    if on_table:
        op.execute("DROP FUNCTION move_the_head_of_events()")
