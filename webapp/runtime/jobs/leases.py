"""Who may run a job: the conditional statements by which one process wins it and keeps it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, String, cast, func, literal, select, update
from sqlmodel import Session

from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.jobs.table import QUEUED, JobState, jobs

LEASE = timedelta(seconds=60)
"""How long a job is left alone after its process was last heard of."""


class Claim(Value):
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
    priority: int
    due_at: datetime


class Look(Value):
    """What a reader sees of the queue, so that an idle shop never disturbs a writer."""

    due: datetime | None
    """When the first of all waiting jobs may run, perhaps long ago."""
    quick: bool
    """Whether a quick one could begin now."""
    slow: bool


def look(connection: Connection, *, quick: bool, slow: bool) -> Look:
    """How the queue stands, as far as there is room for a kind of work."""
    due = next_due(connection)
    if due is None or due > now():
        return Look(due, False, False)

    def waits(queue: str) -> bool:
        query = select(jobs.c.id).where(QUEUED, jobs.c.queue == queue, jobs.c.due_at <= now())
        ordered = query.order_by(jobs.c.priority, jobs.c.due_at, jobs.c.id).limit(1)
        return connection.execute(ordered).first() is not None

    return Look(due, quick and waits("quick"), slow and waits("slow"))


def is_due(connection: Connection, public_id: str) -> bool:
    """Whether this very job could begin now."""
    query = select(jobs.c.id).where(
        jobs.c.public_id == public_id, jobs.c.due_at <= now(), jobs.c.state == JobState.queued
    )
    return connection.execute(query).first() is not None


def claim(
    session: Session,
    lease: str,
    *,
    most: int = 1,
    queue: str | None = None,
    without: Collection[str] = (),
) -> list[Claim]:
    """Win up to ``most`` due jobs, the most urgent first. ``lease`` must be new for every call.

    ``queue`` takes only ``quick`` or ``slow`` ones; kinds in ``without`` are left to others.
    """
    wanted = select(jobs.c.id).where(QUEUED, jobs.c.due_at <= now())
    if queue is not None:
        wanted = wanted.where(jobs.c.queue == queue)
    if without:
        wanted = wanted.where(jobs.c.kind.not_in(without))
    wanted = wanted.order_by(jobs.c.priority, jobs.c.due_at, jobs.c.id).limit(most)
    # Chosen once, in a table of their own: PostgreSQL may evaluate a plain subquery anew for each
    # row, and would then lock and take more than it was asked for.
    chosen = wanted.with_for_update(skip_locked=True).cte("chosen")
    return _taken(session, lease, jobs.c.id.in_(select(chosen.c.id)))


def claim_one(session: Session, lease: str, public_id: str) -> Claim | None:
    """Win this very job, if it is due and nobody has it."""
    this = (jobs.c.public_id == public_id, jobs.c.due_at <= now())
    return next(iter(_taken(session, lease, *this)), None)


def _taken(session: Session, lease: str, *which: ColumnElement[bool]) -> list[Claim]:
    at = now()
    statement = (
        update(jobs)
        .where(*which, jobs.c.state == JobState.queued)
        .values(
            state=JobState.running,
            attempts=jobs.c.attempts + 1,
            lease_owner=literal(f"{lease}:") + cast(jobs.c.id, String),
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
            jobs.c.priority,
            jobs.c.due_at,
        )
    )
    won = [Claim(*row) for row in session.connection().execute(statement)]
    return sorted(won, key=lambda each: (each.priority, each.due_at, each.id))


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
    query = select(jobs.c.id).where(*under(claim)).with_for_update()
    return connection.execute(query).first() is not None


def note(connection: Connection, claim: Claim, **values: Any) -> bool:
    """Write cursor or progress, prolonging the lease; False when the lease is no longer ours."""
    statement = update(jobs).where(*under(claim)).values(lease_until=now() + LEASE, **values)
    return connection.execute(statement).rowcount == 1


def next_due(connection: Connection) -> datetime | None:
    """When the first of all waiting jobs may run, perhaps long ago; None when nothing waits."""
    found: datetime | None = connection.execute(
        select(func.min(jobs.c.due_at)).where(QUEUED)
    ).scalar_one()
    return found


def under(claim: Claim) -> tuple[Any, ...]:
    return (
        jobs.c.id == claim.id,
        jobs.c.lease_owner == claim.lease,
        jobs.c.state == JobState.running,
    )
