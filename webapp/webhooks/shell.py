"""Webhooks on the command line: ``vitrine webhooks``."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlmodel import Session

from webapp.kit.actors import SYSTEM
from webapp.kit.errors import Invalid
from webapp.runtime.db import Database
from webapp.runtime.outbound import Outbound
from webapp.webhooks import commands, queries
from webapp.webhooks.models import DeliveryState
from webapp.webhooks.signing import secret_of

_LOOKED_EVERY_S = 0.2


def check_address(outbound: Outbound, url: str) -> None:
    """Only an address that can be called; unencrypted ones only where private ones may be."""
    outbound.check(url)
    if url.lower().startswith("http://") and not outbound.allow_private:
        raise Invalid("The address begins with https://, so that nobody else reads what is sent.")


def listed(session: Session) -> Iterator[str]:
    """A line for each endpoint, and why it fails under the one that does."""
    for line in queries.endpoints(session):
        state = "failing" if line.is_failing and line.state == "active" else line.state.value
        told = ",".join(line.types) or "everything"
        behind = f"{line.behind} behind, {line.dead} given up"
        shown = (line.public_id, state, line.url, told, behind, line.description)
        yield "  ".join(shown).rstrip()
        if line.problem:
            yield f"    {line.problem}"


def added(
    session: Session, secret: str, *, url: str, types: Sequence[str], description: str, thin: bool
) -> tuple[str, str]:
    """A new endpoint's id and the secret that its receiver checks with. The address was checked."""
    endpoint = commands.add(
        session, SYSTEM, url=url, types=types, description=description, is_thin=thin
    )
    return endpoint.public_id, secret_of(secret, endpoint.public_id, endpoint.salt)


def removed(session: Session, public_id: str) -> None:
    commands.remove(session, SYSTEM, queries.endpoint_by_id(session, public_id))


def paused(session: Session, public_id: str) -> None:
    commands.pause(session, SYSTEM, queries.endpoint_by_id(session, public_id))


def resumed(session: Session, public_id: str, *, with_missed: bool) -> None:
    endpoint = queries.endpoint_by_id(session, public_id)
    commands.switch_on(session, SYSTEM, endpoint, with_missed=with_missed)


def tested(database: Database, public_id: str, *, patience_s: float) -> tuple[bool, str]:
    """Ask for a ``ping``, and wait for whoever runs the jobs to send it: whether it went well, and
    how that reads."""
    with database.writing() as session:
        endpoint = queries.endpoint_by_id(session, public_id)
        delivery = commands.test(session, SYSTEM, endpoint).public_id
    ends = time.monotonic() + patience_s
    while True:
        with database.reading() as session:
            endpoint = queries.endpoint_by_id(session, public_id)
            found = queries.delivery_by_id(session, endpoint, delivery)
            if found.tried_at is not None:
                answer = f"HTTP {found.status}" if found.status else found.problem
                return (
                    found.state is DeliveryState.delivered,
                    f"{answer} after {found.duration_ms} ms",
                )
        if time.monotonic() >= ends:
            return False, "The test waits to be sent: no server and no worker has taken it yet."
        time.sleep(_LOOKED_EVERY_S)


def replayed(
    session: Session,
    public_id: str,
    *,
    first: int | None,
    last: int | None,
    since: datetime | None,
    until: datetime | None,
) -> tuple[int, int]:
    """Send a range again, in order; the range it became. Raises ``Invalid`` for no range."""
    if all(bound is None for bound in (first, last, since, until)):
        raise Invalid("Say from where to where: --first, --last, --since or --until.")
    endpoint = queries.endpoint_by_id(session, public_id)
    return commands.replay(
        session, SYSTEM, endpoint, first=first, last=last, since=since, until=until
    )
