"""Telling those outside: numbering, one job for each endpoint, and looking after them."""

import time
from datetime import timedelta

from sqlmodel import Session

from webapp.kit.clock import now
from webapp.runtime.jobs import JobContext, Jobs
from webapp.webhooks import commands, queries
from webapp.webhooks.sending import send
from webapp.webhooks.signing import secret_of
from webapp.webhooks.values import Letter, Outcome, Work

jobs = Jobs("webhooks")

TURN_S = 20.0
"""How long one endpoint is served before others get the thread."""
BATCH_S = 2.0
"""Outcomes are written down at least that often."""
SWEPT_AT_ONCE = 500

# After mail and whatever else shoppers wait for.
BEHIND_OTHERS = 5


@jobs.job(retries=10, priority=BEHIND_OTHERS)
def fan_out(context: JobContext) -> dict[str, int]:
    """Number what has committed and set every endpoint to work."""
    numbered = number_all(context)
    with context.writing() as session:
        for endpoint in queries.listening(session):
            serve(session, endpoint)
    return {"numbered": numbered}


@jobs.job(retries=10, priority=BEHIND_OTHERS)
def deliver(context: JobContext, endpoint: str) -> dict[str, int]:
    """Send one endpoint what is due, in order, for a bounded time; then come back later.

    A receiver that keeps us waiting ends its turn, so that it holds a thread ten seconds at most.
    """
    sent, ends = 0, time.monotonic() + TURN_S
    while True:
        with context.reading() as session:
            work = queries.work_for(session, endpoint, now())
        outcomes, cursor = _send_some(context, endpoint, work)
        sent += len(outcomes)
        is_slow = any(outcome.status is None for outcome in outcomes)
        is_over = is_slow or time.monotonic() >= ends
        with context.writing() as session:
            if not work.is_idle:
                commands.record(session, work, outcomes, cursor)
            if is_over and not work.is_idle:
                serve(session, endpoint)
            elif work.is_idle and work.again_at is not None:
                serve(session, endpoint, delay=max(work.again_at - now(), timedelta(seconds=1)))
        if is_over or work.is_idle:
            return {"sent": sent}
        context.progress(sent, note="Letters sent")


@jobs.job(every=timedelta(minutes=30))
def watch(context: JobContext) -> None:
    """Tell of endpoints that fail, switch off those that have for five days; and see to it that
    nothing waits which nobody was told of."""
    number_all(context)
    with context.writing() as session:
        commands.watch(session)
        for endpoint in queries.listening(session):
            serve(session, endpoint)


@jobs.job(every=timedelta(hours=12))
def sweep(context: JobContext) -> dict[str, int]:
    """Forget messages and deliveries after ninety days."""
    swept = 0
    while True:
        with context.writing() as session:
            gone = commands.sweep(session, SWEPT_AT_ONCE)
        swept += gone
        context.progress(swept, note="Forgetting old messages")
        if gone < SWEPT_AT_ONCE:
            return {"swept": swept}


def serve(session: Session, endpoint: str, *, delay: timedelta | None = None) -> None:
    """Promise that an endpoint is looked after; one job for it, however often this is said."""
    deliver.later(session, endpoint=endpoint, unique=f"webhooks:deliver:{endpoint}", delay=delay)


def number_all(context: JobContext) -> int:
    numbered = 0
    while True:
        with context.reading() as session:
            if not queries.is_waiting(session):
                return numbered
        with context.writing() as session:
            numbered += commands.number(session)


def _send_some(context: JobContext, endpoint: str, work: Work) -> tuple[list[Outcome], int]:
    """Send until the batch is through, slow or (in strict order) stuck; outcomes and new cursor."""
    secrets = [secret_of(context.settings.secret_key, endpoint, salt) for salt in work.salts]
    outcomes: list[Outcome] = []
    ends = time.monotonic() + BATCH_S

    def try_one(letter: Letter) -> bool:
        outcome = send(context.outbound, work.url, secrets, letter)
        outcomes.append(outcome)
        must_stop = outcome.is_gone or outcome.retry_after is not None or outcome.status is None
        return not must_stop and time.monotonic() < ends

    for letter in work.waiting:
        if not try_one(letter):
            return outcomes, work.cursor
    cursor, stuck = work.cursor, set()
    for step in work.steps:
        goes_on = True
        if step.letter is not None and step.letter.subject not in stuck:
            goes_on = try_one(step.letter)
            if not outcomes[-1].is_success:
                stuck.add(step.letter.subject)
                goes_on = goes_on and not work.is_strict
        cursor = step.sequence
        if not goes_on:
            return outcomes, cursor
    return outcomes, work.through if work.through is not None else cursor
