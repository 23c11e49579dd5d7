"""The job that writes a message and hands it to the mail server, and what it does about the answer.

Nothing slow happens inside a transaction: one short one freezes the words, one settles the answer.
The mail server's acceptance and our note of it cannot be one step. A process that is killed between
them sends the message once more, with the same Message-ID, which receivers know for a copy.
"""

import random
from datetime import datetime, timedelta
from typing import Any

from jinja2 import TemplateError
from sqlmodel import Session, col, delete, select

from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.kit.values import Value
from webapp.runtime.events import emit, history
from webapp.runtime.jobs import JobContext, Jobs
from webapp.runtime.mail.envelope import Unsendable, mailbox, sealed
from webapp.runtime.mail.events import MailBounced, MailServerRefused
from webapp.runtime.mail.letters import Letter
from webapp.runtime.mail.office import PostOffice, Sender
from webapp.runtime.mail.smtp import Answer, Fate, carry
from webapp.runtime.mail.table import WAITING, MailRecord, MailState, happened

PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 30, 60, 120, 240, 360, 480, 720)
)
"""Between two tries; the last again and again until ``GIVE_UP``."""
GIVE_UP = timedelta(days=3)
SILENT_FOR = timedelta(minutes=30)
"""A server that says nothing at all may be restarting; after so long staff should know."""
SWEEP_AT_ONCE = 200

jobs = Jobs("mail")


class _Waiting(Value):
    """What the job needs of the row, read once."""

    kind: str
    facts: dict[str, Any]
    locale: str
    to_address: str
    to_name: str
    message_id: str | None
    letter: Letter
    expires_at: datetime | None

    @property
    def is_written(self) -> bool:
        return self.message_id is not None


@jobs.job()
def send(context: JobContext, message: str) -> dict[str, str] | None:
    """Write the message if it is not written yet, then hand it in. One that is settled, or not
    there any more, is left alone."""
    office = context.post
    with context.reading() as session:
        waiting = _waiting(session, message)
        sender = office.sender(office.letterhead(session))
        is_wanted = waiting is None or office.is_wanted(session, waiting.kind, waiting.to_address)
    if waiting is None:
        return None
    if not is_wanted:
        return _cancel(context, message, "Whoever it was for does not want such mail.")
    if waiting.expires_at is not None and waiting.expires_at < now():
        return _cancel(context, message, "It came too late to be of use.")
    if not waiting.is_written:
        told = _write(context, office, message, waiting, sender)
        if told is not None:
            return told
        with context.reading() as session:
            waiting = _waiting(session, message)
        if waiting is None:
            return None
    if office.server is None or sender is None:
        reason = "no mail server is set" if office.server is None else "the shop has no address"
        return _keep(context, message, f"Kept here: {reason}.")
    return _settle(context, message, _try(office, sender, waiting, message), office.server.host)


@jobs.job(every=timedelta(hours=24))
def sweep(context: JobContext) -> dict[str, int]:
    """Forget messages that were settled longer ago than their kind is kept."""
    swept = 0
    for kind in context.post.mails:
        old = (
            select(MailRecord.id)
            .where(
                MailRecord.kind == kind.kind,
                col(MailRecord.state).not_in(WAITING),
                MailRecord.created_at < now() - kind.keeps,
            )
            .limit(SWEEP_AT_ONCE)
        )
        while True:
            with context.writing() as session:
                gone = session.exec(delete(MailRecord).where(col(MailRecord.id).in_(old)))
            swept += gone.rowcount
            context.progress(swept, note="forgetting old mail")
            if gone.rowcount < SWEEP_AT_ONCE:
                break
    return {"swept": swept}


def _waiting(session: Session, message: str) -> _Waiting | None:
    row = session.exec(
        select(
            MailRecord.kind,
            MailRecord.facts,
            MailRecord.locale,
            MailRecord.to_address,
            MailRecord.to_name,
            MailRecord.message_id,
            MailRecord.mail_subject,
            MailRecord.text_body,
            MailRecord.html_body,
            MailRecord.expires_at,
        ).where(MailRecord.public_id == message, col(MailRecord.state).in_(WAITING))  # type: ignore[call-overload]
    ).one_or_none()
    if row is None:
        return None
    kind, facts, locale, address, name, message_id, subject, text, html, expires_at = row
    letter = Letter(subject, text, html)
    return _Waiting(kind, facts, locale, address, name, message_id, letter, expires_at)


def _write(
    context: JobContext,
    office: PostOffice,
    message: str,
    waiting: _Waiting,
    sender: Sender | None,
) -> dict[str, str] | None:
    """Put it in words and freeze them. Gives an outcome where there is nothing to send."""
    kind = office.mails.find(waiting.kind)
    if kind is None:
        raise LookupError(f"there is no mail called {waiting.kind} in this version of the shop")
    try:
        with context.reading() as session:
            draft = office.draft(session, kind, waiting.facts, waiting.locale, message=message)
        letter = office.press.write(draft)
    except NotFound as gone:
        return _cancel(context, message, f"What it is about is gone. {gone.detail}")
    except (TemplateError, LookupError, TypeError, ValueError, AttributeError) as error:
        # The job fails and tells why; the message says so too, to those who look for it there.
        with context.writing() as session:
            record = _held(session, message)
            if record is not None:
                record.state = MailState.deferred
                record.last_answer = f"It could not be written: {error}"[:500]
                happened(record, "deferred", record.last_answer)
        raise
    domain = sender.mailbox.domain if sender else office.links.host
    with context.writing() as session:
        record = _held(session, message)
        if record is not None and record.message_id is None:
            record.mail_subject, record.text_body = letter.subject, letter.text
            record.html_body, record.template_version = letter.html, letter.version
            record.message_id = f"<{message}@{domain}>"
            record.rendered_at = now()
            happened(record, "rendered", f"Templates {letter.version}")
    return None


def _try(office: PostOffice, sender: Sender, waiting: _Waiting, message: str) -> Answer:
    assert office.server is not None and waiting.message_id is not None
    try:
        recipient = mailbox(waiting.to_address, waiting.to_name)
        content = sealed(
            waiting.letter,
            sender=sender.mailbox,
            recipient=recipient,
            reply_to=sender.reply_to,
            message_id=waiting.message_id,
            at=now(),
            way_out=office.way_out(waiting.kind, message),
        )
    except Unsendable as error:
        return Answer(Fate.never, str(error))
    if office.silence.lasts():
        host = office.server.host
        return Answer(Fate.later, f"{host} did not answer in time a moment ago; it was not asked.")
    answer = carry(office.server, sender.mailbox, recipient, content)
    office.silence.learn(answer)
    return answer


def _settle(context: JobContext, message: str, answer: Answer, host: str) -> dict[str, str]:
    with context.writing() as session:
        record = _held(session, message)
        if record is None:
            return {"state": "gone", "answer": answer.sentence}
        record.attempts += 1
        record.last_code, record.last_answer = answer.code, answer.sentence[:500]
        record.next_try_at = None
        if answer.fate is Fate.sent:
            record.state, record.sent_at = MailState.sent, now()
            record.deferred_since = None
            happened(record, "sent", _told(answer))
        elif answer.fate is Fate.never:
            _give_up(session, record, answer)
        else:
            _put_off(session, record, answer, host)
        return {"state": record.state.value, "answer": answer.sentence}


def _put_off(session: Session, record: MailRecord, answer: Answer, host: str) -> None:
    at = now()
    record.deferred_since = record.deferred_since or at
    if at - record.deferred_since >= GIVE_UP:
        _give_up(session, record, answer, "Given up after three days. ")
        return
    pause = PAUSES[min(record.attempts, len(PAUSES)) - 1] * random.uniform(0.9, 1.1)
    record.state, record.next_try_at = MailState.deferred, at + pause
    happened(record, "deferred", _told(answer), at=at)
    promise(session, record.public_id, delay=pause)
    is_silent = answer.code is None and at - record.deferred_since >= SILENT_FOR
    if answer.is_ours or is_silent:
        last = history(session, "mail_server", host, limit=1)
        if not last or last[0].at < at - timedelta(days=1):
            emit(session, MailServerRefused(host, answer.code, answer.sentence))


def _give_up(session: Session, record: MailRecord, answer: Answer, why: str = "") -> None:
    record.state, record.deferred_since = MailState.bounced, None
    happened(record, "bounced", why + _told(answer))
    fact = MailBounced(record.public_id, record.kind, answer.code, why + answer.sentence)
    emit(session, fact)


def _keep(context: JobContext, message: str, note: str) -> dict[str, str]:
    with context.writing() as session:
        record = _held(session, message)
        if record is not None:
            record.state, record.last_answer = MailState.kept, note
            happened(record, "kept", note)
    return {"state": MailState.kept.value, "answer": note}


def _cancel(context: JobContext, message: str, note: str) -> dict[str, str]:
    with context.writing() as session:
        record = _held(session, message)
        if record is not None:
            record.state, record.last_answer = MailState.cancelled, note[:500]
            happened(record, "cancelled", note)
    return {"state": MailState.cancelled.value, "answer": note}


def promise(
    session: Session, message: str, *, delay: timedelta | None = None, is_urgent: bool = False
) -> None:
    """Have it sent once this transaction has committed, or later."""
    send.later(
        session,
        unique=f"mail:{message}",
        delay=delay,
        priority=-5 if is_urgent else 0,
        message=message,
    )


def _held(session: Session, message: str) -> MailRecord | None:
    """The row, for this transaction alone; None when somebody settled or cancelled it meanwhile."""
    return session.exec(
        select(MailRecord)
        .where(MailRecord.public_id == message, col(MailRecord.state).in_(WAITING))
        .with_for_update()
    ).one_or_none()


def _told(answer: Answer) -> str:
    return f"{answer.code} {answer.sentence}" if answer.code else answer.sentence
