"""The threads that run jobs in this process, and everything that is held for them: what waits for a
thread, what runs, what hangs, and the endings that are still to be written."""

import os
import socket
import threading
import time
from collections import deque
from itertools import count

import structlog
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from webapp.runtime.db import Database
from webapp.runtime.jobs import leases
from webapp.runtime.jobs.context import JobContext, Means, Signals
from webapp.runtime.jobs.declaring import Jobs
from webapp.runtime.jobs.endings import failed, given_back, settle_all
from webapp.runtime.jobs.leases import LEASE, Claim
from webapp.runtime.jobs.performing import Outcome, Run, perform, took_too_long

log = structlog.get_logger("jobs")

BUSY_LOOK_S = 0.5
"""Seconds between two notes of progress: how stale a progress bar may be."""
TROUBLE_PAUSE_S = 2.0
"""Seconds to leave a database alone that did not answer."""
TEND_S = LEASE.total_seconds() / 3
SETTLE_TRIES = 5

MOST_AHEAD = 32
"""Quick jobs claimed in one transaction: a commit costs as much as thirty of the smallest."""
AHEAD_S = 0.2
"""Only as many are claimed ahead as are likely to begin within this time."""
HAND_BACK_S = 1.0
"""What was claimed and could not begin for so long goes back: another process may be free."""

MOST_STUCK = 8
"""Threads that may hang beyond their job's limit before their kinds are not run here any more."""


class Crew:
    """Runs what it is given, on ``threads`` threads that come and go with the work."""

    def __init__(self, database: Database, means: Means, registry: Jobs, *, threads: int) -> None:
        self.database = database
        self.means = means
        self.registry = registry
        self.threads = threads
        self._name = f"{socket.gethostname()[:20]}:{os.getpid()}:{os.urandom(4).hex()}"
        self._numbers = count(1)
        self._held: dict[str, Run] = {}
        """By lease: everything claimed whose ending is not written yet."""
        self._line: deque[Run] = deque()
        self._at_work: dict[str, Run] = {}
        self._stuck: dict[str, Run] = {}
        self._endings: list[Outcome] = []
        self._workers = 0
        self._pace_s = AHEAD_S
        self._has_worked = False
        self._worked = time.monotonic()
        self._bell = threading.Condition()
        self._is_woken = False
        self._stopping = threading.Event()
        self._tended = self._noted = time.monotonic()

    def _care(self) -> bool:
        """See to what is ours: write endings, keep leases, note progress, give up what hangs and
        give back what cannot begin. Whether an ending was written."""
        has_settled = self._settle()
        at = time.monotonic()
        if at - self._tended >= TEND_S:
            self._keep_leases()
            self._tended = at
        if at - self._noted >= BUSY_LOOK_S:
            self._note_progress()
            self._noted = at
        self._give_up_what_hangs()
        self._hand_back()
        return self._settle() or has_settled

    def _room(self) -> tuple[int, int]:
        """How many quick and how many slow jobs could begin soon."""
        with self._bell:
            free = self.threads - len(self._at_work) - len(self._line)
            held_slow = sum(run.claim.is_slow for run in self._held.values())
            at = time.monotonic()
            is_brisk = free > 0 or any(
                at - (run.begun or at) < AHEAD_S for run in self._at_work.values()
            )
            ahead = min(MOST_AHEAD, int(self.threads * AHEAD_S / self._pace_s)) if is_brisk else 0
            # One thread stays free of slow jobs, so that an import does not hold up the mail.
            slow_threads = self.threads - 1 if self.threads > 1 else 1
            quick = max(0, free) + max(0, ahead - len(self._line))
            return quick, max(0, min(free, slow_threads - held_slow))

    def _kinds_to_leave(self) -> set[str]:
        with self._bell:
            if len(self._stuck) < MOST_STUCK:
                return set()
            return {run.claim.kind for run in self._stuck.values()}

    def _take_on(self, claims: list[Claim]) -> None:
        runs = [self._run_of(claim) for claim in claims]
        with self._bell:
            for run in runs:
                self._held[run.claim.lease] = run
                self._line.append(run)
            if runs:
                self._has_worked, self._worked = True, time.monotonic()
            missing = min(self.threads - self._workers, len(self._line))
            self._workers += max(0, missing)
        for _ in range(missing):
            threading.Thread(target=self._work, name="job", daemon=True).start()

    def _interrupt(self) -> None:
        """Ask what runs to end, and give back what has not begun."""
        with self._bell:
            for run in self._held.values():
                run.signals.stop.set()
            self._give_back_line()

    def _hand_back(self) -> None:
        with self._bell:
            if self._line and time.monotonic() - self._line[0].claimed > HAND_BACK_S:
                self._give_back_line()

    def _give_back_line(self) -> None:
        while self._line:
            run = self._line.popleft()
            ending = given_back(run.claim, {}, keeps_its_place=True)
            self._endings.append(Outcome(run, ending))

    def _give_up_what_hangs(self) -> None:
        with self._bell:
            hanging = [run for run in self._at_work.values() if run.is_overdue]
            for run in hanging:
                del self._at_work[run.claim.lease]
                self._stuck[run.claim.lease] = run
                self._workers -= 1
                self._endings.append(took_too_long(run))

    def _keep_leases(self) -> None:
        with self._bell:
            runs = list(self._held.values())
        if not runs:
            return
        with self.database.writing() as session:
            lost = leases.extend(session.connection(), [run.claim for run in runs])
        for run in runs:
            if run.claim.lease in lost:
                run.signals.lost.set()

    def _note_progress(self) -> None:
        with self._bell:
            runs = list(self._at_work.values())
        fresh = [(run, run.context.progress_to_note()) for run in runs]
        fresh = [(run, values) for run, values in fresh if values]
        if not fresh:
            return
        with self.database.writing() as session:
            for run, values in fresh:
                if not leases.note(session.connection(), run.claim, **values):
                    run.signals.lost.set()

    # How runs end. Written together: the threads do not wait for it.

    def _settle(self) -> bool:
        with self._bell:
            outcomes, self._endings = self._endings, []
        if not outcomes:
            return False
        try:
            self._write(outcomes)
        except OperationalError:
            with self._bell:
                self._endings = outcomes + self._endings
            raise
        except SQLAlchemyError:
            # One of them cannot be written; it must not keep the others.
            for outcome in outcomes:
                self._write_patiently(outcome)
        return True

    def _write(self, outcomes: list[Outcome]) -> None:
        endings = [each.ending for each in outcomes if each.ending is not None]
        lost = []
        if endings:
            with self.database.writing() as session:
                lost = settle_all(session, endings)
        with self._bell:
            for outcome in outcomes:
                self._held.pop(outcome.run.claim.lease, None)
        for ending in lost:
            log.warning(
                "job was not settled: its lease is not ours any more",
                job=ending.claim.public_id,
                kind=ending.claim.kind,
            )

    def _write_patiently(self, outcome: Outcome) -> None:
        """Losing an ending to a busy database would run the job again."""
        for attempt in range(1, SETTLE_TRIES + 1):
            try:
                self._write([outcome])
                return
            except OperationalError as error:
                log.warning("ending could not be written", attempt=attempt, reason=str(error)[:500])
                self._stopping.wait(TROUBLE_PAUSE_S)
            except SQLAlchemyError as error:
                log.error("ending cannot be written", reason=str(error)[:500])
                told = "What it returned cannot be kept."
                outcome = Outcome(outcome.run, failed(outcome.run.claim, told, told, None))
        with self._bell:
            self._held.pop(outcome.run.claim.lease, None)

    def _lease(self) -> str:
        return f"{self._name}:{next(self._numbers)}"

    def _run_of(self, claim: Claim) -> Run:
        signals = Signals()
        if self._stopping.is_set():
            signals.stop.set()
        context = JobContext(claim, self.database, self.means, signals)
        return Run(claim, context, signals, self.registry.find(claim.kind))

    # The workers' side.

    def _work(self) -> None:
        while True:
            with self._bell:
                if not self._line:
                    self._workers -= 1
                    return
                run = self._line.popleft()
                run.begun = time.monotonic()
                self._at_work[run.claim.lease] = run
            outcome = None
            try:
                outcome = perform(run)
            finally:
                goes_on = self._ended(run, outcome)
            if not goes_on:
                return

    def _ended(self, run: Run, outcome: Outcome | None) -> bool:
        """Hand the outcome over; False when another thread has taken this one's place."""
        with self._bell:
            if self._stuck.pop(run.claim.lease, None) is not None:
                return False
            del self._at_work[run.claim.lease]
            self._worked = time.monotonic()
            if not run.claim.is_slow and run.begun is not None:
                took = max(time.monotonic() - run.begun, 0.0005)
                self._pace_s += (took - self._pace_s) * 0.2
            if outcome is None:
                # The thread is being ended; the job is left to its lease.
                self._held.pop(run.claim.lease, None)
                self._workers -= 1
            else:
                self._endings.append(outcome)
            self._bell.notify_all()
            return True
