"""Messages about things whose personal part is forgotten."""

from sqlmodel import Session, col, select

from webapp.runtime.events import Subject
from webapp.runtime.portraits import portraits_of
from webapp.webhooks.envelopes import without
from webapp.webhooks.models import Announcement, AnnouncementBody


def forget(session: Session, subject: Subject) -> None:
    """Take what is personal out of every message about one thing that is still kept."""
    portrait = portraits_of(session).of(subject[0])
    if portrait is None or not portrait.personal:
        return
    bodies = session.exec(
        select(AnnouncementBody)
        .join(Announcement, col(Announcement.event_id) == col(AnnouncementBody.event_id))
        .where(Announcement.subject_kind == subject[0], Announcement.subject_id == subject[1])
    ).all()
    for kept in bodies:
        kept.body = without(kept.body, portrait.personal)
        session.add(kept)
    session.flush()
