"""One run of one job: the call, and what becomes of the job after it."""

import time
import traceback
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from webapp.kit.clock import now
from webapp.kit.errors import ShopError
from webapp.runtime.events import plain
from webapp.runtime.jobs.context import GiveUp, Interrupted, JobContext, LeaseLost, Signals
from webapp.runtime.jobs.declaring import Job, pause_after
from webapp.runtime.jobs.endings import Ending, done, failed, given_back
from webapp.runtime.jobs.leases import Claim

log = structlog.get_logger("jobs")


@dataclass(eq=False)
class Run:
    """A claimed job in this process, from the claim until its ending is written."""

    claim: Claim
    context: JobContext
    signals: Signals
    job: Job | None
    """None for a kind that nobody here knows."""
    claimed: float = field(default_factory=time.monotonic)
    begun: float | None = None

    @property
    def is_overdue(self) -> bool:
        if self.begun is None or self.job is None:
            return False
        return time.monotonic() - self.begun > self.job.limit.total_seconds()


@dataclass(eq=False)
class Outcome:
    """How a run ended. Without an ``ending`` the job is not ours any more."""

    run: Run
    ending: Ending | None
    failure: Exception | None = None


def perform(run: Run) -> Outcome:
    """Call the job and say what becomes of it, whatever happens."""
    claim, context = run.claim, run.context
    with structlog.contextvars.bound_contextvars(job=claim.public_id, kind=claim.kind):
        try:
            result = _called(run)
        except LeaseLost:
            log.warning("job was called off, or another process took it over")
            return Outcome(run, None)
        except Interrupted:
            log.info("job goes back into the queue")
            progress = context.progress_to_note()
            return Outcome(run, given_back(claim, progress, keeps_its_place=False))
        except Exception as error:
            return Outcome(run, after_failure(run, error), error)
        seconds = round(time.monotonic() - (run.begun or run.claimed), 3)
        log.info("job ended", seconds=seconds, attempt=claim.attempt)
        return Outcome(run, done(claim, result, context.progress_to_note()))


def after_failure(run: Run, error: Exception) -> Ending:
    """To be tried again after a pause, or a dead letter when no try is left or none can help."""
    claim, job = run.claim, run.job
    is_last = job is None or isinstance(error, GiveUp) or claim.attempt >= claim.max_attempts
    say = log.error if is_last else log.warning
    say(
        "job failed for good" if is_last else "job failed, will be tried again",
        attempt=claim.attempt,
        reason=repr(error)[:500],
    )
    retry_at = None
    if job is not None and not is_last:
        retry_at = now() + pause_after(claim.attempt, job.first_pause)
    if isinstance(error, GiveUp | TookTooLong):
        return failed(claim, str(error), str(error), retry_at)
    told = "".join(traceback.format_exception(error))
    return failed(claim, told, _sentence(error), retry_at)


class TookTooLong(Exception):
    """It did not end within its kind's limit. No thread can be ended from outside: this one is left
    alone, may write nothing any more, and its job is settled without it."""


def took_too_long(run: Run) -> Outcome:
    """The outcome of a run that was waited for long enough."""
    assert run.job is not None
    run.signals.lost.set()
    error = TookTooLong(f"It did not end within {spelt(run.job.limit)}.")
    with structlog.contextvars.bound_contextvars(job=run.claim.public_id, kind=run.claim.kind):
        return Outcome(run, after_failure(run, error), error)


def spelt(span: timedelta) -> str:
    """A span of time in its largest whole unit: ``5 minutes``, ``6 hours``, ``0.2 seconds``."""
    seconds = span.total_seconds()
    for unit, length in (("hour", 3600), ("minute", 60)):
        if seconds >= length and seconds % length == 0:
            number = int(seconds // length)
            return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
    return "1 second" if seconds == 1 else f"{seconds:g} seconds"


def _called(run: Run) -> dict[str, object]:
    claim, job = run.claim, run.job
    if job is None:
        raise GiveUp(f"There is no job called {claim.kind} in this version of the shop.")
    try:
        arguments = job.arguments(claim.payload, claim.version)
    except (LookupError, TypeError, ValueError) as error:
        raise GiveUp(f"The arguments of this job cannot be read: {error}") from error
    returned = plain(job.run(run.context, **arguments))
    if returned is None:
        return {}
    if not isinstance(returned, dict):
        raise TypeError(f"{job.kind} returned {type(returned).__name__}, not a dict or None")
    return returned


def _sentence(error: Exception) -> str:
    # A refusal is written for people. Of anything else only the name is safe to show: its text may
    # hold an address with a password in it, or what was to be written about somebody.
    if isinstance(error, ShopError):
        return error.detail
    return f"It stopped with {type(error).__name__}."
