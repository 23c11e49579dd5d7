"""The insert that can say what shall happen where such a row is there already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import sqlite
from sqlmodel import Session

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql


def upsert(session: Session, table: Any) -> postgresql.Insert | sqlite.Insert:
    """An insert into ``table`` (or a model's) with ``on_conflict_do_nothing`` and
    ``on_conflict_do_update``, which each engine has in a class of its own."""
    return upsert_on(session.get_bind().dialect.name, table)


def upsert_on(engine: str, table: Any) -> postgresql.Insert | sqlite.Insert:
    """The same by the engine's name, for whoever makes the statement once and keeps it."""
    if engine != "postgresql":
        return sqlite.insert(table)
    # Late: a shop in one file does without the two megabytes of the other engine's dialect.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
