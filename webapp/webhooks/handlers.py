"""Hearing everything that is told outside, and what staff ask for."""

from collections.abc import Sequence

from sqlmodel import Session

from webapp.runtime.closing import Stated
from webapp.runtime.events import Handlers
from webapp.runtime.personal import Forgotten
from webapp.webhooks import commands, queries
from webapp.webhooks.events import DeliveryAsked, EndpointChanged
from webapp.webhooks.jobs import fan_out, serve

handlers = Handlers()


@handlers.before_commit
def announce(session: Session, stated: Sequence[Stated]) -> None:
    """Freeze the messages, and promise to send them where somebody listens."""
    if commands.announce(session, stated) and queries.listening(session):
        _promise(session)


@handlers.on(Forgotten)
def forget_who_it_was(session: Session, fact: Forgotten) -> None:
    """What was frozen for those outside is fetched and sent again for a while."""
    commands.forget(session, fact.subject)


@handlers.on(EndpointChanged)
def go_on(session: Session, fact: EndpointChanged) -> None:
    _promise(session)


@handlers.on(DeliveryAsked)
def send_what_was_asked_for(session: Session, fact: DeliveryAsked) -> None:
    serve(session, fact.endpoint)


def _promise(session: Session) -> None:
    # On the embedded database writers come one after the other and one job serves them all. On a
    # server they would wait for each other at its row, each until the other's transaction ends.
    is_alone = session.get_bind().dialect.name == "sqlite"
    fan_out.later(session, unique="webhooks:fan-out" if is_alone else None)
