"""Alembic's entry. The connection is always handed in: see ``webapp.migrations.upgrade``."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Enum
from sqlmodel.sql.sqltypes import AutoString

from webapp.runtime.columns import JsonColumn, UtcDateTime, tell_server
from webapp.tables import METADATA

SEARCH = ("search_products", "search_grams")


def is_ours(_thing: Any, name: str | None, kind: str, _reflected: bool, _other: Any) -> bool:
    """Full-text search keeps tables and indexes of its own, which no model describes."""
    return not (kind in {"table", "index"} and name and name.startswith(SEARCH))


def plainly(kind: str, thing: Any, _context: AutogenContext) -> str | Literal[False]:
    """Write our column types as what they are in the database: a migration outlives our code."""
    if kind != "type":
        return False
    if isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(thing, AutoString | Enum):
        return f"sa.String(length={thing.length})"
    if isinstance(thing, JsonColumn):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


for table in METADATA.tables.values():
    tell_server(table, context.config.attributes["connection"])
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    include_object=is_ours,
    render_as_batch=False,
    compare_type=True,
    render_item=plainly,
)
with context.begin_transaction():
    context.run_migrations()
