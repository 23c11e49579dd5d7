"""The verbs of taking an import back: begin, end, and forget what was before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from webapp.exchange import queries
from webapp.exchange.commands.bringing import NEEDED, NotNow, actor_of_json, by_of
from webapp.exchange.events import ImportReverted, ImportRevertStarted
from webapp.exchange.models import BeforeState, CatalogueImport, ImportState
from webapp.exchange.queries import befores, import_made
from webapp.kit.actors import Actor
from webapp.runtime.events import emit

KEPT_FOR = timedelta(days=30)
"""How long an import can be taken back."""


def mark_reverting(
    session: Session, actor: Actor, one: CatalogueImport, *, force: bool = False
) -> bool:
    """Begin to take the import back; False where that is done and nothing of it is left.

    ``force``: products that somebody changed since go back as well.
    """
    for permission in NEEDED:
        actor.must(permission)
    if not queries.may_revert(one):
        raise NotNow("The import has not ended yet.")
    waiting = queries.to_revert(session, one)
    if one.state is ImportState.reverted and not waiting:
        return False
    if not waiting:
        raise NotNow(
            f"There is nothing to take back: it changed nothing, or it is more than "
            f"{KEPT_FOR.days} days ago."
        )
    before = one.undo.get("state", one.state.value)
    one.undo = {**one.undo, "state": before, "by": by_of(actor), "force": force}
    one.state, one.problem = ImportState.reverting, ""
    session.execute(
        update(befores)
        .where(
            befores.c.import_id == one.id,
            befores.c.state.in_([BeforeState.left, BeforeState.again]),
        )
        .values(state=BeforeState.kept, note="")
    )
    session.flush()
    emit(session, ImportRevertStarted(one.public_id, one.file_name, force=force), actor=actor)
    return True


def finish_reverting(session: Session, one: CatalogueImport, counts: Mapping[str, int]) -> None:
    """Write down what it came to; that is the doing of whoever asked for it."""
    one.undo = {**one.undo, "counts": dict(counts)}
    one.state = ImportState.reverted
    session.flush()
    fact = ImportReverted(one.public_id, one.file_name, **counts)
    emit(session, fact, actor=actor_of_json(one.undo.get("by", {})))


def give_up_reverting(session: Session, one: CatalogueImport, *, problem: str) -> None:
    """It could not be finished: what went back stays so, and it can be gone on with."""
    one.state, one.problem = ImportState.reverted, problem[:2000]
    counts = queries.reverted_counts(session, one)
    finish_reverting(session, one, counts)


def forget_befores(session: Session, ended_before: datetime) -> int:
    """Drop what was before imports that ended before that moment; of how many products."""
    old = select(col(CatalogueImport.id)).where(col(CatalogueImport.finished_at) < ended_before)
    gone = session.execute(
        delete(befores).where(befores.c.import_id.in_(old)).returning(befores.c.product)
    ).all()
    session.execute(delete(import_made).where(import_made.c.import_id.in_(old)))
    return len(gone)
