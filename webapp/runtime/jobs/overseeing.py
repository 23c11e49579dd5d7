"""What pages, probes and people want to know of jobs, and the two things they may do to them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from webapp.kit.clock import now
from webapp.kit.errors import NotFound, Refused
from webapp.runtime.db import after_commit
from webapp.runtime.jobs.leases import oldest_due
from webapp.runtime.jobs.table import JobState, jobs


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as a progress bar or a list of dead letters shows it."""

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
    error: str
    due_at: datetime
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_live(self) -> bool:
        """Whether there is still something to wait for."""
        return self.state in {JobState.queued, JobState.running}

    @property
    def percent(self) -> int | None:
        """0 to 100, or None where the total is not known."""
        if self.state == JobState.done:
            return 100
        if self.progress_total <= 0:
            return None
        return max(0, min(100, self.progress_current * 100 // self.progress_total))


@dataclass(frozen=True, slots=True)
class Backlog:
    """How the queue is doing."""

    queued: int
    running: int
    failed: int
    oldest_wait: timedelta
    """How long the longest waiting due job could have been running; zero when none waits."""


_VIEW = tuple(jobs.c[name] for name in JobView.__dataclass_fields__)


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
    since = oldest_due(connection)
    return Backlog(
        queued=counts.get(JobState.queued, 0),
        running=counts.get(JobState.running, 0),
        failed=counts.get(JobState.failed, 0),
        oldest_wait=now() - since if since else timedelta(0),
    )


def retry(session: Session, public_id: str) -> None:
    """Take a failed or cancelled job back into the queue, with all its tries, from where it was.

    Refuses when it has not ended, or when another one with its key is on its way already.
    """
    job = job_of(session, public_id)
    if job.state not in {JobState.failed, JobState.cancelled}:
        raise Refused("Only a job that failed or was cancelled can be tried again.")
    live = select(jobs.c.unique_key).where(
        jobs.c.unique_key.is_not(None), jobs.c.state.in_((JobState.queued, JobState.running))
    )
    statement = (
        update(jobs)
        .where(
            jobs.c.public_id == public_id,
            jobs.c.unique_key.is_(None) | jobs.c.unique_key.not_in(live),
        )
        .values(
            state=JobState.queued, attempts=0, due_at=now(), finished_at=None, asked_again=False
        )
    )
    if session.connection().execute(statement).rowcount == 0:
        raise Refused("The same work is waiting or running already.")
    wake = session.info.get("wake_jobs")
    if wake:
        after_commit(session, wake)


def cancel(session: Session, public_id: str) -> None:
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
    )
    if session.connection().execute(statement).rowcount == 0:
        ended = job_of(session, public_id)
        raise Refused("This job has ended already.", state=ended.state.value)
