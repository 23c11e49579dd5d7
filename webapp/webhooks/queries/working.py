"""What can be sent to an endpoint now. The rules of order are here.

Of one subject at most one event is on its way to an endpoint: the *head*. While a head waits for
its next try, later events about the same subject are passed by, without a row of their own; when
the head has ended they are found again by their numbers. So an endpoint that fails costs one row
for each subject, and one that is down altogether costs five.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from webapp.kit.values import replace
from webapp.webhooks.envelopes import unpack
from webapp.webhooks.models import (
    Announcement,
    AnnouncementBody,
    Cause,
    Delivery,
    DeliveryState,
    Endpoint,
    EndpointState,
)
from webapp.webhooks.queries.feed import chosen, latest
from webapp.webhooks.values import DOWN_AFTER, Letter, Step, Work

AT_ONCE = 20
"""Letters between two transactions: what a crash may send twice."""
MOST_HEADS = 500
"""Subjects that may wait at once; beyond it the endpoint waits as a whole."""

Subject = tuple[str, str]


def listening(session: Session) -> list[str]:
    """The public ids of the endpoints that are told as things happen."""
    query = select(col(Endpoint.public_id)).where(col(Endpoint.state) == EndpointState.active)
    return list(session.scalars(query.order_by(col(Endpoint.id))))


def work_for(session: Session, public_id: str, at: datetime) -> Work:
    """What to send now, at most ``AT_ONCE`` letters, and when to look again."""
    endpoint = session.scalars(
        select(Endpoint).where(col(Endpoint.public_id) == public_id)
    ).one_or_none()
    if endpoint is None or endpoint.state is EndpointState.removed:
        return Work()
    work = Work(
        endpoint_id=endpoint.id or 0,
        url=endpoint.url,
        salts=_salts(endpoint, at),
        cursor=endpoint.cursor,
        replay_to=endpoint.replay_to,
        is_strict=endpoint.is_strict,
    )
    asked = _asked(session, endpoint, at)
    if asked:
        return replace(work, waiting=asked, again_at=at)
    if endpoint.state is not EndpointState.active:
        return work
    if endpoint.held_until is not None and endpoint.held_until > at:
        return replace(work, again_at=endpoint.held_until)
    return _in_order(session, endpoint, work, at)


def _in_order(session: Session, endpoint: Endpoint, work: Work, at: datetime) -> Work:
    heads = _heads(session, endpoint)
    due = [head for head in heads if head.next_at <= at]
    again_at = min((head.next_at for head in heads), default=None)
    is_down = endpoint.failures >= DOWN_AFTER
    if is_down or endpoint.is_strict:
        due = due[:1]
    work = replace(
        work,
        waiting=_letters(session, endpoint, due[:AT_ONCE]),
        again_at=again_at,
    )
    must_wait = (is_down or endpoint.is_strict) and heads
    if must_wait or len(due) >= AT_ONCE or len(heads) >= MOST_HEADS:
        return work
    room = 1 if is_down else AT_ONCE - len(due)
    stuck = {(head.subject_kind, head.subject_id): head.sequence for head in heads}
    steps, through = _steps(session, endpoint, stuck, room)
    return replace(work, steps=steps, through=through)


def _steps(
    session: Session, endpoint: Endpoint, stuck: dict[Subject, int], room: int
) -> tuple[Sequence[Step], int | None]:
    """The next events beyond the cursor; and the cursor after them where it is not the last's."""
    end = endpoint.replay_to if endpoint.replay_to is not None else latest(session)
    rows = session.execute(
        select(Announcement.__table__, col(AnnouncementBody.body))  # type: ignore[attr-defined]
        .join(AnnouncementBody, col(AnnouncementBody.event_id) == col(Announcement.event_id))
        .where(
            col(Announcement.sequence) > endpoint.cursor,
            col(Announcement.sequence) <= end,
            *chosen(endpoint.types),
        )
        .order_by(col(Announcement.sequence))
        .limit(room)
    ).all()
    cause = Cause.event if endpoint.replay_to is None else Cause.replay
    steps = []
    for row in rows:
        subject = (row.subject_kind, row.subject_id)
        is_stuck = subject in stuck and row.sequence >= stuck[subject]
        letter = Letter(
            delivery_id=None,
            sequence=row.sequence,
            event_id=row.event_id,
            name=row.name,
            subject=subject,
            cause=cause,
            attempts=0,
            body=unpack(row.body, row.sequence, thin=endpoint.is_thin),
        )
        steps.append(Step(row.sequence, None if is_stuck else letter))
    return steps, end if len(rows) < room else None


def _asked(session: Session, endpoint: Endpoint, at: datetime) -> Sequence[Letter]:
    """Tests, and what staff asked for once more: out of order, the former even while paused."""
    causes = [Cause.test]
    if endpoint.state is EndpointState.active:
        causes.append(Cause.resend)
    rows = _pending(
        session,
        endpoint,
        col(Delivery.cause).in_(causes),
        col(Delivery.next_at) <= at,
        limit=AT_ONCE,
    )
    return _letters(session, endpoint, rows)


def _heads(session: Session, endpoint: Endpoint) -> Sequence[Any]:
    return _pending(
        session, endpoint, col(Delivery.cause).in_([Cause.event, Cause.replay]), limit=MOST_HEADS
    )


def _pending(session: Session, endpoint: Endpoint, *conditions: Any, limit: int) -> Sequence[Any]:
    return session.execute(
        select(Delivery.__table__)  # type: ignore[attr-defined]
        .where(
            col(Delivery.endpoint_id) == endpoint.id,
            col(Delivery.state) == DeliveryState.pending,
            *conditions,
        )
        .order_by(col(Delivery.sequence), col(Delivery.id))
        .limit(limit)
    ).all()


def _letters(session: Session, endpoint: Endpoint, rows: Sequence[Any]) -> Sequence[Letter]:
    wanted = [row.event_id for row in rows if row.body is None]
    bodies = {}
    if wanted:
        bodies = dict(
            session.execute(
                select(col(AnnouncementBody.event_id), col(AnnouncementBody.body)).where(
                    col(AnnouncementBody.event_id).in_(wanted)
                )
            ).all()
        )
    return [
        Letter(
            delivery_id=row.id,
            sequence=row.sequence,
            event_id=row.event_id,
            name=row.event_name,
            subject=(row.subject_kind, row.subject_id),
            cause=Cause(row.cause),
            attempts=row.attempts,
            body=unpack(row.body or bodies[row.event_id], row.sequence, thin=endpoint.is_thin),
        )
        for row in rows
        if row.body is not None or row.event_id in bodies
    ]


def _salts(endpoint: Endpoint, at: datetime) -> tuple[str, ...]:
    if endpoint.former_salt and endpoint.former_until and at < endpoint.former_until:
        return endpoint.salt, endpoint.former_salt
    return (endpoint.salt,)
