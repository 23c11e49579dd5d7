"""Endpoints: who is told, what, and how."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlmodel import Session, col, func, select

from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.runtime.events import emit
from webapp.runtime.portraits import public_events
from webapp.webhooks import queries
from webapp.webhooks.commands.announcing import number
from webapp.webhooks.commands.naming import shown_url
from webapp.webhooks.commands.recording import end_waiting
from webapp.webhooks.errors import BadEndpoint, EndpointIsOff
from webapp.webhooks.events import EndpointAdded, EndpointChanged, EndpointRemoved
from webapp.webhooks.models import Endpoint, EndpointState
from webapp.webhooks.values import API_VERSION

MOST_ENDPOINTS = 50
BOTH_SECRETS = timedelta(hours=24)
REMOVED = "The endpoint was removed."


def add(
    session: Session,
    actor: Actor,
    *,
    url: str,
    types: Sequence[str] = (),
    description: str = "",
    is_thin: bool = False,
    is_strict: bool = False,
) -> Endpoint:
    """A new endpoint. It is told what happens from now on. The address was checked by
    ``Outbound.check``; where it leads is checked anew with every connection."""
    actor.must("webhooks:write")
    there = select(func.count()).where(col(Endpoint.state) != EndpointState.removed)
    if session.exec(there).one() >= MOST_ENDPOINTS:
        raise BadEndpoint(f"A shop has {MOST_ENDPOINTS} endpoints at most.", field="url")
    endpoint = Endpoint(
        url=url,
        description=description,
        types=_checked(types),
        is_thin=is_thin,
        is_strict=is_strict,
        api_version=API_VERSION,
        salt=_salt(),
        cursor=_the_present(session),
    )
    session.add(endpoint)
    session.flush()
    emit(session, EndpointAdded(endpoint.public_id, shown_url(url)), actor=actor)
    return endpoint


def change(session: Session, actor: Actor, endpoint: Endpoint, **values: Any) -> None:
    """Address, chosen events, description, thin, strict. What is on its way keeps its bytes."""
    actor.must("webhooks:write")
    if "types" in values:
        values["types"] = _checked(values["types"])
    changed = {
        name: [getattr(endpoint, name), value]
        for name, value in values.items()
        if getattr(endpoint, name) != value
    }
    if not changed:
        return
    for name, (_, value) in changed.items():
        setattr(endpoint, name, value)
    if "url" in changed:
        changed["url"] = [shown_url(url) for url in changed["url"]]
        # Another receiver: what the former one answered says nothing about it.
        endpoint.failures = endpoint.warned_days = 0
        endpoint.held_until = endpoint.failing_since = None
    _tell(session, actor, endpoint, changed)


def rotate(session: Session, actor: Actor, endpoint: Endpoint) -> None:
    """A new secret. For a day both sign, so that the receiver can change over in its own time."""
    actor.must("webhooks:write")
    endpoint.former_salt = endpoint.salt
    endpoint.former_until = now() + BOTH_SECRETS
    endpoint.salt = _salt()
    _tell(session, actor, endpoint, {"secret": []})


def pause(session: Session, actor: Actor, endpoint: Endpoint) -> None:
    """Send nothing until it goes on. What happens meanwhile comes then, in order."""
    actor.must("webhooks:write")
    if endpoint.state is not EndpointState.active:
        raise EndpointIsOff("It is not switched on.", state=endpoint.state.value)
    _become(session, actor, endpoint, EndpointState.paused)


def switch_on(
    session: Session, actor: Actor, endpoint: Endpoint, *, with_missed: bool = True
) -> None:
    """Go on after a pause, or after the shop has switched it off.

    ``with_missed`` begins with the first event that did not get through; else with what happens
    from now on.
    """
    actor.must("webhooks:write")
    if endpoint.state is EndpointState.active:
        return
    if not with_missed:
        end_waiting(session, endpoint, "Left out when the endpoint was switched on again.")
        endpoint.cursor = _the_present(session)
        endpoint.replay_to = endpoint.resume_at = None
    elif endpoint.state is EndpointState.disabled:
        missed = queries.first_missed(session, endpoint)
        if missed is not None and missed <= endpoint.cursor:
            endpoint.cursor, endpoint.replay_to, endpoint.resume_at = missed - 1, None, None
    endpoint.failures = endpoint.warned_days = 0
    endpoint.failing_since = endpoint.held_until = None
    endpoint.problem = ""
    _become(session, actor, endpoint, EndpointState.active)


def remove(session: Session, actor: Actor, endpoint: Endpoint) -> None:
    """Nothing is sent any more. Its log goes with the next sweep."""
    actor.must("webhooks:write")
    endpoint.state = EndpointState.removed
    end_waiting(session, endpoint, REMOVED)
    emit(session, EndpointRemoved(endpoint.public_id, shown_url(endpoint.url)), actor=actor)


def _become(session: Session, actor: Actor, endpoint: Endpoint, state: EndpointState) -> None:
    before, endpoint.state = endpoint.state, state
    _tell(session, actor, endpoint, {"state": [before.value, state.value]})


def _tell(session: Session, actor: Actor, endpoint: Endpoint, changed: dict[str, Any]) -> None:
    session.add(endpoint)
    session.flush()
    emit(
        session,
        EndpointChanged(endpoint.public_id, shown_url(endpoint.url), changed),
        actor=actor,
    )


def _checked(types: Sequence[str]) -> list[str]:
    unknown = set(types) - {event.name for event in public_events()}
    if unknown:
        raise BadEndpoint(
            "There is no such event: " + ", ".join(sorted(unknown)) + ".", field="types"
        )
    return sorted(set(types))


def _the_present(session: Session) -> int:
    """The number of the latest event that has committed."""
    while number(session):
        pass
    return queries.latest(session)


def _salt() -> str:
    return secrets.token_hex(32)
