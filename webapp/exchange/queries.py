"""Imports as pages and the shell show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel, col

from webapp.exchange.mapping import Mapping, fingerprint
from webapp.exchange.models import (
    BeforeState,
    CatalogueImport,
    ImportMapping,
    ImportRow,
    ImportState,
    PictureState,
    RowState,
)
from webapp.kit.errors import NotFound
from webapp.kit.paging import Cursor, Page
from webapp.kit.values import Value, names_of

image_sources = SQLModel.metadata.tables["image_sources"]
befores = SQLModel.metadata.tables["import_befores"]
import_made = SQLModel.metadata.tables["import_made"]
SIZE = 50


class ImportLine(Value):
    """An import in the list of past ones."""

    public_id: str
    file_name: str
    state: str
    rows: int
    created: int
    changed: int
    failed: int
    started_by: str
    created_at: datetime


class RowLine(Value):
    """A row of the file and what became, or would become, of it."""

    number: int
    state: str
    label: str
    messages: list[dict[str, Any]]


def import_by_id(session: Session, public_id: str) -> CatalogueImport:
    """The import. Raises ``NotFound``."""
    one = session.scalars(
        select(CatalogueImport).where(col(CatalogueImport.public_id) == public_id)
    ).one_or_none()
    if one is None:
        raise NotFound("There is no such import, or not any more.", imported=public_id)
    return one


def imports(session: Session, cursor: str | None = None) -> Page[ImportLine]:
    """Past imports, latest first. Raises ``Invalid`` for a foreign cursor."""
    names = names_of(ImportLine)
    table = CatalogueImport.__table__  # type: ignore[attr-defined]
    query = select(table.c.id, *(table.c[name] for name in names)).order_by(table.c.id.desc())
    if cursor:
        (before,) = Cursor.decode(cursor, int)
        query = query.where(table.c.id < before)
    found = session.execute(query.limit(SIZE + 1)).all()
    following = Cursor.encode([found[SIZE - 1].id]) if len(found) > SIZE else None
    return Page([ImportLine(*row[1:]) for row in found[:SIZE]], following)


def rows_of(
    session: Session, one: CatalogueImport, *, state: str = "", cursor: str | None = None
) -> Page[RowLine]:
    """The rows of an import in the order of the file, all or those of one state."""
    query = select(ImportRow).where(col(ImportRow.import_id) == one.id)
    if state in set(RowState):
        query = query.where(col(ImportRow.state) == RowState(state))
    if cursor:
        (after,) = Cursor.decode(cursor, int)
        query = query.where(col(ImportRow.number) > after)
    found = session.scalars(query.order_by(col(ImportRow.number)).limit(SIZE + 1)).all()
    following = Cursor.encode([found[SIZE - 1].number]) if len(found) > SIZE else None
    lines = [RowLine(row.number, row.state.value, row.label, row.messages) for row in found[:SIZE]]
    return Page(lines, following)


def refused_rows(session: Session, one: CatalogueImport) -> Iterator[ImportRow]:
    """The rows that failed, in order, a few hundred at a time."""
    after = 0
    while True:
        found = session.scalars(
            select(ImportRow)
            .where(
                col(ImportRow.import_id) == one.id,
                col(ImportRow.state) == RowState.failed,
                col(ImportRow.number) > after,
            )
            .order_by(col(ImportRow.number))
            .limit(200)
        ).all()
        if not found:
            return
        yield from found
        after = found[-1].number
        session.expunge_all()


def failed_numbers(session: Session, one: CatalogueImport) -> frozenset[int]:
    return frozenset(row.number for row in refused_rows(session, one))


def kept_mapping(session: Session, header: tuple[str, ...]) -> Mapping | None:
    """What somebody chose for a file of this header before."""
    kept = session.get(ImportMapping, fingerprint(header))
    return Mapping.from_json(kept.mapping) if kept else None


def pictures(session: Session, one: CatalogueImport) -> dict[str, int]:
    """How many pictures that the file named are here, awaited or lost."""
    found = dict.fromkeys((state.value for state in PictureState), 0)
    for state, count in session.execute(
        select(image_sources.c.state, func.count())
        .where(image_sources.c.import_id == one.id)
        .group_by(image_sources.c.state)
    ):
        found[PictureState(state).value] = count
    return found


def under_way(session: Session) -> CatalogueImport | None:
    """An import that runs now: two at once would be in each other's way."""
    return session.scalars(
        select(CatalogueImport)
        .where(col(CatalogueImport.state).in_([ImportState.running, ImportState.reverting]))
        .limit(1)
    ).first()


def last_import(session: Session) -> CatalogueImport:
    """The latest. Raises ``NotFound`` where there is none."""
    one = session.scalars(
        select(CatalogueImport).order_by(col(CatalogueImport.id).desc()).limit(1)
    ).first()
    if one is None:
        raise NotFound("Nothing was imported yet.")
    return one


ENDED = (
    ImportState.completed, ImportState.completed_with_errors, ImportState.failed,
    ImportState.cancelled,
)  # fmt: skip


def may_revert(one: CatalogueImport) -> bool:
    """Whether it has ended, so that it can be taken back, or what is left of it."""
    return one.state in (*ENDED, ImportState.reverted)


def to_revert(session: Session, one: CatalogueImport) -> int:
    """How many products of an import are not as they were before it."""
    query = select(func.count()).where(
        befores.c.import_id == one.id,
        befores.c.state.in_([BeforeState.kept, BeforeState.again, BeforeState.left]),
    )
    return session.scalars(query).one()


def reverted_counts(session: Session, one: CatalogueImport) -> dict[str, int]:
    """What became of the products of an import that was taken back."""
    query = select(befores.c.state, func.count()).where(befores.c.import_id == one.id)
    by_state = dict(session.execute(query.group_by(befores.c.state)).all())
    found = {
        name: by_state.get(BeforeState(name), 0) for name in ("back", "deleted", "archived", "left")
    }
    return {"products": sum(by_state.values()), **found}


def noted(session: Session, one: CatalogueImport, limit: int = 200) -> list[tuple[str, str]]:
    """Products of which something is to be told once the import was taken back: title and why."""
    query = (
        select(befores.c.title, befores.c.note)
        .where(befores.c.import_id == one.id, befores.c.note != "")
        .order_by(befores.c.title, befores.c.product)
        .limit(limit)
    )
    return [(title, note) for title, note in session.execute(query)]
