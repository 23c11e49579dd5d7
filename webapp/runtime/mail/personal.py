"""The mail somebody was sent: given to them, and emptied when they are erased."""

from collections.abc import Sequence
from typing import Any

from sqlmodel import Session, and_, case, col, or_, select, update

from webapp.runtime.events import plain
from webapp.runtime.mail.table import WAITING, MailRecord, MailState
from webapp.runtime.personal import Personal, Whose

personal = Personal()


@personal.gives("mails")
def mails_of(session: Session, whose: Whose) -> object:
    """What was written to them, without the words of those that carry a key to something."""
    rows = session.exec(
        select(  # type: ignore[call-overload]
            MailRecord.kind,
            MailRecord.to_address,
            MailRecord.mail_subject,
            case((col(MailRecord.expires_at).is_(None), MailRecord.text_body), else_=""),
            MailRecord.state,
            MailRecord.created_at,
            MailRecord.sent_at,
        )
        .where(_theirs(whose))
        .order_by(col(MailRecord.id))
    )
    names = ("kind", "to", "subject", "text", "state", "written_at", "sent_at")
    return [plain(dict(zip(names, row, strict=True))) for row in rows]


@personal.forgets
def empty_their_mail(session: Session, whose: Whose) -> None:
    _empty(session, _theirs(whose))


def empty_mail_about(session: Session, kind: str, ids: Sequence[str]) -> None:
    """Forget what was written about these things, whoever it went to."""
    about = and_(col(MailRecord.subject_kind) == kind, col(MailRecord.subject_id).in_(ids))
    _empty(session, about)


def _empty(session: Session, which: Any) -> None:
    """What is left of a message says that one was sent; one that waits is called off."""
    session.execute(
        update(MailRecord)
        .where(which)
        .values(
            to_address="",
            to_name="",
            facts={},
            mail_subject="",
            text_body="",
            html_body="",
            last_answer="",
            life=[],
            state=case(
                (col(MailRecord.state).in_(WAITING), MailState.cancelled.value),
                else_=col(MailRecord.state),
            ),
        )
        .execution_options(synchronize_session=False)
    )


def _theirs(whose: Whose) -> Any:
    about = and_(
        col(MailRecord.subject_kind) == "person", col(MailRecord.subject_id) == whose.person
    )
    return or_(about, col(MailRecord.to_address) == whose.email) if whose.email else about
