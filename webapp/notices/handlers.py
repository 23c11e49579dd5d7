"""Telling staff of what happened, at the end of the transaction in which it did."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session

from webapp.notices import commands
from webapp.notices.jobs import write_at_once
from webapp.runtime.closing import Stated
from webapp.runtime.events import Handlers

handlers = Handlers()

MOMENT = timedelta(seconds=10)


@handlers.before_commit
def tell_staff(session: Session, stated: Sequence[Stated]) -> None:
    """Of whatever concerns them: ``kinds`` says what does. All at once: so transactions that tell
    of the same things take them in the same order, and never wait for each other in a ring."""
    if commands.tell(session, [one.fact for one in stated]):
        # In a moment, so that what happens together is one message. On the embedded database
        # writers come one after the other and one job serves them all; on a server they would
        # wait for each other at its row, until the end of a transaction.
        is_alone = session.get_bind().dialect.name == "sqlite"
        unique = "notices:mail" if is_alone else None
        write_at_once.later(session, unique=unique, delay=MOMENT)
