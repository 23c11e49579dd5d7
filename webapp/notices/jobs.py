"""Mail about notices, and forgetting them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from webapp.kit.clock import now
from webapp.notices import commands, mails, queries
from webapp.notices.models import Way
from webapp.runtime.jobs import JobContext, Jobs
from webapp.runtime.mail import post
from webapp.shop.queries import current

jobs = Jobs("notices")

DAY_BEGINS = 7
"""The hour, on the shop's clock, after which the daily mail is written."""


@jobs.job()
def write_at_once(context: JobContext) -> dict[str, int]:
    """Write to those who want to hear of it at once."""
    written = 0
    with context.writing() as session:
        for notice in commands.take_due(session):
            for reader in queries.readers(session, Way.mail, notice.kind):
                if notice.needs in reader.permissions:
                    told = post(
                        session,
                        mails.notice,
                        to=reader.email,
                        name=reader.name,
                        about=("notice", notice.public_id),
                        # Told again when more was counted, and once for each count.
                        version=f"{reader.public_id}:{notice.count}",
                        notice=notice.public_id,
                    )
                    written += told is not None
    return {"written": written}


@jobs.job(every=timedelta(hours=1))
def write_digests(context: JobContext) -> dict[str, int]:
    """Once a day and person, if anything happened that they have not read meanwhile."""
    written = 0
    with context.writing() as session:
        morning = _morning(session)
        if now() < morning:
            return {"written": 0}
        for reader in queries.readers(session, Way.digest, before=morning):
            found = queries.untold(session, reader)
            if found:
                listed = found[: mails.MOST_LISTED]
                told = post(
                    session,
                    mails.digest,
                    to=reader.email,
                    name=reader.name,
                    about=("person", reader.public_id),
                    version=f"{morning:%Y-%m-%d}",
                    notices=listed,
                    more=len(found) - len(listed),
                )
                written += told is not None
            commands.note_told(session, reader.id)
    return {"written": written}


@jobs.job(every=timedelta(days=1))
def forget(context: JobContext) -> dict[str, int]:
    """Drop what nobody needs to read any more."""
    with context.writing() as session:
        return {"dropped": commands.forget(session, now() - commands.KEPT_FOR)}


def _morning(session: Session) -> datetime:
    """When this day's mail is due, on the shop's clock."""
    here = now().astimezone(ZoneInfo(current(session).time_zone))
    return here.replace(hour=DAY_BEGINS, minute=0, second=0, microsecond=0)
