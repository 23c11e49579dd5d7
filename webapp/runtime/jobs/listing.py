"""Jobs for those who look at many: a page of them, what keeps failing, and what comes round."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from webapp.kit.paging import Page, Turn
from webapp.kit.values import Value, names_of
from webapp.runtime.jobs.declaring import Jobs
from webapp.runtime.jobs.overseeing import JobRow
from webapp.runtime.jobs.scheduling import key_of
from webapp.runtime.jobs.table import LIVE, JobState, jobs
from webapp.runtime.paging import newest_first

_ROW = tuple(jobs.c[name] for name in names_of(JobRow))


class FailingKind(Value):
    """A kind with dead letters."""

    kind: str
    count: int


class Schedule(Value):
    """A kind that comes round by itself."""

    kind: str
    every: timedelta
    next_at: datetime | None
    """None in the first moments of a shop, before anybody has seen to it."""
    is_running: bool
    last: JobRow | None


def listing(
    session: Session,
    *,
    state: JobState | None = None,
    kind: str = "",
    asked_by: str = "",
    cursor: str | None = None,
    size: int = 40,
) -> Page[JobRow]:
    """The newest jobs first, in one statement. A foreign cursor is ``Invalid``."""
    turn: Turn[Any] = Turn.of(cursor, int)
    query = select(jobs.c.id, *_ROW)
    if state is not None:
        query = query.where(jobs.c.state == state)
    if kind:
        query = query.where(jobs.c.kind == kind)
    if asked_by:
        # Said twice: only so is the partial index of those that somebody asked for used.
        query = query.where(jobs.c.asked_by == asked_by, jobs.c.asked_by != "")
    page = newest_first(session, query, (jobs.c.id,), turn, size)
    return page.map(lambda row: JobRow(*row[1:]))


def failing_kinds(session: Session) -> list[FailingKind]:
    """What rests among the dead letters, by kind."""
    query = (
        select(jobs.c.kind, func.count())
        .where(jobs.c.state == JobState.failed)
        .group_by(jobs.c.kind)
        .order_by(jobs.c.kind)
    )
    return [FailingKind(kind, number) for kind, number in session.connection().execute(query)]


def schedules(session: Session, registry: Jobs) -> list[Schedule]:
    """Every schedule, the one that runs next first."""
    connection = session.connection()
    wanted = {job.kind: job.every for job in registry if job.every}
    coming = select(jobs.c.kind, jobs.c.due_at, jobs.c.state).where(
        LIVE, jobs.c.unique_key.in_([key_of(kind) for kind in wanted])
    )
    ahead = {row[0]: row for row in connection.execute(coming)}
    ended = (JobState.done, JobState.failed, JobState.cancelled)
    latest = (
        select(func.max(jobs.c.id))
        .where(jobs.c.kind.in_(wanted), jobs.c.state.in_(ended))
        .group_by(jobs.c.kind)
    )
    last = {
        row.kind: row
        for row in _rows(connection.execute(select(*_ROW).where(jobs.c.id.in_(latest))))
    }
    found = [
        Schedule(
            kind,
            every,
            next_at=ahead[kind][1] if kind in ahead else None,
            is_running=kind in ahead and ahead[kind][2] == JobState.running,
            last=last.get(kind),
        )
        for kind, every in wanted.items()
    ]
    return sorted(found, key=lambda each: (each.next_at is None, each.next_at or 0, each.kind))


def _rows(found: Iterable[Any]) -> list[JobRow]:
    return [JobRow(*row) for row in found]
