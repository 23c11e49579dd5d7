"""What staff may do with the outbox: send again, send what was kept, call off."""

from sqlmodel import Session, col, select

from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound, Refused
from webapp.runtime.mail.sending import promise
from webapp.runtime.mail.table import WAITING, MailRecord, MailState, happened

MOST_AT_ONCE = 200


class NotNow(Refused):
    title = "Nothing to do with this message"


def message_of(session: Session, public_id: str) -> MailRecord:
    """The message of that id. Raises ``NotFound``."""
    record = session.exec(
        select(MailRecord).where(MailRecord.public_id == public_id).with_for_update()
    ).one_or_none()
    if record is None:
        raise NotFound("There is no such message.")
    return record


def resend(session: Session, actor: Actor, public_id: str) -> MailRecord:
    """Send it (again), in the words it has and with its Message-ID; at once where it waited.

    Refuses with ``NotNow`` a message whose time is over.
    """
    actor.must("mail:write")
    record = message_of(session, public_id)
    if record.expires_at is not None and record.expires_at < now():
        raise NotNow("What this message offers has run out. Ask for a new one instead.")
    _queue(session, record, "resent", actor)
    return record


def send_kept(session: Session, actor: Actor) -> int:
    """Send what was kept while there was no mail server, oldest first; how many are on their way.

    At most two hundred at a time, so that the transaction stays short. What has run out is
    cancelled.
    """
    actor.must("mail:write")
    kept = session.exec(
        select(MailRecord)
        .where(MailRecord.state == MailState.kept)
        .order_by(col(MailRecord.id))
        .limit(MOST_AT_ONCE)
        .with_for_update()
    ).all()
    going = 0
    for record in kept:
        if record.expires_at is not None and record.expires_at < now():
            record.state = MailState.cancelled
            happened(record, "cancelled", "It came too late to be of use.")
            continue
        _queue(session, record, "resent", actor)
        going += 1
    return going


def call_off(session: Session, actor: Actor, public_id: str) -> MailRecord:
    """Do not send it. Refuses with ``NotNow`` what was sent or given up already."""
    actor.must("mail:write")
    record = message_of(session, public_id)
    if record.state not in (*WAITING, MailState.kept):
        raise NotNow("This message does not wait any more.", state=record.state.value)
    record.state, record.next_try_at = MailState.cancelled, None
    happened(record, "cancelled", f"By {actor.name}.")
    session.add(record)
    session.flush()
    return record


def _queue(session: Session, record: MailRecord, what: str, actor: Actor) -> None:
    record.state = MailState.queued
    record.attempts, record.deferred_since, record.next_try_at = 0, None, None
    happened(record, what, f"By {actor.name}.")
    session.add(record)
    session.flush()
    promise(session, record.public_id)
