"""The embedded runner: a few threads that do what transactions promised.

One dispatcher thread looks for due jobs, keeps the leases of running ones alive and sees to the
schedules; each job gets a thread of its own while it runs. The dispatcher is woken by a commit that
promised something, and looks by itself once a second for what other processes promised.
"""

import os
import socket
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import structlog
from sqlalchemy.exc import SQLAlchemyError

from webapp.kit.clock import now
from webapp.runtime.db import Database
from webapp.runtime.events import plain
from webapp.runtime.jobs import leases
from webapp.runtime.jobs.context import (
    GiveUp,
    Interrupted,
    JobContext,
    LeaseLost,
    Means,
    Signals,
)
from webapp.runtime.jobs.declaring import Jobs, pause_after
from webapp.runtime.jobs.leases import LEASE, Claim
from webapp.runtime.jobs.scheduling import ensure_scheduled
from webapp.runtime.memory import give_back

log = structlog.get_logger("jobs")

IDLE_LOOK_S = 1.0
"""Seconds between two looks when nobody wakes us: one indexed read each."""
BUSY_LOOK_S = 0.5
"""The same while jobs run: how stale a progress bar may be."""
TROUBLE_PAUSE_S = 2.0
"""Seconds to leave a database alone that did not answer."""
TEND_S = LEASE.total_seconds() / 3
SETTLE_TRIES = 5


@dataclass
class _Run:
    claim: Claim
    context: JobContext
    signals: Signals
    thread: threading.Thread | None = field(default=None)


class Runner:
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
        self.database = database
        self.means = means
        self.registry = registry
        self.threads = threads
        self.look_every = look_every
        """Seconds between two looks for what other processes promised."""
        self._name = f"{socket.gethostname()[:30]}:{os.getpid()}:{os.urandom(4).hex()}"
        self._numbers = count(1)
        self._running: dict[str, _Run] = {}
        self._has_worked = False
        self._bell = threading.Condition()
        self._is_woken = False
        self._stopping = threading.Event()
        self._deadline = float("inf")
        self._dispatcher: threading.Thread | None = None

    def start(self) -> None:
        """Begin to work. From now on a commit that promises a job wakes the runner at once."""
        if self.threads <= 0 or self._dispatcher is not None:
            return
        self._stopping.clear()
        self._deadline = float("inf")
        self.database.info["wake_jobs"] = self.wake
        self._dispatcher = threading.Thread(target=self._dispatch, name="jobs", daemon=True)
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
        with self._bell:
            for run in self._running.values():
                run.signals.stop.set()
        self.wake()
        self._dispatcher.join(grace + TROUBLE_PAUSE_S)
        self._dispatcher = None
        with self._bell:
            return not self._running

    def wake(self) -> None:
        """Look for due jobs now. Cheap, and safe from any thread."""
        with self._bell:
            self._is_woken = True
            self._bell.notify_all()

    def run_due(self, limit: int = 1000, *, raising: bool = False) -> int:
        """Run what is due on this thread, also what those jobs promise; how many were run.

        For tests and ``--once``. With ``raising`` the first failure is recorded and then raised.
        """
        done = 0
        leases.reclaim_lost(self.database)
        while done < limit:
            claim = leases.claim(self.database, self._lease())
            if claim is None:
                break
            failure = self._perform(self._run_of(claim))
            done += 1
            if failure is not None and raising:
                raise failure
        return done

    # The dispatcher's side.

    def _dispatch(self) -> None:
        tended = float("-inf")
        while not self._is_over():
            wait = self.look_every
            try:
                if time.monotonic() - tended >= TEND_S:
                    self._tend()
                    tended = time.monotonic()
                self._note_progress()
                if not self._stopping.is_set():
                    self._start_what_is_due()
            except SQLAlchemyError as error:
                log.warning("the job queue cannot be reached", reason=str(error)[:500])
                wait = TROUBLE_PAUSE_S
            if self._has_worked and not self._running:
                # Pictures and large files leave a heap behind that an idle shop has no use for.
                self._has_worked = False
                give_back()
            with self._bell:
                if not self._is_woken:
                    self._bell.wait(min(wait, BUSY_LOOK_S) if self._running else wait)
                self._is_woken = False

    def _is_over(self) -> bool:
        if not self._stopping.is_set():
            return False
        with self._bell:
            return not self._running or time.monotonic() >= self._deadline

    def _tend(self) -> None:
        """Keep our leases, take over from the dead, put schedules into the table."""
        with self._bell:
            runs = list(self._running.values())
        if runs:
            with self.database.writing() as session:
                lost = leases.extend(session.connection(), [run.claim for run in runs])
            for run in runs:
                if run.claim.lease in lost:
                    run.signals.lost.set()
        if self._stopping.is_set():
            return
        taken_over = leases.reclaim_lost(self.database)
        if taken_over:
            log.warning("jobs of a process that ended were queued again", jobs=taken_over)
        ensure_scheduled(self.database, self.registry)

    def _note_progress(self) -> None:
        with self._bell:
            runs = list(self._running.values())
        fresh = [(run, run.context.progress_to_note()) for run in runs]
        fresh = [(run, values) for run, values in fresh if values]
        if not fresh:
            return
        with self.database.writing() as session:
            for run, values in fresh:
                if not leases.note(session.connection(), run.claim, **values):
                    run.signals.lost.set()

    def _start_what_is_due(self) -> None:
        while True:
            with self._bell:
                free = self.threads - len(self._running)
                slow = sum(run.claim.is_slow for run in self._running.values())
            if free <= 0:
                return
            # One thread stays free of slow jobs, so that an import does not hold up the mail.
            slow_too = self.threads == 1 or slow < self.threads - 1
            claim = leases.claim(self.database, self._lease(), slow_too=slow_too)
            if claim is None:
                return
            run = self._run_of(claim)
            run.thread = threading.Thread(
                target=self._work, args=(run,), name=claim.kind, daemon=True
            )
            with self._bell:
                self._running[claim.lease] = run
                if self._stopping.is_set():
                    run.signals.stop.set()
            run.thread.start()

    def _lease(self) -> str:
        return f"{self._name}:{next(self._numbers)}"

    def _run_of(self, claim: Claim) -> _Run:
        signals = Signals()
        return _Run(claim, JobContext(claim, self.database, self.means, signals), signals)

    # The worker's side.

    def _work(self, run: _Run) -> None:
        try:
            self._perform(run)
        finally:
            with self._bell:
                self._running.pop(run.claim.lease, None)
                self._has_worked = True
            self.wake()

    def _perform(self, run: _Run) -> Exception | None:
        """Run the job and settle its row, whatever happens; the failure, if there was one."""
        claim, started = run.claim, time.monotonic()
        with structlog.contextvars.bound_contextvars(job=claim.public_id, kind=claim.kind):
            failure: Exception | None = None
            try:
                result = self._call(run)
                progress = run.context.progress_to_note()
                settled = self._settle(
                    lambda: leases.complete(self.database, claim, result, progress)
                )
            except LeaseLost:
                settled = False
            except Interrupted:
                progress = run.context.progress_to_note()
                settled = self._settle(lambda: leases.release(self.database, claim, progress))
                log.info("job goes back into the queue")
            except Exception as error:
                failure = error
                settled = self._fail(claim, error)
            took = round(time.monotonic() - started, 3)
            if not settled:
                log.warning("job was not settled: its lease is not ours any more", seconds=took)
            elif failure is None:
                log.info("job ended", seconds=took, attempt=claim.attempt)
            return failure

    def _call(self, run: _Run) -> dict[str, object]:
        job = self.registry.find(run.claim.kind)
        if job is None:
            raise GiveUp(f"There is no job called {run.claim.kind} in this version of the shop.")
        try:
            arguments = job.arguments(run.claim.payload, run.claim.version)
        except (LookupError, TypeError, ValueError) as error:
            raise GiveUp(f"The arguments of this job cannot be read: {error}") from error
        returned = plain(job.run(run.context, **arguments))
        if returned is None:
            return {}
        if not isinstance(returned, dict):
            raise TypeError(f"{job.kind} returned {type(returned).__name__}, not a dict or None")
        return returned

    def _fail(self, claim: Claim, error: Exception) -> bool:
        job = self.registry.find(claim.kind)
        is_last = job is None or isinstance(error, GiveUp) or claim.attempt >= claim.max_attempts
        retry_at = None
        if job is not None and not is_last:
            retry_at = now() + pause_after(claim.attempt, job.first_pause)
        told = (
            str(error) if isinstance(error, GiveUp) else "".join(traceback.format_exception(error))
        )
        if is_last:
            log.error("job failed for good", attempt=claim.attempt, reason=repr(error)[:500])
        else:
            log.warning(
                "job failed, will be tried again", attempt=claim.attempt, reason=repr(error)[:500]
            )
        return self._settle(lambda: leases.fail(self.database, claim, told, retry_at))

    def _settle(self, write: Callable[[], bool]) -> bool:
        """Write the outcome, patiently: losing it to a busy database would run the job again."""
        for attempt in range(1, SETTLE_TRIES + 1):
            try:
                return write()
            except SQLAlchemyError as error:
                log.warning(
                    "outcome could not be written", attempt=attempt, reason=str(error)[:500]
                )
                if attempt < SETTLE_TRIES:
                    self._stopping.wait(TROUBLE_PAUSE_S)
        return False
