"""Who may run a job: the conditional statements by which one process wins it and gives it back.

Every statement that settles a job names the lease under which it was run. A process that was
asleep for longer than its lease finds nothing to settle and so cannot disturb its successor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, func, literal, select, true, update

from webapp.kit.clock import now
from webapp.runtime.columns import UtcDateTime
from webapp.runtime.db import Database
from webapp.runtime.jobs.table import QUEUED, RUNNING, JobState, jobs

LEASE = timedelta(seconds=60)
"""How long a job is left alone after its process was last heard of."""

LONGEST_ERROR = 8_000
"""Characters of a traceback that are kept: its end, where the reason is."""

ENDED = "The process that ran it ended before it did."


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours until the lease runs out."""

    id: int
    public_id: str
    kind: str
    is_slow: bool
    payload: dict[str, Any]
    version: int
    cursor: dict[str, Any]
    attempt: int
    """1 for the first try."""
    max_attempts: int
    lease: str


def claim(database: Database, lease: str, *, slow_too: bool = True) -> Claim | None:
    """Win the most urgent due job, or None. ``lease`` must be new for every call.

    Looks first without the right to write, so an idle shop never disturbs a writer.
    """
    at = now()
    wanted = (
        select(jobs.c.id)
        .where(QUEUED, jobs.c.due_at <= at, true() if slow_too else jobs.c.queue != "slow")
        .order_by(jobs.c.priority, jobs.c.due_at, jobs.c.id)
        .limit(1)
    )
    with database.reading() as session:
        if session.connection().execute(wanted).first() is None:
            return None
    statement = (
        update(jobs)
        .where(
            jobs.c.id == wanted.with_for_update(skip_locked=True).scalar_subquery(),
            jobs.c.state == JobState.queued,
        )
        .values(
            state=JobState.running,
            attempts=jobs.c.attempts + 1,
            lease_owner=lease,
            lease_until=at + LEASE,
            asked_again=False,
            started_at=at,
            finished_at=None,
        )
        .returning(
            jobs.c.id,
            jobs.c.public_id,
            jobs.c.kind,
            jobs.c.queue == "slow",
            jobs.c.payload,
            jobs.c.version,
            jobs.c.cursor,
            jobs.c.attempts,
            jobs.c.max_attempts,
            jobs.c.lease_owner,
        )
    )
    with database.writing() as session:
        row = session.connection().execute(statement).first()
    return Claim(*row) if row else None


def extend(connection: Connection, claims: Sequence[Claim]) -> set[str]:
    """Say that these are still being worked on; returns the leases that are no longer ours."""
    leases = {claim.lease for claim in claims}
    statement = (
        update(jobs)
        .where(jobs.c.lease_owner.in_(leases), jobs.c.state == JobState.running)
        .values(lease_until=now() + LEASE)
        .returning(jobs.c.lease_owner)
    )
    return leases - set(connection.execute(statement).scalars())


def is_held(connection: Connection, claim: Claim) -> bool:
    """Whether the lease is still ours. On PostgreSQL it then stays ours until the transaction's
    end; on SQLite a writing transaction keeps everybody else out anyway."""
    query = select(jobs.c.id).where(*_under(claim)).with_for_update()
    return connection.execute(query).first() is not None


def note(connection: Connection, claim: Claim, **values: Any) -> bool:
    """Write cursor or progress, prolonging the lease; False when the lease is no longer ours."""
    statement = update(jobs).where(*_under(claim)).values(lease_until=now() + LEASE, **values)
    return connection.execute(statement).rowcount == 1


def complete(
    database: Database, claim: Claim, result: Mapping[str, Any], progress: Mapping[str, Any]
) -> bool:
    """Done, or queued once more when it was asked for while it ran. False: no longer ours."""
    return _settle(
        database,
        claim,
        **progress,
        state=_either(jobs.c.asked_again, JobState.queued, JobState.done),
        attempts=case((jobs.c.asked_again, 0), else_=jobs.c.attempts),
        asked_again=False,
        cursor={},
        result=dict(result),
        finished_at=now(),
    )


def fail(database: Database, claim: Claim, error: str, retry_at: datetime | None) -> bool:
    """Queued again for ``retry_at``, or to the dead letters when None. The cursor stays, so a
    resumable job goes on where it was. A failed job that was asked for again starts afresh."""
    if retry_at is not None:
        values: dict[str, Any] = {"state": JobState.queued, "due_at": retry_at}
    else:
        values = {
            "state": _either(jobs.c.asked_again, JobState.queued, JobState.failed),
            "attempts": case((jobs.c.asked_again, 0), else_=jobs.c.attempts),
            "asked_again": False,
            "finished_at": now(),
        }
    return _settle(database, claim, error=error[-LONGEST_ERROR:], **values)


def release(database: Database, claim: Claim, progress: Mapping[str, Any]) -> bool:
    """Give it back as if it had not been tried: the process ends, the job did nothing wrong."""
    return _settle(
        database,
        claim,
        **progress,
        state=JobState.queued,
        due_at=now(),
        attempts=jobs.c.attempts - 1,
    )


def reclaim_lost(database: Database) -> int:
    """Queue again what is marked as running though its process is gone; how many there were.

    A job that takes its process down with it does so only as often as it may be tried.
    """
    lost = (RUNNING, jobs.c.lease_until < now())
    with database.reading() as session:
        if session.connection().execute(select(jobs.c.id).where(*lost).limit(1)).first() is None:
            return 0
    spent = jobs.c.attempts >= jobs.c.max_attempts
    statement = (
        update(jobs)
        .where(*lost)
        .values(
            state=_either(spent, JobState.failed, JobState.queued),
            due_at=now(),
            error=ENDED,
            lease_owner="",
            lease_until=None,
            finished_at=case((spent, literal(now(), UtcDateTime())), else_=None),
        )
    )
    with database.writing() as session:
        return session.connection().execute(statement).rowcount


def oldest_due(connection: Connection) -> datetime | None:
    """Since when the longest waiting job could have run; None when nothing waits."""
    query = select(func.min(jobs.c.due_at)).where(QUEUED, jobs.c.due_at <= now())
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def _under(claim: Claim) -> tuple[Any, ...]:
    return (
        jobs.c.id == claim.id,
        jobs.c.lease_owner == claim.lease,
        jobs.c.state == JobState.running,
    )


def _either(test: Any, yes: JobState, no: JobState) -> Any:
    # As plain words: inside an expression the column's enum type is not there to translate them.
    return case((test, literal(yes.value)), else_=literal(no.value))


def _settle(database: Database, claim: Claim, **values: Any) -> bool:
    statement = (
        update(jobs).where(*_under(claim)).values(lease_owner="", lease_until=None, **values)
    )
    with database.writing() as session:
        return session.connection().execute(statement).rowcount == 1
