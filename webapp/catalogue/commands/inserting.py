"""New rows in one statement for all of them, and as entities afterwards.

The ordinary way (``session.add`` and flush) sends one statement for each row on SQLite, and making
an entity costs more than inserting it.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlmodel import Session, SQLModel, col

from webapp.catalogue import columns

T = TypeVar("T", bound=SQLModel)
AT_ONCE = 500


def insert_all(
    session: Session, kind: type[T], rows: Sequence[dict[str, Any]], unlike: Sequence[str]
) -> list[T]:
    """The entities of these new rows, in their order. ``unlike``: columns that tell rows apart.

    What a row does not say has the model's default.
    """
    if not rows:
        return []
    table = columns.of(str(kind.__tablename__))
    fixed, made = _defaults(kind)
    complete = [{**fixed, **{name: make() for name, make in made}, **row} for row in rows]
    inserted = session.execute(
        insert(table).returning(table.c.id, *(table.c[name] for name in unlike)), complete
    )
    ids = {tuple(row[1:]): row[0] for row in inserted}
    ordered = [ids[tuple(row[name] for name in unlike)] for row in complete]
    entities: dict[int, T] = {}
    for start in range(0, len(ordered), AT_ONCE):
        key = col(kind.id)  # type: ignore[attr-defined]
        query = select(kind).where(key.in_(ordered[start : start + AT_ONCE]))
        entities.update({entity.id: entity for entity in session.scalars(query)})  # type: ignore[attr-defined]
    return [entities[one] for one in ordered]


@cache
def _defaults(
    kind: type[SQLModel],
) -> tuple[dict[str, Any], tuple[tuple[str, Callable[[], Any]], ...]]:
    """What the model fills in: the same value for all rows, and what is made for each."""
    fixed: dict[str, Any] = {}
    made: list[tuple[str, Callable[[], Any]]] = []
    for name, field in kind.model_fields.items():
        if name == "id":
            continue
        factory: Any = field.default_factory
        if factory is not None:
            made.append((name, factory))
        elif not field.is_required():
            fixed[name] = field.default
    return fixed, tuple(made)
