"""What orders do when money moves, and what they write to their buyers."""

from typing import Any

from sqlmodel import Session

from webapp.kit.actors import Actor
from webapp.orders import commands, mails, queries
from webapp.orders.events import OrderEvent, OrderMessageWritten, OrderPlaced
from webapp.payments.events import MoneyMoved
from webapp.runtime.events import Handlers
from webapp.runtime.mail import MailKind, post

handlers = Handlers()


@handlers.on(MoneyMoved)
def count_the_money(session: Session, event: MoneyMoved, actor: Actor) -> None:
    """Money came in or went back for something: if that is an order, it says so."""
    commands.count_money(session, event, actor)


@handlers.on(OrderPlaced)
def confirm_it_was_placed(session: Session, event: OrderPlaced) -> None:
    _write(session, mails.order_placed, event)


@handlers.on(OrderMessageWritten)
def send_what_was_written(session: Session, event: OrderMessageWritten) -> None:
    _write(session, mails.message, event, event.message, line=event.title, words=event.text)


def _write(
    session: Session, kind: MailKind, event: OrderEvent, version: str = "", **facts: Any
) -> None:
    """A message about this order to whoever placed it."""
    buyer = queries.buyer_of(session, event.order)
    post(
        session,
        kind,
        to=buyer.email,
        name=buyer.name,
        about=event.subject,
        version=version,
        locale=buyer.locale,
        order=event.order,
        **facts,
    )
