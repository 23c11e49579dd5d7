"""What the shop writes to its staff."""

from typing import Any

from sqlmodel import Session, col, select

from webapp.kit.errors import NotFound
from webapp.notices import queries
from webapp.notices.models import Notice
from webapp.runtime.mail import Mails

mails = Mails("notices")

MOST_LISTED = 50


def newest_notice(session: Session) -> dict[str, Any] | None:
    """The facts of the newest notice, for a preview."""
    query = select(Notice.public_id).order_by(col(Notice.id).desc()).limit(1)
    found = session.exec(query).first()
    return {"notice": found} if found else None


def newest_notices(session: Session) -> dict[str, Any] | None:
    """Those of a daily mail about the newest few."""
    query = select(Notice.public_id).order_by(col(Notice.id).desc()).limit(5)
    found = list(session.exec(query))
    return {"notices": found, "more": 0} if found else None


@mails.kind(
    "notice",
    title="Notice to staff",
    when="When something happened that a member of staff wants to hear of at once.",
    sample=newest_notice,
    needs="staff:write",
)
def notice(session: Session, *, notice: str) -> dict[str, Any]:
    """One notice, as it stands when the message is written."""
    return {"notice": _views(session, [notice])[0]}


@mails.kind(
    "digest",
    title="Daily notices to staff",
    when="Once a day to members of staff who want one mail about all that happened.",
    sample=newest_notices,
    needs="staff:write",
)
def digest(session: Session, *, notices: list[str], more: int) -> dict[str, Any]:
    """Several notices, latest first, and how many there are besides."""
    return {"notices": _views(session, notices), "more": more}


def _views(session: Session, public_ids: list[str]) -> list[queries.NoticeView]:
    rows = session.exec(
        select(Notice)
        .where(col(Notice.public_id).in_(public_ids))
        .order_by(col(Notice.last_at).desc(), col(Notice.id).desc())
    ).all()
    if not rows:
        raise NotFound("The notice is gone.")
    return queries.views_of(session, rows)
