"""Which jobs somebody may look at."""

from sqlmodel import Session

from webapp.kit.actors import Actor
from webapp.kit.errors import NotFound
from webapp.runtime.jobs import JobState, JobView, file_key, job_of


def find(session: Session, public_id: str) -> JobView | None:
    """A job, unless it is none or is forgotten."""
    try:
        return job_of(session, public_id)
    except NotFound:
        return None


def file_of(session: Session, actor: Actor, public_id: str) -> tuple[str, str]:
    """Name and place of the file that a job made. Not found while there is none."""
    job = visible(session, actor, public_id)
    name = job.result.get("file") if job.state == JobState.done else None
    if not isinstance(name, str):
        raise NotFound("This task has made no file, or not yet.", task=public_id)
    return name, file_key(public_id, name)


def visible(session: Session, actor: Actor, public_id: str) -> JobView:
    """A job that this actor asked for, or any with ``jobs:read``. Others are not found."""
    job = job_of(session, public_id)
    if not (actor.may("jobs:read") or (actor.id and job.asked_by == actor.id)):
        raise NotFound("There is no such job, or not any more.", job=public_id)
    return job
