"""Handing jobs to a broker, where others run them: by id, after the commit, as often as it takes.

The row stays the truth. A message only says "have a look at this one"; whoever has a look claims it
under a lease like everybody else, so that a message delivered twice is one run, and a message that
was lost is sent again.
"""

import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Protocol

import structlog
from sqlalchemy import or_, select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.db import Database
from webapp.runtime.jobs.crew import TEND_S, TROUBLE_PAUSE_S
from webapp.runtime.jobs.declaring import Jobs
from webapp.runtime.jobs.leases import next_due
from webapp.runtime.jobs.running import IDLE_LOOK_S, see_to
from webapp.runtime.jobs.table import QUEUED, JobState, jobs

log = structlog.get_logger("jobs")

RELAY_AGAIN = timedelta(seconds=60)
"""A job that still waits so long after its message was sent gets another one."""
AT_ONCE = 100
MOST_WAITING = 500
"""Messages that may wait at the broker; without workers they would pile up there for ever."""
LONGEST_PAUSE_S = 30.0
LOOK_S = 0.2
"""Seconds between two looks for what came due by itself: one indexed read."""


class Word(Value):
    """What is said to the broker: which job, and in which of the two queues."""

    job: str
    queue: str


class Broker(Protocol):
    """Where words are left for those who run jobs. Both raise whatever the connection raises."""

    def send(self, words: Sequence[Word]) -> None: ...

    def waiting(self) -> int:
        """How many words nobody has picked up yet."""
        ...


class Relay:
    """Takes the place of the embedded runner where a broker is named: it runs no job itself.

    It also does for all what some process must: takes over from the dead and keeps the schedules.
    """

    def __init__(
        self,
        database: Database,
        registry: Jobs,
        broker: Callable[[], Broker],
        *,
        look_every: float = IDLE_LOOK_S,
    ) -> None:
        self.database = database
        self.registry = registry
        self.look_every = look_every
        self._connect = broker
        self._broker: Broker | None = None
        self._bell = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._pause_s = TROUBLE_PAUSE_S

    def start(self) -> None:
        """Begin to relay. From now on a commit that promises a job wakes the relay at once."""
        if self._thread is not None:
            return
        self._stopping.clear()
        self.database.info["wake_jobs"] = self.wake
        self._thread = threading.Thread(target=self._work, name="relay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send nothing further. What was not sent is sent by the next one."""
        if self._thread is None:
            return
        self.database.info.pop("wake_jobs", None)
        self._stopping.set()
        self.wake()
        self._thread.join(10)
        self._thread = None

    def wake(self) -> None:
        self._bell.set()

    def relay_due(self) -> int:
        """Send word of what is due and was not told of lately; how many words were sent."""
        with self.database.reading() as session:
            due = next_due(session.connection())
        if due is None or due > now():
            return 0
        broker = self._broker = self._broker or self._connect()
        room = MOST_WAITING - broker.waiting()
        with self.database.writing() as session:
            words = take_words(session, min(AT_ONCE, room)) if room > 0 else []
        if not words:
            return 0
        try:
            broker.send(words)
        except Exception:
            # As if never told: the next one may try at once.
            with self.database.writing() as session:
                forget_words(session, words)
            raise
        return len(words)

    def _work(self) -> None:
        has_changed = self.database.watch()
        seen_to = looked = float("-inf")
        while not self._stopping.is_set():
            woken = self._bell.wait(self.look_every)
            self._bell.clear()
            if self._stopping.is_set():
                return
            try:
                at = time.monotonic()
                if at - seen_to >= TEND_S:
                    see_to(self.database, self.registry)
                    seen_to = at
                # Now and then in any case: a delayed job comes due without anybody writing.
                if woken or has_changed() or at - looked >= LOOK_S:
                    looked = at
                    while self.relay_due() == AT_ONCE and not self._stopping.is_set():
                        pass
                self._pause_s = TROUBLE_PAUSE_S
            except SQLAlchemyError as error:
                log.warning("the job queue cannot be reached", reason=str(error)[:500])
                self._stopping.wait(TROUBLE_PAUSE_S)
            except Exception as error:
                self._broker = None
                log.warning("the broker cannot be reached", reason=repr(error)[:500])
                self._stopping.wait(self._pause_s)
                self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
                self.wake()


def take_words(session: Session, most: int) -> list[Word]:
    """Mark up to ``most`` due jobs as told of, the most urgent of each queue first."""
    words: list[Word] = []
    # Each queue by itself, as the index has them: together they would have to be sorted.
    for queue in ("quick", "slow"):
        if len(words) < most:
            words += _taken(session, queue, most - len(words))
    return words


def _taken(session: Session, queue: str, most: int) -> list[Word]:
    at = now()
    untold = or_(jobs.c.relayed_at.is_(None), jobs.c.relayed_at < at - RELAY_AGAIN)
    wanted = (
        select(jobs.c.id)
        .where(QUEUED, jobs.c.queue == queue, jobs.c.due_at <= at, untold)
        .order_by(jobs.c.priority, jobs.c.due_at, jobs.c.id)
        .limit(most)
    )
    chosen = wanted.with_for_update(skip_locked=True).cte("chosen")
    statement = (
        update(jobs)
        .where(jobs.c.id.in_(select(chosen.c.id)), jobs.c.state == JobState.queued)
        .values(relayed_at=at)
        .returning(jobs.c.priority, jobs.c.due_at, jobs.c.id, jobs.c.public_id, jobs.c.queue)
    )
    rows = sorted(session.connection().execute(statement), key=lambda row: tuple(row[:3]))
    return [Word(row[3], row[4]) for row in rows]


def forget_words(session: Session, words: Sequence[Word]) -> None:
    """They could not be sent after all."""
    statement = (
        update(jobs)
        .where(jobs.c.public_id.in_([word.job for word in words]), QUEUED)
        .values(relayed_at=None)
    )
    session.connection().execute(statement)
