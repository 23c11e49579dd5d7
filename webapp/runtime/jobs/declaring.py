"""How a feature says that a function is a job, and how a transaction promises to run it."""

import inspect
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, and_, case, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from webapp.kit.clock import now
from webapp.kit.ids import public_id
from webapp.runtime.db import after_commit
from webapp.runtime.events import plain
from webapp.runtime.jobs.table import LIVE, JobState, jobs

if TYPE_CHECKING:
    from webapp.runtime.jobs.context import JobContext

LONGEST_PAUSE = timedelta(hours=1)

Upgrade = Callable[[dict[str, Any], int], dict[str, Any]]
"""Turns the payload of an older version, given with its number, into today's; may raise."""


@dataclass(frozen=True)
class Job:
    """A function that can be promised. Calling it runs it here and now, as a test may want."""

    kind: str
    run: Callable[..., Any]
    retries: int
    slow: bool
    priority: int
    every: timedelta | None
    first_pause: timedelta
    version: int
    upgrade: Upgrade | None

    def __call__(self, context: "JobContext", **arguments: Any) -> Any:
        return self.run(context, **arguments)

    def later(
        self,
        session: Session,
        *,
        unique: str | None = None,
        delay: timedelta | None = None,
        priority: int | None = None,
        **arguments: Any,
    ) -> str:
        """Promise to run it once this transaction has committed; returns the job's public id.

        With ``unique``, a job of that key that still waits takes the newer arguments and the
        earlier time instead of being joined by a second one; one that is running now runs once
        more afterwards, because it may have read what this transaction is about to change.
        One statement in every case. Wrong arguments are a ``TypeError`` here, not in the night.
        """
        inspect.signature(self.run).bind(None, **arguments)
        identifier = insert(
            session.connection(),
            self,
            payload=plain(arguments),
            due_at=now() + (delay or timedelta(0)),
            unique_key=unique,
            priority=self.priority if priority is None else priority,
        )
        wake = session.info.get("wake_jobs")
        if wake and not session.info.get("wakes_jobs"):
            session.info["wakes_jobs"] = True
            after_commit(session, wake)
        return identifier

    def arguments(self, payload: dict[str, Any], version: int) -> dict[str, Any]:
        """The payload as today's parameters. Raises ``LookupError`` for a version that nobody
        here can read: an older one without ``upgrade``, or one from a newer shop."""
        if version != self.version:
            if version > self.version or self.upgrade is None:
                raise LookupError(
                    f"its arguments have version {version}; this shop reads version {self.version}"
                )
            payload = self.upgrade(payload, version)
        inspect.signature(self.run).bind(None, **payload)
        return payload


class Jobs:
    """The jobs of a feature, or of all of them: collected like routes."""

    def __init__(self, feature: str = "") -> None:
        self.feature = feature
        self._jobs: dict[str, Job] = {}

    def job(
        self,
        *,
        retries: int = 5,
        slow: bool = False,
        priority: int = 0,
        every: timedelta | None = None,
        first_pause: timedelta = timedelta(seconds=5),
        version: int = 1,
        upgrade: Upgrade | None = None,
    ) -> Callable[[Callable[..., Any]], Job]:
        """Declare ``def name(context, **arguments)`` as a job. It must be safe to run twice.

        ``retries`` are the tries after the first; between them lies ``first_pause``, doubled each
        time up to an hour. ``slow`` ones never take the last free thread. ``every`` makes it a
        schedule: it runs by itself, once for all processes, and missed times are not made up for.
        Count ``version`` up when parameters change, and say in ``upgrade`` how to read old ones.
        What it returns (a dict of JSON values, or nothing) is kept as the job's result.
        """

        def declare(function: Callable[..., Any]) -> Job:
            taken = {"unique", "delay", "priority"} & set(inspect.signature(function).parameters)
            if taken:
                raise TypeError(f"{function.__name__}: {sorted(taken)} are words of 'later'")
            kind = f"{self.feature}.{function.__name__}"
            if kind in self._jobs:
                raise ValueError(f"there are two jobs called {kind}")
            job = Job(kind, function, retries, slow, priority, every, first_pause, version, upgrade)
            self._jobs[kind] = job
            return job

        return declare

    def include(self, others: "Jobs") -> None:
        """Take over the jobs of a feature."""
        twice = self._jobs.keys() & others._jobs.keys()
        if twice:
            raise ValueError(f"there are two jobs called {', '.join(sorted(twice))}")
        self._jobs.update(others._jobs)

    def find(self, kind: str) -> Job | None:
        return self._jobs.get(kind)

    def __iter__(self) -> Iterator[Job]:
        return iter(self._jobs.values())


def pause_after(attempt: int, first: timedelta) -> timedelta:
    """How long to wait after failed try number ``attempt`` (from 1): doubling, at most an hour,
    give or take a fifth so that jobs which failed together do not come back together."""
    doubled: timedelta = first * 2 ** min(attempt - 1, 20)
    return min(doubled, LONGEST_PAUSE) * random.uniform(0.8, 1.2)


def insert(
    connection: Connection,
    job: Job,
    *,
    payload: dict[str, Any],
    due_at: datetime,
    unique_key: str | None,
    priority: int,
) -> str:
    """One row, or a word to the live row that has the key already; its public id."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    adding = dialect.insert(jobs).values(
        public_id=public_id("job"),
        queue="slow" if job.slow else "quick",
        kind=job.kind,
        payload=payload,
        version=job.version,
        state=JobState.queued,
        priority=priority,
        due_at=due_at,
        attempts=0,
        max_attempts=job.retries + 1,
        lease_owner="",
        progress_current=0,
        progress_total=0,
        progress_note="",
        cursor={},
        unique_key=unique_key,
        asked_again=False,
        result={},
        error="",
        created_at=now(),
    )
    newer, runs = adding.excluded, jobs.c.state == JobState.running
    takes_newer_time = or_(and_(runs, ~jobs.c.asked_again), jobs.c.due_at > newer.due_at)
    statement = adding.on_conflict_do_update(
        index_elements=["unique_key"],
        index_where=LIVE,
        set_={
            "payload": newer.payload,
            "version": newer.version,
            "due_at": case((takes_newer_time, newer.due_at), else_=jobs.c.due_at),
            "priority": case(
                (jobs.c.priority > newer.priority, newer.priority), else_=jobs.c.priority
            ),
            "asked_again": runs,
        },
    ).returning(jobs.c.public_id)
    return str(connection.execute(statement).scalar_one())
