"""What a transaction stated, told once more as a whole right before it commits.

A listener of one fact sees the data as they were in the middle of a transaction. One that hears
the whole at its end sees them as they will be committed, and can look up what belongs to many
facts in a few statements. What a savepoint took back is not told.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import column, event, select, table
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from webapp.kit.values import Value

AT_ONCE = 500


class Stated(Value):
    """A fact and what was recorded of it."""

    fact: Any
    """An ``Event``."""
    id: str
    subject_kind: str
    subject_id: str
    subject_version: int
    at: datetime
    payload: dict[str, Any]


Closer = Callable[[Session, Sequence[Stated]], None]


def remember(session: Session, stated: Sequence[Stated], closers: Sequence[Closer]) -> None:
    """Tell ``closers`` at the end of this transaction."""
    if closers:
        session.info.setdefault("stated", []).extend(stated)
        session.info["closers"] = closers


@event.listens_for(Session, "before_commit")
def _close(session: Session) -> None:
    # Releasing a savepoint comes by here as well; only the outermost end is one.
    if session.in_nested_transaction() or not session.info.get("stated"):
        return
    session.flush()
    stated: list[Stated] = session.info.pop("stated")
    if session.info.pop("stated_in_doubt", False):
        recorded = _recorded(session, [one.id for one in stated])
        stated = [one for one in stated if one.id in recorded]
    if stated:
        for closer in session.info["closers"]:
            closer(session, stated)


@event.listens_for(Session, "after_soft_rollback")
def _undo(session: Session, undone: SessionTransaction) -> None:
    if undone.nested:
        session.info["stated_in_doubt"] = True
    else:
        session.info.pop("stated", None)
        session.info.pop("stated_in_doubt", None)


def _recorded(session: Session, ids: Sequence[str]) -> set[str]:
    events = table("events", column("id"))
    found: set[str] = set()
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        found.update(session.scalars(select(events.c.id).where(events.c.id.in_(some))))
    return found
