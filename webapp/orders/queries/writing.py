"""Messages to customers, and the tasks that send them."""

from sqlalchemy import and_
from sqlmodel import Session, col, select

from webapp.kit.values import Value
from webapp.runtime.jobs import JobRecord
from webapp.runtime.mail import MailRecord

KINDS = ("orders.message", "orders.news")


class Written(Value):
    """A message on its way to one person."""

    order: str
    to: str
    task: str
    """The job that sends it; empty once that is forgotten."""
    version: str


def written_under(session: Session, mark: str) -> list[Written]:
    """What was written under this mark, in the order in which it was."""
    query = (
        select(
            MailRecord.subject_id, MailRecord.to_address, JobRecord.public_id, MailRecord.version
        )
        .outerjoin(
            JobRecord,
            and_(
                col(JobRecord.kind) == "mail.send",
                col(JobRecord.unique_key) == "mail:" + col(MailRecord.public_id),
            ),
        )
        .where(
            col(MailRecord.kind).in_(KINDS),
            col(MailRecord.version).startswith(f"{mark}:", autoescape=True),
        )
        .order_by(col(MailRecord.id), col(JobRecord.id))
    )
    found: dict[str, Written] = {}
    for order, to, task, version in session.exec(query):
        found[order] = Written(order, to, task or "", version)
    return list(found.values())
