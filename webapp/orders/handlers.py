"""What orders do when money moves."""

from sqlmodel import Session

from webapp.orders import commands
from webapp.payments.events import MoneyMoved
from webapp.runtime.events import Handlers

handlers = Handlers()


@handlers.on(MoneyMoved)
def count_the_money(session: Session, event: MoneyMoved) -> None:
    """Money came in or went back for something: if that is an order, it says so."""
    commands.count_money(session, event)
