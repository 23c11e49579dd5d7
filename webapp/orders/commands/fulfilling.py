"""Sending goods: a parcel at a time, any part of the order, and word that it arrived."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from sqlmodel import Session, col, func, select

from webapp.inventory import commands as inventory
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.orders.commands.settling import Units, by_variant, hold, key_of, lines_of, settle
from webapp.orders.errors import NoSuchOrder, NothingLeft, NotOpen, NotThatMany
from webapp.orders.events import FulfilmentDelivered, FulfilmentShipped
from webapp.orders.models import (
    BY_DOWNLOAD,
    Fulfilment,
    FulfilmentLine,
    FulfilmentState,
    Order,
    OrderLine,
    OrderStatus,
)
from webapp.orders.status import left_to_fulfil
from webapp.runtime.events import emit


def fulfil(
    session: Session,
    actor: Actor,
    order: Order,
    *,
    quantities: Mapping[str, int] | None = None,
    carrier: str = "",
    tracking_number: str = "",
    tracking_url: str = "",
) -> Fulfilment:
    """Send a parcel with ``quantities`` (units by the line's public id; None: all that is left).

    The goods leave the stock, and the order completes when nothing is left and it is paid. Refuses
    with ``NotOpen``, ``NothingLeft`` or ``NotThatMany``.
    """
    actor.must("orders:write")
    hold(session, order)
    if order.status is not OrderStatus.open:
        raise NotOpen("Only an open order can be sent.", status=order.status.value)
    carrier, tracking_number, tracking_url = _tracking(carrier, tracking_number, tracking_url)
    lines = lines_of(session, order)
    units = _chosen(lines, quantities)

    number = f"{order.number}-F{_parcels(session, order) + 1}"
    parcel = Fulfilment(
        order_id=key_of(order),
        number=number,
        state=FulfilmentState.shipped,
        actor=actor.name[:120],
        carrier=carrier,
        tracking_number=tracking_number,
        tracking_url=tracking_url,
        shipped_at=now(),
    )
    session.add(parcel)
    session.flush()
    if parcel.id is None:
        raise ValueError("the parcel has not been stored")
    for line, quantity in units:
        part = FulfilmentLine(fulfilment_id=parcel.id, line_id=line.id or 0, quantity=quantity)
        session.add(part)
        line.fulfilled += quantity
    inventory.ship(
        session,
        by_variant(session, units),
        reference=order.public_id,
        key=f"ship:{parcel.public_id}",
        actor=actor,
    )
    fact = FulfilmentShipped(
        order.public_id,
        order.number,
        fulfilment=parcel.public_id,
        fulfilment_number=number,
        carrier=parcel.carrier,
        tracking_number=parcel.tracking_number,
        units={line.public_id: quantity for line, quantity in units},
    )
    session.flush()
    emit(session, fact, actor=actor)
    settle(session, order, lines, actor)
    return parcel


def mark_delivered(session: Session, actor: Actor, order: Order, fulfilment: str) -> Fulfilment:
    """The parcel (its public id) has arrived. Saying so twice is saying it once."""
    actor.must("orders:write")
    hold(session, order)
    parcel = session.exec(
        select(Fulfilment).where(
            Fulfilment.order_id == order.id, col(Fulfilment.public_id) == fulfilment
        )
    ).one_or_none()
    if parcel is None:
        raise NoSuchOrder("There is no such parcel.")
    if parcel.state is FulfilmentState.delivered:
        return parcel
    if parcel.state is not FulfilmentState.shipped:
        raise NotOpen("Only a parcel that was sent can arrive.", state=parcel.state.value)
    parcel.state = FulfilmentState.delivered
    parcel.delivered_at = now()
    session.add(parcel)
    lines = lines_of(session, order)
    carried = session.exec(
        select(FulfilmentLine).where(FulfilmentLine.fulfilment_id == parcel.id)
    ).all()
    by_id = {line.id: line for line in lines}
    for part in carried:
        by_id[part.line_id].delivered += part.quantity
    session.flush()
    fact = FulfilmentDelivered(order.public_id, order.number, parcel.public_id, parcel.number)
    emit(session, fact, actor=actor)
    settle(session, order, lines, actor)
    return parcel


def hand_over(session: Session, actor: Actor, order: Order, lines: Sequence[OrderLine]) -> None:
    """What is left of these lines was given as files: sent and arrived at once. Nothing happens
    where nothing is left, or the order is not open."""
    actor.must("orders:write")
    units = {line.public_id: left_to_fulfil(line) for line in lines if left_to_fulfil(line)}
    if units and order.status is OrderStatus.open:
        parcel = fulfil(session, actor, order, quantities=units, carrier=BY_DOWNLOAD)
        mark_delivered(session, actor, order, parcel.public_id)


def _chosen(lines: Sequence[OrderLine], quantities: Mapping[str, int] | None) -> Units:
    """Which units go out: each within what is left of its line."""
    left = {line.public_id: (line, left_to_fulfil(line)) for line in lines}
    if quantities is None:
        units = [(line, rest) for line, rest in left.values() if rest]
    else:
        units = []
        for ref, quantity in quantities.items():
            line, rest = left.get(ref, (None, 0))
            if line is None:
                raise NotThatMany("This is not part of the order.", field=ref, left=0)
            if not 0 <= quantity <= rest:
                raise NotThatMany(f"{rest} of this can still be sent.", field=ref, left=rest)
            if quantity:
                units.append((line, quantity))
    if not units:
        raise NothingLeft("Choose at least one thing that was not sent yet.")
    return units


def _parcels(session: Session, order: Order) -> int:
    return session.exec(
        select(func.count()).select_from(Fulfilment).where(Fulfilment.order_id == order.id)
    ).one()


def _tracking(carrier: str, number: str, url: str) -> tuple[str, str, str]:
    """Checked, because a page will link to it."""
    carrier, number, url = carrier.strip(), number.strip(), url.strip()
    for value, name, longest in (
        (carrier, "carrier", 80),
        (number, "tracking_number", 120),
        (url, "tracking_url", 500),
    ):
        if len(value) > longest:
            raise Invalid(f"Use at most {longest} characters.", field=name)
    if url:
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            raise Invalid("Enter a web address that begins with https://.", field="tracking_url")
    return carrier, number, url
