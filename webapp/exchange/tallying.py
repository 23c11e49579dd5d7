"""How many rows of an import came to what."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, SQLModel

from webapp.exchange.models import RowState

import_rows = SQLModel.metadata.tables["import_rows"]

COUNTED_AS = {
    RowState.new: "created",
    RowState.update: "changed",
    RowState.unchanged: "unchanged",
    RowState.skipped: "skipped",
    RowState.failed: "failed",
}
"""The column of ``imports`` that counts the rows of each state."""


@dataclass(slots=True)
class Tally:
    """How many rows came to what. Every row is counted once."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    failed: int = 0

    @property
    def rows(self) -> int:
        return self.created + self.changed + self.unchanged + self.skipped + self.failed

    def as_dict(self) -> dict[str, int]:
        """The counts by name, ``rows`` first."""
        return {
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "failed": self.failed,
        }


def tally(session: Session, import_id: int) -> Tally:
    """Count the rows of an import by what became of them."""
    query = (
        select(import_rows.c.state, func.count())
        .where(import_rows.c.import_id == import_id)
        .group_by(import_rows.c.state)
    )
    found = Tally()
    for state, count in session.execute(query):
        setattr(found, COUNTED_AS[RowState(state)], count)
    return found
