"""What people told us about themselves, and what becomes of it: copies, and leaving."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from webapp.accounts.models import DataExport, ExportState, Person
from webapp.accounts.queries import whose
from webapp.kit.clock import now
from webapp.runtime.personal import Whose


def to_be_erased(session: Session) -> list[str]:
    """The public ids of those whose time to think it over has passed."""
    due = select(Person.public_id).where(col(Person.erase_at) <= now()).order_by(col(Person.id))
    return list(session.exec(due))


def whose_export(session: Session, public_id: str) -> Whose | None:
    """Whose copy is to be made; None when they or it are gone."""
    person = session.exec(
        select(Person)
        .join(DataExport, col(DataExport.person_id) == col(Person.id))
        .where(DataExport.public_id == public_id)
    ).one_or_none()
    return whose(person) if person is not None else None


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A copy of somebody's data as they see it in their list."""

    public_id: str
    state: ExportState
    job: str
    size_bytes: int
    asked_at: datetime
    expires_at: datetime | None
    storage_key: str


def exports(session: Session, person_key: int) -> list[ExportRow]:
    """The copies that somebody asked for and that are not yet swept, newest first."""
    rows = session.exec(
        select(  # type: ignore[call-overload]
            DataExport.public_id,
            DataExport.state,
            DataExport.job,
            DataExport.size_bytes,
            DataExport.asked_at,
            DataExport.expires_at,
            DataExport.storage_key,
        )
        .where(DataExport.person_id == person_key, col(DataExport.expires_at) > now())
        .order_by(col(DataExport.id).desc())
    )
    return [ExportRow(*row) for row in rows]
