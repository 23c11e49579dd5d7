"""What staff see of the outbox: the list, how much waits, and one message complete."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from webapp.kit.errors import NotFound
from webapp.kit.paging import Page, Turn
from webapp.kit.values import Value
from webapp.runtime.mail.letters import Letter
from webapp.runtime.mail.table import MailRecord, MailState
from webapp.runtime.paging import newest_first

LONGEST_SEARCH = 200


class OutboxFilter(Value):
    """``kinds`` are those that whoever asks may open; ``search`` is part of an address or of a
    subject line."""

    kinds: Collection[str]
    states: Collection[MailState] = ()
    search: str = ""


class OutboxRow(Value):
    """A message in the list. ``subject`` is empty until it is written."""

    id: int
    public_id: str
    kind: str
    to_address: str
    to_name: str
    subject: str
    state: MailState
    last_answer: str
    created_at: datetime
    sent_at: datetime | None
    next_try_at: datetime | None


class LifeEntry(Value):
    at: datetime
    what: str
    note: str


class OpenedMail(Value):
    """A message with its words (where it is written) and all that happened to it."""

    public_id: str
    kind: str
    subject_kind: str
    subject_id: str
    to_address: str
    to_name: str
    locale: str
    state: MailState
    message_id: str | None
    letter: Letter | None
    attempts: int
    last_code: int | None
    last_answer: str
    created_at: datetime
    rendered_at: datetime | None
    next_try_at: datetime | None
    sent_at: datetime | None
    expires_at: datetime | None
    life: tuple[LifeEntry, ...]

    @property
    def is_waiting(self) -> bool:
        return self.state in {MailState.queued, MailState.deferred}


_ROW = (
    MailRecord.id,
    MailRecord.public_id,
    MailRecord.kind,
    MailRecord.to_address,
    MailRecord.to_name,
    MailRecord.mail_subject,
    MailRecord.state,
    MailRecord.last_answer,
    MailRecord.created_at,
    MailRecord.sent_at,
    MailRecord.next_try_at,
)


def listing(
    session: Session, wanted: OutboxFilter, *, cursor: str | None = None, size: int = 50
) -> Page[OutboxRow]:
    """The newest messages first, in one statement. A foreign cursor is ``Invalid``."""
    turn: Turn[Any] = Turn.of(cursor, int)
    query = select(*_ROW).where(*_conditions(wanted))  # type: ignore[call-overload]
    page = newest_first(session, query, (col(MailRecord.id),), turn, size)
    return page.map(lambda row: OutboxRow(*row))


def kept_count(session: Session) -> int:
    """How many messages were written and could not be sent for want of a mail server."""
    query = select(func.count()).where(MailRecord.state == MailState.kept)
    return int(session.exec(query).one())


def opened(session: Session, public_id: str, kinds: Collection[str]) -> OpenedMail:
    """One message, if it is of one of these kinds. Raises ``NotFound``."""
    record = session.exec(
        select(MailRecord).where(
            MailRecord.public_id == public_id, col(MailRecord.kind).in_(list(kinds))
        )
    ).one_or_none()
    if record is None:
        raise NotFound("There is no such message.")
    letter = None
    if record.message_id is not None:
        letter = Letter(
            record.mail_subject, record.text_body, record.html_body, record.template_version
        )
    return OpenedMail(
        public_id=record.public_id,
        kind=record.kind,
        subject_kind=record.subject_kind,
        subject_id=record.subject_id,
        to_address=record.to_address,
        to_name=record.to_name,
        locale=record.locale,
        state=record.state,
        message_id=record.message_id,
        letter=letter,
        attempts=record.attempts,
        last_code=record.last_code,
        last_answer=record.last_answer,
        created_at=record.created_at,
        rendered_at=record.rendered_at,
        next_try_at=record.next_try_at,
        sent_at=record.sent_at,
        expires_at=record.expires_at,
        life=tuple(_entry(entry) for entry in record.life),
    )


def _entry(entry: dict[str, Any]) -> LifeEntry:
    return LifeEntry(datetime.fromisoformat(entry["at"]), entry["what"], entry.get("note", ""))


def _conditions(wanted: OutboxFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [col(MailRecord.kind).in_(list(wanted.kinds))]
    if wanted.states:
        conditions.append(col(MailRecord.state).in_(list(wanted.states)))
    search = wanted.search.strip()[:LONGEST_SEARCH].replace("\0", "").lower()
    if search:
        columns = (col(MailRecord.to_address), col(MailRecord.mail_subject))
        conditions.append(
            or_(*(func.lower(column).contains(search, autoescape=True) for column in columns))
        )
    return conditions
