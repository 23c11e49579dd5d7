"""What was tried and failed, counted: wrong passwords for whose account it was, and suspicious
forms for staff."""

from datetime import timedelta

from sqlmodel import Session, col, delete

from webapp.accounts.models import FailedSignIn, GateCount
from webapp.kit.clock import now
from webapp.runtime.upserting import upsert

KEPT = timedelta(days=90)


def note_failure(session: Session, person: int, network: str) -> None:
    """Count one more wrong password at this account (by key) within this hour."""
    at = now()
    hour = at.replace(minute=0, second=0, microsecond=0)
    adding = upsert(session, FailedSignIn).values(
        person_id=person, hour=hour, tries=1, network=network, last_at=at
    )
    session.execute(
        adding.on_conflict_do_update(
            index_elements=["person_id", "hour"],
            set_={
                "tries": col(FailedSignIn.tries) + 1,
                "network": adding.excluded.network,
                "last_at": adding.excluded.last_at,
            },
        )
    )


def count_at_gate(session: Session, form: str, outcome: str) -> None:
    """Count that a suspicious form of this kind was challenged (``shown``), did what was asked
    (``passed``) or did not (``failed``)."""
    adding = upsert(session, GateCount).values(
        day=now().date(), form=form, outcome=outcome, number=1
    )
    session.execute(
        adding.on_conflict_do_update(
            index_elements=["day", "form", "outcome"],
            set_={"number": col(GateCount.number) + 1},
        )
    )


def forget_failures(session: Session) -> int:
    """Delete the counts of more than ``KEPT`` ago; gives their number."""
    old = col(FailedSignIn.hour) < now() - KEPT
    number: int = session.exec(delete(FailedSignIn).where(old)).rowcount
    return number
