"""What probes and people want to know of jobs, and the two things that people may do to them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound, Refused
from webapp.kit.values import Value, names_of
from webapp.runtime.db import after_commit
from webapp.runtime.events import emit, emit_all
from webapp.runtime.jobs.events import JobCancelled, JobRetried
from webapp.runtime.jobs.leases import next_due
from webapp.runtime.jobs.table import JobState, jobs

RETRIED_AT_ONCE = 500
"""Jobs of a kind that one click takes back; more take another click, and no transaction is long."""


class JobRow(Value):
    """A job as a list or a progress bar shows it."""

    public_id: str
    kind: str
    state: JobState
    attempts: int
    max_attempts: int
    progress_current: int
    progress_total: int
    """0 where nobody knows."""
    progress_note: str
    result: dict[str, Any]
    reason: str
    """The last failure in a sentence; it may have been overcome since."""
    asked_by: str
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether there is still something to wait for."""
        return self.state in {JobState.queued, JobState.running}

    @property
    def can_be_retried(self) -> bool:
        return self.state in {JobState.failed, JobState.cancelled}

    @property
    def percent(self) -> int | None:
        """0 to 100, or None where the total is not known."""
        if self.state == JobState.done:
            return 100
        if self.progress_total <= 0:
            return None
        return max(0, min(100, self.progress_current * 100 // self.progress_total))


class JobView(JobRow):
    """All that is known of one job."""

    error: str
    """The last failure's traceback: only for those who may change jobs."""


class Backlog(Value):
    """How the queue is doing."""

    queued: int
    running: int
    failed: int
    oldest_wait: timedelta
    """How long the longest waiting due job could have been running; zero when none waits."""


_VIEW = tuple(jobs.c[name] for name in names_of(JobView))


def job_of(session: Session, public_id: str) -> JobView:
    """One job. Raises ``NotFound``, also when it finished so long ago that it was swept."""
    row = session.connection().execute(select(*_VIEW).where(jobs.c.public_id == public_id)).first()
    if row is None:
        raise NotFound("There is no such job, or not any more.", job=public_id)
    return JobView(*row)


def dead_letters(session: Session, *, limit: int = 100) -> list[JobView]:
    """What failed for good, latest first."""
    query = (
        select(*_VIEW)
        .where(jobs.c.state == JobState.failed)
        .order_by(jobs.c.finished_at.desc(), jobs.c.id.desc())
        .limit(limit)
    )
    return [JobView(*row) for row in session.connection().execute(query)]


def backlog(session: Session) -> Backlog:
    """Counts by state and the longest wait, for readiness and metrics."""
    connection = session.connection()
    unfinished = (JobState.queued, JobState.running, JobState.failed)
    count = select(jobs.c.state, func.count()).where(jobs.c.state.in_(unfinished))
    rows = connection.execute(count.group_by(jobs.c.state)).all()
    counts = {row[0]: int(row[1]) for row in rows}
    since = next_due(connection)
    return Backlog(
        queued=counts.get(JobState.queued, 0),
        running=counts.get(JobState.running, 0),
        failed=counts.get(JobState.failed, 0),
        oldest_wait=max(now() - since, timedelta(0)) if since else timedelta(0),
    )


def retry(session: Session, public_id: str, actor: Actor = SYSTEM) -> None:
    """Take a failed or cancelled job back into the queue, with all its tries, from where it was.

    Refuses when it has not ended, or when another one with its key is on its way already.
    """
    job = job_of(session, public_id)
    if job.state not in {JobState.failed, JobState.cancelled}:
        raise Refused("Only a job that failed or was cancelled can be tried again.")
    if not _taken_back(session, [public_id]):
        raise Refused("The same work is waiting or running already.")
    emit(session, JobRetried(public_id, job.kind), actor)


def retry_all(session: Session, kind: str, actor: Actor = SYSTEM) -> int:
    """Take the dead letters of a kind back, the latest 500 at most; how many there were. Of those
    with one key the latest alone comes back, and none whose work is on its way already."""
    query = (
        select(jobs.c.public_id, jobs.c.unique_key)
        .where(jobs.c.state == JobState.failed, jobs.c.kind == kind)
        .order_by(jobs.c.id.desc())
        .limit(RETRIED_AT_ONCE)
    )
    latest: dict[str, str] = {}
    for public_id, key in session.connection().execute(query):
        latest.setdefault(public_id if key is None else f"key:{key}", public_id)
    back = _taken_back(session, list(latest.values()))
    emit_all(session, [JobRetried(public_id, kind) for public_id in back], actor)
    return len(back)


def cancel(session: Session, public_id: str, actor: Actor = SYSTEM) -> None:
    """Call a job off. One that runs notices at its next transaction or progress report; what it
    has committed so far stays. Refuses when it has ended."""
    statement = (
        update(jobs)
        .where(
            jobs.c.public_id == public_id,
            jobs.c.state.in_((JobState.queued, JobState.running)),
        )
        .values(
            state=JobState.cancelled,
            lease_owner="",
            lease_until=None,
            asked_again=False,
            finished_at=now(),
        )
        .returning(jobs.c.kind)
    )
    kind = session.connection().execute(statement).scalar()
    if kind is None:
        ended = job_of(session, public_id)
        raise Refused("This job has ended already.", state=ended.state.value)
    emit(session, JobCancelled(public_id, kind), actor)


def _taken_back(session: Session, public_ids: list[str]) -> list[str]:
    live = select(jobs.c.unique_key).where(
        jobs.c.unique_key.is_not(None), jobs.c.state.in_((JobState.queued, JobState.running))
    )
    statement = (
        update(jobs)
        .where(
            jobs.c.public_id.in_(public_ids),
            jobs.c.state.in_((JobState.failed, JobState.cancelled)),
            jobs.c.unique_key.is_(None) | jobs.c.unique_key.not_in(live),
        )
        .values(
            state=JobState.queued,
            attempts=0,
            max_attempts=jobs.c.max_attempts - jobs.c.interruptions,
            interruptions=0,
            due_at=now(),
            finished_at=None,
            asked_again=False,
            relayed_at=None,
        )
        .returning(jobs.c.public_id)
    )
    back = set(session.connection().execute(statement).scalars())
    wake = session.info.get("wake_jobs")
    if wake and back:
        after_commit(session, wake)
    return [public_id for public_id in public_ids if public_id in back]
