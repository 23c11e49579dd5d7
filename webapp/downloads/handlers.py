"""What becomes of files when money comes in, goes back, or an order is called off."""

from sqlmodel import Session

from webapp.catalogue.events import ProductDeleted
from webapp.downloads import commands, mails
from webapp.downloads.events import AssetDeleted, AssetOffered, FilesReady
from webapp.downloads.jobs import forget_file, give_to_buyers
from webapp.downloads.models import RevokeReason
from webapp.kit.actors import Actor
from webapp.orders import queries as orders
from webapp.orders.events import OrderCancelled, OrderConfirmed, OrderPaid, OrderUpdated
from webapp.runtime.events import Handlers
from webapp.runtime.mail import post

handlers = Handlers()


@handlers.on(OrderPaid)
def give_what_was_paid(session: Session, event: OrderPaid) -> None:
    commands.grant(session, orders.by_public_id(session, event.order))


@handlers.on(OrderConfirmed)
def give_what_costs_nothing(session: Session, event: OrderConfirmed) -> None:
    """It is stated of every order that is placed, so it must cost nothing for most: one that has
    still to be paid is let go without a statement."""
    order = orders.at_hand(session, event.order) or orders.by_public_id(session, event.order)
    commands.grant(session, order)


@handlers.on(OrderCancelled)
def withdraw_all(session: Session, event: OrderCancelled, actor: Actor) -> None:
    commands.revoke(session, event.order, RevokeReason.cancelled, actor=actor)


@handlers.on(OrderUpdated)
def follow_the_change(session: Session, event: OrderUpdated, actor: Actor) -> None:
    """Units that are called off take their files with them, and may leave an order that is paid by
    that. Money that went back takes all of them once it is all of the money."""
    if event.change == "cancellation":
        lines = list(event.units)
        commands.revoke(session, event.order, RevokeReason.cancelled, lines=lines, actor=actor)
        commands.grant(session, orders.by_public_id(session, event.order))
    elif event.change == "refund":
        order = orders.by_public_id(session, event.order)
        if order.refunded_minor >= order.captured_minor:
            commands.revoke(session, event.order, RevokeReason.refunded, actor=actor)


@handlers.on(FilesReady)
def say_they_are_ready(session: Session, event: FilesReady) -> None:
    buyer = orders.buyer_of(session, event.order)
    if buyer is not None and buyer.email:
        post(
            session,
            mails.files_ready,
            to=buyer.email,
            name=buyer.name,
            about=("order", event.order),
            version=event.batch,
            locale=buyer.locale,
            order=event.order,
        )


@handlers.on(ProductDeleted)
def forget_its_files(session: Session, event: ProductDeleted, actor: Actor) -> None:
    commands.forget_product(session, event.product, actor=actor)


@handlers.on(AssetOffered)
def give_it_to_them(session: Session, event: AssetOffered) -> None:
    give_to_buyers.later(session, asset=event.asset)


@handlers.on(AssetDeleted)
def forget_its_bytes(session: Session, event: AssetDeleted) -> None:
    forget_file.later(session, storage_key=event.storage_key)
