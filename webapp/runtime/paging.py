"""Lists that are turned from page to page: rows of the database, the newest first."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, or_
from sqlmodel import Session

from webapp.kit.paging import Page, Turn


def newest_first(
    session: Session,
    query: Select[*tuple[Any, ...]],
    keys: Sequence[SQLColumnExpression[Any]],
    turn: Turn[Any],
    size: int,
) -> Page[Any]:
    """A page of the rows of ``query`` by ``keys``, highest first, in one statement. The keys are
    among its columns; the last tells apart the rows that share the others."""
    if turn.edge is not None:
        query = query.where(_beyond(keys, turn))
    order = [key.asc() if turn.goes_back else key.desc() for key in keys]
    rows = session.execute(query.order_by(*order).limit(size + 1)).all()
    return turn.page(rows, size, lambda row: [row._mapping[key] for key in keys])


def _beyond(keys: Sequence[SQLColumnExpression[Any]], turn: Turn[Any]) -> ColumnElement[bool]:
    """Compared key by key, the first that differs decides."""
    *firsts, last = zip(keys, turn.edge or (), strict=True)

    def is_past(key: SQLColumnExpression[Any], value: object) -> ColumnElement[bool]:
        return key > value if turn.goes_back else key < value

    beyond = is_past(*last)
    for key, value in reversed(firsts):
        beyond = or_(is_past(key, value), and_(key == value, beyond))
    return beyond
