"""How a run of a job ends: the one conditional statement that settles it, and what is stated then.

Every statement names the lease under which the job was run. A process that was asleep for longer
than its lease finds nothing to settle and so cannot disturb its successor.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import case, literal, select, update
from sqlmodel import Session

from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.columns import UtcDateTime
from webapp.runtime.db import Database
from webapp.runtime.events import emit
from webapp.runtime.jobs.events import JobFailed
from webapp.runtime.jobs.leases import Claim
from webapp.runtime.jobs.table import RUNNING, JobState, jobs

log = structlog.get_logger("jobs")

LONGEST_ERROR = 8_000
"""Characters of a traceback that are kept: its end, where the reason is."""

LONGEST_REASON = 300

INTERRUPTIONS_BORNE = 20

ENDED = "The process that ran it ended before it did."


class Ending(Value, eq=False):
    """What becomes of a claimed job, ready to be written."""

    claim: Claim
    values: Mapping[str, Any]
    reason: str = ""
    likeness: str | None = None
    """Endings of one likeness have the same values."""


def done(claim: Claim, result: Mapping[str, Any], progress: Mapping[str, Any]) -> Ending:
    """Done, or queued once more when it was asked for while it ran."""
    return Ending(
        claim,
        {
            **progress,
            "state": _either(jobs.c.asked_again, JobState.queued, JobState.done),
            "attempts": case((jobs.c.asked_again, 0), else_=jobs.c.attempts),
            "asked_again": False,
            "cursor": {},
            "result": dict(result),
            "finished_at": now(),
        },
        likeness=None if result or progress else "done",
    )


def failed(claim: Claim, error: str, reason: str, retry_at: datetime | None) -> Ending:
    """Queued again for ``retry_at``, or to the dead letters when None. The cursor stays, so a
    resumable job goes on where it was. A failed job that was asked for again starts afresh."""
    if retry_at is not None:
        values: dict[str, Any] = {"state": JobState.queued, "due_at": retry_at}
    else:
        values = {
            "state": _either(jobs.c.asked_again, JobState.queued, JobState.failed),
            "attempts": case((jobs.c.asked_again, 0), else_=jobs.c.attempts),
            "asked_again": False,
            "finished_at": now(),
        }
    told = _fit(reason)[:LONGEST_REASON]
    return Ending(claim, {**values, "error": _fit(error)[-LONGEST_ERROR:], "reason": told}, told)


def given_back(claim: Claim, progress: Mapping[str, Any], *, keeps_its_place: bool) -> Ending:
    """As if it had not been tried: the process ends or others are free; it did nothing wrong."""
    values: dict[str, Any] = {
        **progress,
        "state": JobState.queued,
        "attempts": jobs.c.attempts - 1,
    }
    if not keeps_its_place:
        values["due_at"] = now()
    return Ending(claim, values, likeness="in place" if keeps_its_place and not progress else None)


def settle_all(session: Session, endings: Sequence[Ending]) -> list[Ending]:
    """Write the endings; those whose lease is not ours any more come back. A dead letter is stated.

    What ended alike is one statement: for small jobs this is half of what they cost.
    """
    alike: dict[object, list[Ending]] = {}
    for ending in endings:
        alike.setdefault(ending if ending.likeness is None else ending.likeness, []).append(ending)
    lost: list[Ending] = []
    for group in alike.values():
        settled = _settled(session, group)
        lost += [ending for ending in group if ending.claim.lease not in settled]
        for ending in group:
            if settled.get(ending.claim.lease) == JobState.failed:
                claim = ending.claim
                fact = JobFailed(claim.public_id, claim.kind, claim.attempt, ending.reason)
                state_failure(session, fact)
    return lost


def _settled(session: Session, group: Sequence[Ending]) -> dict[str, JobState]:
    """The new state by lease, of endings that differ in nothing but the job."""
    statement = (
        update(jobs)
        .where(
            jobs.c.id.in_([ending.claim.id for ending in group]),
            jobs.c.lease_owner.in_([ending.claim.lease for ending in group]),
            jobs.c.state == JobState.running,
        )
        # The lease stays readable in the row until the next claim: it is what comes back.
        .values(lease_until=None, relayed_at=None, **group[0].values)
        .returning(jobs.c.lease_owner, jobs.c.state)
    )
    return {row[0]: row[1] for row in session.connection().execute(statement)}


def reclaim_lost(database: Database) -> int:
    """Queue again what is marked as running though its process is gone; how many there were.

    Such a try is not counted: a job that was under way each time when the machine lost its power
    did nothing wrong. It waits longer each time, so that others go first, and after
    ``INTERRUPTIONS_BORNE`` it is taken for what ends the process. What may be tried only once is
    not tried again.
    """
    lost = (RUNNING, jobs.c.lease_until < now())
    with database.reading() as session:
        if session.connection().execute(select(jobs.c.id).where(*lost).limit(1)).first() is None:
            return 0
    at = now()
    once = jobs.c.max_attempts - jobs.c.interruptions <= 1
    spent = once | (jobs.c.interruptions + 1 >= INTERRUPTIONS_BORNE)
    statement = (
        update(jobs)
        .where(*lost)
        .values(
            state=_either(spent, JobState.failed, JobState.queued),
            due_at=case(
                (jobs.c.interruptions < 3, literal(at, UtcDateTime())),
                (jobs.c.interruptions < 10, literal(at + timedelta(seconds=30), UtcDateTime())),
                else_=literal(at + timedelta(minutes=5), UtcDateTime()),
            ),
            max_attempts=jobs.c.max_attempts + 1,
            interruptions=jobs.c.interruptions + 1,
            error=ENDED,
            reason=ENDED,
            lease_owner="",
            lease_until=None,
            relayed_at=None,
            finished_at=case((spent, literal(at, UtcDateTime())), else_=None),
        )
        .returning(jobs.c.public_id, jobs.c.kind, jobs.c.attempts, jobs.c.state)
    )
    with database.writing() as session:
        rows = session.connection().execute(statement).all()
        for public_id, kind, attempts, state in rows:
            if state == JobState.failed:
                state_failure(session, JobFailed(public_id, kind, attempts, ENDED))
    return len(rows)


def state_failure(session: Session, fact: JobFailed) -> None:
    """Record a dead letter and tell who listens. A listener that fails must not keep the job from
    being settled: it would run again and fail for ever. The fact is then recorded without them."""
    try:
        with session.begin_nested():
            emit(session, fact)
    except Exception as error:
        log.error("a listener of job.failed failed", job=fact.job, reason=repr(error)[:500])
        listeners = session.info.pop("handlers", None)
        emit(session, fact)
        session.info["handlers"] = listeners


def _either(test: Any, yes: JobState, no: JobState) -> Any:
    # As plain words: inside an expression the column's enum type is not there to translate them.
    return case((test, literal(yes.value)), else_=literal(no.value))


def _fit(text: str) -> str:
    # PostgreSQL keeps no NUL, and neither engine half of a surrogate pair.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
