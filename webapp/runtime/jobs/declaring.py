"""How a feature says that a function is a job, and how a transaction promises to run it."""

import inspect
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlalchemy import Connection, and_, case, or_
from sqlmodel import Session

from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.ids import public_id
from webapp.kit.values import Value
from webapp.runtime.db import after_commit
from webapp.runtime.events import plain
from webapp.runtime.jobs.table import LIVE, JobState, jobs
from webapp.runtime.joining import Joined
from webapp.runtime.upserting import upsert_on

if TYPE_CHECKING:
    from webapp.runtime.jobs.context import JobContext

LONGEST_PAUSE = timedelta(hours=1)
QUICK_LIMIT, SLOW_LIMIT = timedelta(minutes=5), timedelta(hours=6)
"""How long a quick and a slow job may take, unless their kind says otherwise."""

WORDS = {"unique", "delay", "priority", "asked_by"}
"""What ``later`` keeps for itself."""

Starter = Callable[[Session, Actor, Any], str]

Upgrade = Callable[[dict[str, Any], int], dict[str, Any]]
"""Turns the payload of an older version, given with its number, into today's; may raise."""


class Job(Value):
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
    limit: timedelta
    """A run that takes longer is given up: it may write nothing any more and counts as failed."""

    def __call__(self, context: "JobContext", **arguments: Any) -> Any:
        return self.run(context, **arguments)

    def later(
        self,
        session: Session,
        *,
        unique: str | None = None,
        delay: timedelta | None = None,
        priority: int | None = None,
        asked_by: str = "",
        **arguments: Any,
    ) -> str:
        """Promise to run it once this transaction has committed; returns the job's public id.

        With ``unique``, a job of that key that still waits takes the newer arguments and the
        earlier time instead of being joined by a second one; one that is running now runs once
        more afterwards, because it may have read what this transaction is about to change.
        ``asked_by`` is the public id of whoever may then look at it.
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
            asked_by=asked_by,
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


class Opening(Value):
    """How a script may start a kind of job."""

    name: str
    """What scripts call it: ``export``."""
    job: Job
    schema: type[BaseModel]
    permission: str
    start: Starter
    """Does what must be done first and promises the job; its public id."""

    @property
    def about(self) -> str:
        return (self.start.__doc__ or "").strip()


class Jobs(Joined):
    """The jobs of a feature, or of all of them: collected like routes."""

    def __init__(self, feature: str = "") -> None:
        self.feature = feature
        self._jobs: dict[str, Job] = {}
        self._openings: dict[str, Opening] = {}

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
        limit: timedelta | None = None,
    ) -> Callable[[Callable[..., Any]], Job]:
        """Declare ``def name(context, **arguments)`` as a job. It must be safe to run twice.

        ``retries`` are the tries after the first; between them lies ``first_pause``, doubled each
        time up to an hour. ``slow`` ones never take the last free thread. A run that is not done
        after ``limit`` (5 minutes, 6 hours for a slow one) counts as failed. ``every`` makes it a
        schedule: it runs by itself, once for all processes, and missed times are not made up for.
        Count ``version`` up when parameters change, and say in ``upgrade`` how to read old ones.
        What it returns (a dict of JSON values, or nothing) is kept as the job's result.
        """

        def declare(function: Callable[..., Any]) -> Job:
            taken = {"unique", "delay", "priority", "asked_by"} & set(
                inspect.signature(function).parameters
            )
            if taken:
                raise TypeError(f"{function.__name__}: {sorted(taken)} are words of 'later'")
            kind = f"{self.feature}.{function.__name__}"
            if kind in self._jobs:
                raise ValueError(f"there are two jobs called {kind}")
            job = Job(
                kind,
                function,
                retries=retries,
                slow=slow,
                priority=priority,
                every=every,
                first_pause=first_pause,
                version=version,
                upgrade=upgrade,
                limit=limit or (SLOW_LIMIT if slow else QUICK_LIMIT),
            )
            self._jobs[kind] = job
            return job

        return declare

    def open_to_scripts(
        self, name: str, job: Job, *, schema: type[BaseModel], permission: str
    ) -> Callable[[Starter], Starter]:
        """Say that scripts with ``permission`` may start ``job``, as ``name``.

        Decorates what starts it: ``def start(session, actor, asked: schema) -> str``. It promises
        the job with ``asked_by=actor.id`` and returns its id; its docstring tells scripts about it.
        """

        def declare(start: Starter) -> Starter:
            if name in self._openings:
                raise ValueError(f"two jobs are open to scripts as {name}")
            self._openings[name] = Opening(name, job, schema, permission, start)
            return start

        return declare

    def openings(self) -> list[Opening]:
        self._joined()
        return list(self._openings.values())

    def open_to_scripts_as(self, name: str) -> Opening | None:
        self._joined()
        return self._openings.get(name)

    def name_of(self, kind: str) -> str:
        """What scripts call a kind: the name it is open as, else its own."""
        self._joined()
        names = (each.name for each in self._openings.values() if each.job.kind == kind)
        return next(names, kind)

    def include(self, others: "Jobs") -> None:
        """Take over the jobs of a feature."""
        if self._openings.keys() & others._openings.keys():
            raise ValueError("two jobs are open to scripts under one name")
        self._openings.update(others._openings)
        twice = self._jobs.keys() & others._jobs.keys()
        if twice:
            raise ValueError(f"there are two jobs called {', '.join(sorted(twice))}")
        self._jobs.update(others._jobs)

    def find(self, kind: str) -> Job | None:
        self._joined()
        return self._jobs.get(kind)

    def __iter__(self) -> Iterator[Job]:
        self._joined()
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
    asked_by: str = "",
) -> str:
    """One row, or a word to the live row that has the key already; its public id."""
    row = {
        "public_id": public_id("job"),
        "queue": "slow" if job.slow else "quick",
        "kind": job.kind,
        "payload": payload,
        "version": job.version,
        "state": JobState.queued,
        "priority": priority,
        "due_at": due_at,
        "attempts": 0,
        "max_attempts": job.retries + 1,
        "lease_owner": "",
        "progress_current": 0,
        "progress_total": 0,
        "progress_note": "",
        "cursor": {},
        "unique_key": unique_key,
        "asked_again": False,
        "result": {},
        "error": "",
        "reason": "",
        "asked_by": asked_by,
        "created_at": now(),
    }
    return str(connection.execute(_adding(connection.dialect.name), row).scalar_one())


@cache
def _adding(engine: str) -> Any:
    """The statement, made once: putting it together costs more than running it."""
    adding = upsert_on(engine, jobs)
    newer, runs = adding.excluded, jobs.c.state == JobState.running
    takes_newer_time = or_(and_(runs, ~jobs.c.asked_again), jobs.c.due_at > newer.due_at)
    return adding.on_conflict_do_update(
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
            "asked_by": case((newer.asked_by != "", newer.asked_by), else_=jobs.c.asked_by),
            "relayed_at": None,
        },
    ).returning(jobs.c.public_id)
