"""Telling staff of what happens, in the transaction in which it does."""

from datetime import timedelta

from sqlmodel import Session

from webapp.notices import commands
from webapp.notices.jobs import write_at_once
from webapp.runtime.events import Event, Handlers

handlers = Handlers()

MOMENT = timedelta(seconds=10)


@handlers.on(Event)
def tell_staff(session: Session, fact: Event) -> None:
    """Of whatever concerns them: ``kinds`` says what does."""
    if commands.tell(session, [fact]):
        # In a moment, so that what happens together is one message. On the embedded database
        # writers come one after the other and one job serves them all; on a server they would
        # wait for each other at its row, until the end of a transaction.
        is_alone = session.get_bind().dialect.name == "sqlite"
        unique = "notices:mail" if is_alone else None
        write_at_once.later(session, unique=unique, delay=MOMENT)
