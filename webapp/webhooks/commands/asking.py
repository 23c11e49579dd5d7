"""What staff ask to be sent: a test, one event again, a range of them again."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.ids import public_id
from webapp.runtime.events import emit
from webapp.webhooks import queries
from webapp.webhooks.commands.naming import shown_url
from webapp.webhooks.envelopes import packed
from webapp.webhooks.errors import EndpointIsOff, NothingToSend
from webapp.webhooks.events import DeliveryAsked, EndpointChanged
from webapp.webhooks.models import Cause, Delivery, DeliveryState, Endpoint, EndpointState

PING = "ping"


def test(session: Session, actor: Actor, endpoint: Endpoint) -> Delivery:
    """A ``ping`` to this endpoint alone, whether it is switched on or not. Tried once."""
    actor.must("webhooks:write")
    event_id, at = public_id("evt"), now()
    delivery = Delivery(
        endpoint_id=endpoint.id or 0,
        event_id=event_id,
        event_name=PING,
        subject_kind="webhook_endpoint",
        subject_id=endpoint.public_id,
        cause=Cause.test,
        next_at=at,
        body=packed(
            {
                "id": event_id,
                "type": PING,
                "timestamp": at.isoformat().replace("+00:00", "Z"),
                "api_version": endpoint.api_version,
                "subject": {"type": "webhook_endpoint", "id": endpoint.public_id, "version": 0},
                "data": {"id": endpoint.public_id, "description": endpoint.description},
                "changed": [],
                "facts": {},
            }
        ),
    )
    _ask(session, actor, endpoint, delivery)
    return delivery


def resend(session: Session, actor: Actor, endpoint: Endpoint, delivery: Delivery) -> Delivery:
    """One event again, at once and out of order. The same id and body, in a delivery of its own."""
    actor.must("webhooks:write")
    _must_be_on(endpoint)
    if delivery.cause is Cause.test:
        return test(session, actor, endpoint)
    if not queries.has_body(session, delivery.event_id):
        raise NothingToSend("That event is too old: its message is not kept any more.")
    again = Delivery(
        endpoint_id=endpoint.id or 0,
        sequence=delivery.sequence,
        event_id=delivery.event_id,
        event_name=delivery.event_name,
        subject_kind=delivery.subject_kind,
        subject_id=delivery.subject_id,
        cause=Cause.resend,
        next_at=now(),
    )
    _ask(session, actor, endpoint, again)
    return again


def replay(
    session: Session,
    actor: Actor,
    endpoint: Endpoint,
    *,
    first: int | None = None,
    last: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[int, int]:
    """Send a range again, in order: by number or by time, bounds included; the range it became.

    What happens meanwhile waits behind it, so that of one thing earlier events still come first.
    """
    actor.must("webhooks:write")
    _must_be_on(endpoint)
    found = queries.bounds(session, first=first, last=last, since=since, until=until)
    if found is None:
        raise NothingToSend(
            "Nothing happened in that range, or its messages are not kept any more."
        )
    begin, end = found
    resume = max(endpoint.cursor, endpoint.resume_at or 0)
    endpoint.cursor = begin - 1
    endpoint.replay_to, endpoint.resume_at = end, max(resume, end)
    session.add(endpoint)
    session.flush()
    fact = EndpointChanged(endpoint.public_id, shown_url(endpoint.url), {"replay": [begin, end]})
    emit(session, fact, actor=actor)
    return begin, end


def try_now(session: Session, actor: Actor, endpoint: Endpoint) -> None:
    """Do not wait for the next try: the receiver works again."""
    actor.must("webhooks:write")
    _must_be_on(endpoint)
    endpoint.held_until = None
    session.add(endpoint)
    session.execute(
        update(Delivery)
        .where(
            col(Delivery.endpoint_id) == endpoint.id,
            col(Delivery.state) == DeliveryState.pending,
        )
        .values(next_at=now())
    )
    fact = EndpointChanged(endpoint.public_id, shown_url(endpoint.url), {"next_try": []})
    emit(session, fact, actor=actor)


def _ask(session: Session, actor: Actor, endpoint: Endpoint, delivery: Delivery) -> None:
    session.add(delivery)
    session.flush()
    fact = DeliveryAsked(
        endpoint.public_id, shown_url(endpoint.url), delivery.cause.value, delivery.event_id
    )
    emit(session, fact, actor=actor)


def _must_be_on(endpoint: Endpoint) -> None:
    if endpoint.state is not EndpointState.active:
        raise EndpointIsOff("Switch it on first.", state=endpoint.state.value)
