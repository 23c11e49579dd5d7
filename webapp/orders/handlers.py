"""What orders do when money moves, and what they write to their buyers."""

from typing import Any

from sqlmodel import Session

from webapp.accounts import queries as people
from webapp.accounts.events import CustomersMerged, CustomerVerified, EmailChanged
from webapp.kit.actors import Actor
from webapp.orders import commands, mails, queries
from webapp.orders.events import (
    FulfilmentShipped,
    OrderCancelled,
    OrderLinkAsked,
    OrderMessageWritten,
    OrderPaid,
    OrderPlaced,
    OrderUpdated,
)
from webapp.orders.links import LOOKUP_LASTS
from webapp.orders.models import BY_DOWNLOAD
from webapp.payments.events import MoneyMoved, PaymentRefunded
from webapp.runtime.events import Handlers
from webapp.runtime.mail import MailKind, post

handlers = Handlers()


@handlers.on(MoneyMoved)
def count_the_money(session: Session, event: MoneyMoved, actor: Actor) -> None:
    """Money came in or went back for something: if that is an order, it says so."""
    commands.count_money(session, event, actor)


@handlers.on(CustomerVerified)
def give_them_their_orders(session: Session, event: CustomerVerified) -> None:
    """Before that anybody could have typed the address."""
    commands.attach_orders(session, people.by_public_id(session, event.person))


@handlers.on(EmailChanged)
def give_them_those_of_the_new_address(session: Session, event: EmailChanged) -> None:
    """It was confirmed a moment ago. Those of the former one are theirs and stay so."""
    commands.attach_orders(session, people.by_public_id(session, event.person))


@handlers.on(CustomersMerged)
def give_them_those_of_the_other_account(
    session: Session, event: CustomersMerged, actor: Actor
) -> None:
    kept, gone = (people.by_public_id(session, one) for one in (event.person, event.gone))
    commands.take_over_orders(session, actor, kept=kept, gone=gone)


@handlers.on(OrderPlaced)
def confirm_it_was_placed(session: Session, event: OrderPlaced) -> None:
    _write(session, mails.order_placed, event.order)


@handlers.on(OrderMessageWritten)
def send_what_was_written(session: Session, event: OrderMessageWritten) -> None:
    _write(
        session,
        mails.news if event.is_news else mails.message,
        event.order,
        version=event.message,
        line=event.title,
        words=event.text,
    )


@handlers.on(OrderPaid)
def say_the_money_came(session: Session, event: OrderPaid) -> None:
    _write(session, mails.order_paid, event.order, version=str(event.captured_minor))


@handlers.on(FulfilmentShipped)
def say_it_is_on_its_way(session: Session, event: FulfilmentShipped) -> None:
    """But for files, which are there already: whoever gave them says so."""
    if event.carrier == BY_DOWNLOAD:
        return
    _write(
        session,
        mails.order_shipped,
        event.order,
        version=event.fulfilment,
        parcel=event.fulfilment,
    )


@handlers.on(OrderCancelled)
def say_it_was_cancelled(session: Session, event: OrderCancelled) -> None:
    _tell_of_cancellation(session, event)


@handlers.on(OrderUpdated)
def say_what_was_cancelled(session: Session, event: OrderUpdated) -> None:
    _tell_of_cancellation(session, event)


@handlers.on(PaymentRefunded)
def say_the_money_went_back(session: Session, event: PaymentRefunded) -> None:
    _write(
        session,
        mails.order_refunded,
        event.reference,
        version=str(event.movement),
        amount_minor=event.amount_minor,
        currency=event.currency,
    )


@handlers.on(OrderLinkAsked)
def send_the_link(session: Session, event: OrderLinkAsked) -> None:
    _write(
        session,
        mails.order_link,
        event.order,
        version=event.lookup,
        useful_for=LOOKUP_LASTS,
        lookup=event.lookup,
    )


def _tell_of_cancellation(session: Session, event: OrderCancelled | OrderUpdated) -> None:
    if event.notify and event.cancellation is not None:
        _write(
            session,
            mails.order_cancelled,
            event.order,
            version=str(event.cancellation),
            cancellation=event.cancellation,
        )


def _write(session: Session, kind: MailKind, order: str, *, version: str = "", **more: Any) -> None:
    """A message about the order of this id, if it is one, to whoever placed it."""
    buyer = queries.buyer_of(session, order)
    if buyer is None or not buyer.email:
        return
    post(
        session,
        kind,
        to=buyer.email,
        name=buyer.name,
        about=("order", order),
        version=version,
        locale=buyer.locale,
        order=order,
        **more,
    )
