"""What the pages of one import share: its file is checked, it is read, it has an address."""

from __future__ import annotations

from fastapi import Request
from sqlmodel import Session

from webapp.exchange import commands, queries
from webapp.exchange.jobs import check_file
from webapp.exchange.models import CatalogueImport
from webapp.kit.actors import Actor
from webapp.runtime.db import Database


def check_later(session: Session, staff: Actor, one: CatalogueImport) -> None:
    """Begin the dry run, in the background."""
    commands.mark_checking(session, staff, one)
    one.job_id = check_file.later(
        session,
        import_id=one.public_id,
        unique=f"exchange:check:{one.public_id}",
        asked_by=staff.id or "",
    )


def detached(data: Database, public_id: str) -> CatalogueImport:
    """The import, outside of any transaction."""
    with data.reading() as session:
        one = queries.import_by_id(session, public_id)
        session.expunge(one)
    return one


def address(request: Request, name: str, public_id: str) -> str:
    """The path of one of its pages."""
    path: str = request.app.state.url_for(name, public_id=public_id)
    return path
