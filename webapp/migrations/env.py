"""Alembic's entry. The connection is always handed in: see ``webapp.migrations.upgrade``."""

from typing import Any

from alembic import context

from webapp.tables import METADATA


def is_ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Full-text search keeps shadow tables of its own, which no model describes."""
    return not (kind == "table" and name and name.startswith("search_"))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    include_object=is_ours,
    render_as_batch=False,
    compare_type=True,
    user_module_prefix="columns.",
)
with context.begin_transaction():
    context.run_migrations()
