"""What became of tries: delivered, to be tried again, dead; and what that says of the endpoint."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from webapp.kit.clock import now
from webapp.kit.ids import public_id
from webapp.runtime.events import emit
from webapp.webhooks import queries
from webapp.webhooks.commands.naming import shown_url
from webapp.webhooks.events import EndpointDisabled
from webapp.webhooks.models import (
    Announcement,
    Attempt,
    Cause,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from webapp.webhooks.values import DOWN_AFTER, ENDED, JITTER, RETRY_AFTER, Outcome, Work

GONE = "The receiver answered 410: there is nobody there any more."


def record(session: Session, work: Work, outcomes: Sequence[Outcome], cursor: int) -> None:
    """Write down what came of some tries, and how far the endpoint has been told.

    ``cursor`` counts only if nobody moved it meanwhile: a replay begins where staff said.
    """
    endpoint = session.get_one(Endpoint, work.endpoint_id, with_for_update=True)
    if (endpoint.cursor, endpoint.replay_to) == (work.cursor, work.replay_to):
        _advance(endpoint, cursor)
    was_down = endpoint.failures >= DOWN_AFTER
    new, came_back = [], False
    for outcome in outcomes:
        _judge(endpoint, outcome)
        came_back = came_back or (was_down and outcome.is_success)
        if outcome.letter.delivery_id is None:
            new.append(_row(endpoint, outcome))
        else:
            _settle(session, endpoint, outcome)
    if new:
        session.execute(insert(Delivery), new)
    if any(outcome.is_gone for outcome in outcomes):
        switch_off(session, endpoint, GONE)
    elif came_back:
        _hurry(session, endpoint)


def switch_off(session: Session, endpoint: Endpoint, reason: str) -> None:
    """By the shop, not by staff. What waits is dead; what happens from now on is kept."""
    if endpoint.state in (EndpointState.disabled, EndpointState.removed):
        return
    endpoint.state = EndpointState.disabled
    endpoint.problem = reason
    end_waiting(session, endpoint, ENDED)
    emit(session, EndpointDisabled(endpoint.public_id, shown_url(endpoint.url), reason))


def end_waiting(session: Session, endpoint: Endpoint, reason: str) -> None:
    """Whatever waits to be tried again will not be."""
    session.flush()
    session.execute(
        update(Delivery)
        .where(
            col(Delivery.endpoint_id) == endpoint.id,
            col(Delivery.state) == DeliveryState.pending,
        )
        .values(state=DeliveryState.dead, next_at=None, problem=reason)
    )


def _advance(endpoint: Endpoint, cursor: int) -> None:
    endpoint.cursor = max(cursor, endpoint.cursor)
    if endpoint.replay_to is not None and endpoint.cursor >= endpoint.replay_to:
        endpoint.cursor = max(endpoint.cursor, endpoint.resume_at or 0)
        endpoint.replay_to = endpoint.resume_at = None


def _judge(endpoint: Endpoint, outcome: Outcome) -> None:
    if outcome.letter.cause is Cause.test:
        return
    if outcome.is_success:
        endpoint.last_success_at = outcome.at
        endpoint.failures = endpoint.warned_days = 0
        endpoint.failing_since = endpoint.held_until = None
        return
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or outcome.at
    if outcome.retry_after is not None:
        endpoint.held_until = outcome.retry_after


def _row(endpoint: Endpoint, outcome: Outcome) -> dict[str, Any]:
    letter = outcome.letter
    return {
        "public_id": public_id("whd"),
        "endpoint_id": endpoint.id,
        "sequence": letter.sequence,
        "event_id": letter.event_id,
        "event_name": letter.name,
        "subject_kind": letter.subject[0],
        "subject_id": letter.subject[1],
        "cause": letter.cause,
        "created_at": outcome.at,
        **_latest(outcome),
    }


def _latest(outcome: Outcome) -> dict[str, Any]:
    state, next_at = _what_next(outcome)
    return {
        "state": state,
        "next_at": next_at,
        "attempts": outcome.letter.attempts + 1,
        "tried_at": outcome.at,
        "duration_ms": outcome.duration_ms,
        "status": outcome.status,
        "problem": outcome.problem,
        "answer_head": outcome.answer_head,
        "answer": outcome.answer,
    }


def _what_next(outcome: Outcome) -> tuple[DeliveryState, datetime | None]:
    if outcome.is_success:
        return DeliveryState.delivered, None
    tried = outcome.letter.attempts
    is_single = outcome.letter.cause is Cause.test
    if outcome.is_gone or is_single or tried >= len(RETRY_AFTER):
        return DeliveryState.dead, None
    pause = RETRY_AFTER[tried] * random.uniform(1 - JITTER, 1 + JITTER)
    at = outcome.at + timedelta(milliseconds=outcome.duration_ms) + pause
    return DeliveryState.pending, max(at, outcome.retry_after or at)


def _settle(session: Session, endpoint: Endpoint, outcome: Outcome) -> None:
    """A delivery that has a row. Its former try moves aside; when it ends, the next event about
    the same thing gets its turn."""
    delivery = session.get(Delivery, outcome.letter.delivery_id, with_for_update=True)
    if delivery is None or delivery.state is not DeliveryState.pending:
        return
    if delivery.tried_at is not None:
        session.add(
            Attempt(
                delivery_id=delivery.id or 0,
                number=delivery.attempts,
                tried_at=delivery.tried_at,
                duration_ms=delivery.duration_ms,
                status=delivery.status,
                problem=delivery.problem,
                answer_head=delivery.answer_head,
                answer=delivery.answer,
            )
        )
    for name, value in _latest(outcome).items():
        setattr(delivery, name, value)
    session.flush()
    ended = delivery.state is not DeliveryState.pending
    if ended and delivery.cause in (Cause.event, Cause.replay):
        follow(session, endpoint, delivery)


def follow(session: Session, endpoint: Endpoint, ended: Delivery) -> None:
    """Let the next event about the same thing wait in the place of the one that has ended.

    Only among those that were passed by because of it; those still to come, come by themselves.
    """
    passed = [col(Announcement.sequence) <= endpoint.cursor]
    if endpoint.resume_at is not None and (ended.sequence or 0) > (endpoint.replay_to or 0):
        passed = [col(Announcement.sequence) <= endpoint.resume_at]
    row = session.execute(
        select(Announcement)
        .where(
            col(Announcement.subject_kind) == ended.subject_kind,
            col(Announcement.subject_id) == ended.subject_id,
            col(Announcement.sequence) > ended.sequence,
            *passed,
            *queries.chosen(endpoint.types),
        )
        .order_by(col(Announcement.sequence))
        .limit(1)
    ).scalar_one_or_none()
    if row is None:
        return
    session.add(
        Delivery(
            endpoint_id=endpoint.id or 0,
            sequence=row.sequence,
            event_id=row.event_id,
            event_name=row.name,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            cause=ended.cause,
            next_at=now(),
        )
    )


def _hurry(session: Session, endpoint: Endpoint) -> None:
    """It answers again: what waits for its next try need not wait any longer."""
    session.flush()
    session.execute(
        update(Delivery)
        .where(
            col(Delivery.endpoint_id) == endpoint.id,
            col(Delivery.state) == DeliveryState.pending,
            col(Delivery.next_at) > now(),
        )
        .values(next_at=now())
    )
