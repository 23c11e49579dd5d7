"""A copy of all that the shop keeps about somebody: asked for, made by a job, theirs for a week."""

from datetime import timedelta

from sqlmodel import Session, col, delete, select, update

from webapp.accounts.commands.leaving import must_be_theirs
from webapp.accounts.events import ExportAsked, ExportReady
from webapp.accounts.models import DataExport, ExportState, Person
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.runtime.events import emit

KEPT_FOR = timedelta(days=7)
_AGAIN_AFTER = timedelta(hours=1)


def ask_for_export(session: Session, actor: Actor, person: Person) -> DataExport:
    """Have a copy made of all that is kept about somebody, who is told by mail when it is ready.

    One that is being made, or was within the hour, is that copy. Theirs to ask, or staff's with
    ``customers:write``; only they themselves can fetch it.
    """
    must_be_theirs(actor, person)
    if person.id is None:
        raise ValueError("the person has not been stored yet")
    at = now()
    latest = session.exec(
        select(DataExport)
        .where(
            DataExport.person_id == person.id,
            DataExport.state != ExportState.failed,
            DataExport.asked_at > at - _AGAIN_AFTER,
        )
        .order_by(col(DataExport.id).desc())
        .limit(1)
    ).first()
    if latest is not None:
        return latest
    export = DataExport(person_id=person.id, asked_at=at, expires_at=at + KEPT_FOR)
    session.add(export)
    session.flush()
    emit(session, ExportAsked(person.public_id, export=export.public_id), actor=actor)
    return export


def note_export_job(session: Session, public_id: str, job: str) -> None:
    """Which job makes the copy, so that its owner can see how far it is."""
    session.execute(
        update(DataExport).where(col(DataExport.public_id) == public_id).values(job=job)
    )


def settle_export(session: Session, public_id: str, *, storage_key: str, size_bytes: int) -> bool:
    """The copy is made; with no ``storage_key`` it could not be. False: the person is gone."""
    row = session.exec(
        select(DataExport, Person)
        .join(Person, col(Person.id) == col(DataExport.person_id))
        .where(DataExport.public_id == public_id)
    ).one_or_none()
    if row is None:
        return False
    export, person = row
    export.state = ExportState.ready if storage_key else ExportState.failed
    export.storage_key, export.size_bytes = storage_key, size_bytes
    export.ready_at = now()
    export.expires_at = export.ready_at + KEPT_FOR
    session.add(export)
    session.flush()
    if storage_key:
        emit(session, ExportReady(person.public_id, export=public_id), actor=SYSTEM)
    return True


def forget_old_exports(session: Session) -> list[str]:
    """Forget the copies whose week is over; gives the keys of their files."""
    gone = session.execute(
        delete(DataExport)
        .where(col(DataExport.expires_at) < now())
        .returning(col(DataExport.storage_key))
    )
    return [key for key in gone.scalars() if key]
