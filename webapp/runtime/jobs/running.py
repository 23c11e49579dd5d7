"""The embedded runner: a few threads that do what transactions promised.

One dispatcher thread claims due jobs, keeps the leases of running ones alive, writes down how they
ended and sees to the schedules; a few more run them. A commit that promised something wakes the
dispatcher; what other processes promised it finds by itself within a tenth of a second.
"""

import threading
import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from webapp.kit.clock import now
from webapp.runtime.db import Database
from webapp.runtime.jobs import leases
from webapp.runtime.jobs.context import Means
from webapp.runtime.jobs.crew import BUSY_LOOK_S, TEND_S, TROUBLE_PAUSE_S, Crew
from webapp.runtime.jobs.declaring import Jobs
from webapp.runtime.jobs.endings import reclaim_lost
from webapp.runtime.jobs.leases import Claim
from webapp.runtime.jobs.performing import perform
from webapp.runtime.jobs.scheduling import ensure_scheduled
from webapp.runtime.memory import give_back

log = structlog.get_logger("jobs")

IDLE_LOOK_S = 0.1
"""Seconds between two looks when nobody wakes us: one number read from the file's header, and only
where somebody has written meanwhile (or on a server database) one indexed read."""
REST_S = 5.0
"""Seconds without a job after which memory is given back."""
LOOK_AGAIN = timedelta(minutes=1)
"""When to look again though nothing is waiting and nothing was written."""


class Runner(Crew):
    """Runs jobs inside this process. ``start`` and ``stop`` it, or call ``run_due`` in a test."""

    def __init__(
        self,
        database: Database,
        means: Means,
        registry: Jobs,
        *,
        threads: int = 2,
        look_every: float = IDLE_LOOK_S,
    ) -> None:
        super().__init__(database, means, registry, threads=threads)
        self.look_every = look_every
        """Seconds between two looks for what other processes promised."""
        self._deadline = float("inf")
        self._seen_to = float("-inf")
        self._dispatcher: threading.Thread | None = None

    def start(self, *, after: float = 0.0) -> None:
        """Begin to work. From now on a commit that promises a job wakes the runner at once.

        ``after`` are seconds to let pass before jobs of earlier: what they stand on is imported
        for the first of them, which would hold up whoever waits for the first page.
        """
        if self.threads <= 0 or self._dispatcher is not None:
            return
        self._stopping.clear()
        self._deadline = float("inf")
        self.database.info["wake_jobs"] = self.wake
        self._dispatcher = threading.Thread(
            target=self._dispatch, args=(after,), name="jobs", daemon=True
        )
        self._dispatcher.start()

    def stop(self, grace: float = 20.0) -> bool:
        """Take nothing new and let what runs end, for ``grace`` seconds at most.

        Jobs that report progress or checkpoints go back into the queue at their next report. One
        that does neither and is not done in time is left to its lease: the next process takes it
        over a minute later. True when nothing was left behind.
        """
        if self._dispatcher is None:
            return True
        self.database.info.pop("wake_jobs", None)
        self._deadline = time.monotonic() + grace
        self._stopping.set()
        self._interrupt()
        self.wake()
        self._dispatcher.join(grace + TROUBLE_PAUSE_S)
        self._dispatcher = None
        with self._bell:
            return not self._held

    def wake(self) -> None:
        """Look for due jobs now. Cheap, and safe from any thread."""
        with self._bell:
            self._is_woken = True
            self._bell.notify_all()

    def run_due(self, limit: int = 1000, *, raising: bool = False) -> int:
        """Run what is due on this thread, also what those jobs promise; how many were run.

        For tests and the command line. With ``raising`` the first failure is recorded, then raised.
        """
        ran = 0
        reclaim_lost(self.database)
        while ran < limit:
            with self.database.reading() as session:
                due = leases.next_due(session.connection())
            if due is None or due > now():
                break
            with self.database.writing() as session:
                won = leases.claim(session, self._lease())
            for claim in won:
                outcome = perform(self._run_of(claim))
                self._write_patiently(outcome)
                ran += 1
                if outcome.failure is not None and raising:
                    raise outcome.failure
            if not won:
                break
        return ran

    def run_one(self, public_id: str, ending: threading.Event | None = None) -> bool:
        """Run this job if it is due and free, keeping its lease; False when it was not to be had.

        For one who is told which job to run. ``ending`` says that the process wants to stop.
        """
        with self.database.reading() as session:
            if not leases.is_due(session.connection(), public_id):
                return False
        with self.database.writing() as session:
            claim = leases.claim_one(session, self._lease(), public_id)
        if claim is None:
            return False
        self._take_on([claim])
        while self._held:
            with self._bell:
                if not self._endings:
                    self._bell.wait(BUSY_LOOK_S)
            if ending is not None and ending.is_set():
                self._interrupt()
            try:
                self._care()
            except SQLAlchemyError as error:
                log.warning("the job queue cannot be reached", reason=str(error)[:500])
                self._stopping.wait(TROUBLE_PAUSE_S)
        return True

    # The dispatcher's side.

    def _dispatch(self, after: float) -> None:
        has_changed = self.database.watch()
        with self._bell:
            self._bell.wait_for(lambda: self._is_woken, after)
        due = now()
        while not self._is_over():
            wait = self.look_every
            try:
                has_settled = self._care()
                if not self._stopping.is_set():
                    self._see_to_all()
                    # All three are asked: each forgets what it has told.
                    if any([self._was_woken(), has_changed(), has_settled, due <= now()]):
                        due = self._claim_what_is_due()
                    wait = min(wait, max((due - now()).total_seconds(), 0.01))
            except SQLAlchemyError as error:
                log.warning("the job queue cannot be reached", reason=str(error)[:500])
                self._stopping.wait(TROUBLE_PAUSE_S)
                due = now()
            with self._bell:
                is_idle = not self._held
                if not self._is_woken and not self._endings:
                    self._bell.wait(wait if is_idle else min(wait, BUSY_LOOK_S))
            if self._has_worked and is_idle and time.monotonic() - self._worked > REST_S:
                # Pictures and large files leave a heap behind that an idle shop has no use for. Not
                # at once: it stops everybody for a moment, and the next job may be on its way.
                self._has_worked = False
                give_back()

    def _was_woken(self) -> bool:
        with self._bell:
            woken, self._is_woken = self._is_woken, False
            return woken

    def _is_over(self) -> bool:
        if not self._stopping.is_set():
            return False
        with self._bell:
            return not self._held or time.monotonic() >= self._deadline

    def _see_to_all(self) -> None:
        """Take over from the dead and put schedules into the table, three times a lease."""
        if time.monotonic() - self._seen_to < TEND_S:
            return
        see_to(self.database, self.registry)
        self._seen_to = time.monotonic()

    def _claim_what_is_due(self) -> datetime:
        """Claim as much as there is room for; when to look again unless something happens."""
        quick, slow = self._room()
        with self.database.reading() as session:
            found = leases.look(session.connection(), quick=quick > 0, slow=slow > 0)
        later = now() + LOOK_AGAIN
        if found.due is None:
            return later
        won: list[Claim] = []
        if found.quick or found.slow:
            without = self._kinds_to_leave()
            with self.database.writing() as session:
                if found.quick:
                    won += leases.claim(
                        session, self._lease(), most=quick, queue="quick", without=without
                    )
                if found.slow:
                    won += leases.claim(
                        session, self._lease(), most=slow, queue="slow", without=without
                    )
        self._take_on(won)
        if not won and found.due <= now():
            return now() + timedelta(seconds=BUSY_LOOK_S)
        return min(found.due, later)


def see_to(database: Database, registry: Jobs) -> None:
    """What some process must do for all: take over from the dead, and keep the schedules."""
    taken_over = reclaim_lost(database)
    if taken_over:
        log.warning("jobs of a process that ended were queued again", jobs=taken_over)
    ensure_scheduled(database, registry)
