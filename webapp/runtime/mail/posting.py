"""Promising a message, in the transaction of what it tells about."""

from datetime import timedelta
from functools import cache
from typing import Any

from sqlmodel import Session

from webapp.kit.clock import now
from webapp.kit.ids import public_id
from webapp.runtime.events import Subject, plain
from webapp.runtime.mail.declaring import MailKind
from webapp.runtime.mail.sending import promise
from webapp.runtime.mail.table import MailRecord, MailState
from webapp.runtime.markup import plain_line
from webapp.runtime.upserting import upsert_on


def post(
    session: Session,
    kind: MailKind,
    *,
    to: str,
    about: Subject,
    name: str = "",
    version: str = "",
    locale: str = "",
    useful_for: timedelta | None = None,
    **facts: Any,
) -> str | None:
    """Say something to somebody once this transaction has committed: one row and one job.

    Saying it again (the same kind, ``about`` and ``version``) says it once: the second call gives
    None and does nothing. The address is checked when it is sent, so that a wrong one shows in the
    outbox and does not undo the cause. With ``useful_for``, a message that cannot be sent in that
    time is cancelled. Wrong facts are a ``TypeError`` here, not in the night.
    """
    kind.check(facts)
    at = now()
    identifier = public_id("mail")
    row = {
        "public_id": identifier,
        "kind": kind.kind,
        "subject_kind": about[0],
        "subject_id": about[1],
        "version": version,
        "to_address": plain_line(to)[:320],
        "to_name": plain_line(name)[:200],
        "locale": locale,
        "facts": plain(facts),
        "state": MailState.queued,
        "mail_subject": "",
        "text_body": "",
        "html_body": "",
        "template_version": "",
        "attempts": 0,
        "last_answer": "",
        "life": [{"at": at.isoformat(), "what": "queued", "note": ""}],
        "created_at": at,
        "expires_at": at + useful_for if useful_for else None,
    }
    connection = session.connection()
    if connection.execute(_adding(connection.dialect.name), row).scalar_one_or_none() is None:
        return None
    promise(session, identifier, is_urgent=kind.is_urgent)
    return identifier


@cache
def _adding(engine: str) -> Any:
    """The statement, made once: putting it together costs more than running it."""
    table = MailRecord.__table__  # type: ignore[attr-defined]
    return (
        upsert_on(engine, table)
        .on_conflict_do_nothing(index_elements=["kind", "subject_kind", "subject_id", "version"])
        .returning(table.c.public_id)
    )
