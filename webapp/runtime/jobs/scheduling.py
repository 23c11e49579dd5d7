"""Jobs that come round by themselves, and the broom for those long finished."""

from datetime import timedelta

from sqlalchemy import Connection, delete, func, select

from webapp.kit.clock import now
from webapp.runtime.db import Database
from webapp.runtime.jobs.context import JobContext
from webapp.runtime.jobs.declaring import Jobs, insert
from webapp.runtime.jobs.table import LIVE, JobState, jobs

FIRST_WAIT = timedelta(minutes=1)
"""A schedule's very first run waits this long at most, so that it does not slow the start."""

KEEP_FINISHED = timedelta(days=7)
KEEP_FAILED = timedelta(days=90)
SWEEP_AT_ONCE = 500
"""Rows deleted in one transaction; a writer behind it waits a few milliseconds at most."""

housekeeping = Jobs("jobs")


def key_of(kind: str) -> str:
    """The unique key of a schedule's next run."""
    return f"every:{kind}"


def ensure_scheduled(database: Database, registry: Jobs) -> None:
    """See to it that every schedule has its next run in the table, once for all processes.

    A run that is overdue (the shop was off) is due now; more than one missed run is one run.
    """
    wanted = {key_of(job.kind): job for job in registry if job.every}
    live = select(jobs.c.unique_key).where(LIVE, jobs.c.unique_key.in_(wanted))
    with database.reading() as session:
        missing = wanted.keys() - set(session.connection().execute(live).scalars())
    if not missing:
        return
    with database.writing() as session:
        connection = session.connection()
        # Another process may have been faster; whoever is second must not ask a running one again.
        missing -= set(connection.execute(live).scalars())
        for key in sorted(missing):
            job = wanted[key]
            assert job.every is not None
            last = connection.execute(
                select(func.max(jobs.c.due_at)).where(jobs.c.kind == job.kind)
            ).scalar_one()
            due = last + job.every if last else now() + min(job.every, FIRST_WAIT)
            insert(
                connection,
                job,
                payload={},
                due_at=max(due, now()),
                unique_key=key,
                priority=job.priority,
            )


@housekeeping.job(every=timedelta(hours=6))
def sweep(context: JobContext) -> dict[str, int]:
    """Forget what finished a week ago and dead letters after ninety days.

    The latest row of each kind stays: a schedule counts from it.
    """
    with context.reading() as session:
        newest = _newest(session.connection())
    old = (
        (JobState.done, KEEP_FINISHED),
        (JobState.cancelled, KEEP_FINISHED),
        (JobState.failed, KEEP_FAILED),
    )
    swept = 0
    for state, keep in old:
        some = (
            select(jobs.c.id)
            .where(
                jobs.c.state == state,
                jobs.c.finished_at < now() - keep,
                jobs.c.id.not_in(newest),
            )
            .limit(SWEEP_AT_ONCE)
        )
        while True:
            with context.writing() as session:
                gone = session.connection().execute(delete(jobs).where(jobs.c.id.in_(some)))
            swept += gone.rowcount
            context.progress(swept, note="forgetting finished jobs")
            if gone.rowcount < SWEEP_AT_ONCE:
                break
    return {"swept": swept}


def _newest(connection: Connection) -> list[int]:
    """The latest row of each kind, by one look into the index for each: asked for as a group it
    would read through every job there is, and again for each batch."""
    found: list[int] = []
    kind = connection.execute(select(func.min(jobs.c.kind))).scalar()
    while kind is not None:
        latest = select(func.max(jobs.c.id)).where(jobs.c.kind == kind)
        found.append(connection.execute(latest).scalar_one())
        following = select(func.min(jobs.c.kind)).where(jobs.c.kind > kind)
        kind = connection.execute(following).scalar()
    return found
