"""Orders whose buyer was erased: the books keep what was sold, where to and for how much."""

from datetime import datetime

from sqlmodel import Session, col, delete, or_, select

from webapp.accounts.addresses import Address
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import now
from webapp.orders.events import BuyerForgotten
from webapp.orders.models import Fulfilment, Order, OrderLookup
from webapp.runtime.events import emit_all
from webapp.runtime.mail import empty_mail_about

AT_ONCE = 200


def forget_buyer(session: Session, key: int, email: str, *, years: int) -> int:
    """Forget who placed these orders; gives their number. For ``years`` after an order the law
    wants to see whom its invoice names, so name and address of that are kept as long, and no more.

    ``email`` is empty unless it is known to be theirs.
    """
    theirs = col(Order.person_id) == key
    if email:
        theirs = or_(theirs, col(Order.email) == email)
    orders = session.exec(select(Order).where(theirs).order_by(col(Order.id))).all()
    for order in orders:
        until = years_later(order.placed_at, years)
        order.forget_at = until
        _forget(order, all_of_it=until <= now())
        session.add(order)
    _forget_ways(session, [order.id or 0 for order in orders])
    empty_mail_about(session, "order", [order.public_id for order in orders])
    emit_all(session, [_fact(order) for order in orders], actor=SYSTEM)
    return len(orders)


def forget_due(session: Session) -> int:
    """Forget the invoices of erased buyers that were kept long enough, some at once; gives how
    many those were."""
    orders = session.exec(
        select(Order)
        .where(col(Order.forget_at) <= now())
        .order_by(col(Order.id))
        .limit(AT_ONCE)
        .with_for_update()
    ).all()
    for order in orders:
        _forget(order, all_of_it=True)
        session.add(order)
    emit_all(session, [_fact(order) for order in orders], actor=SYSTEM)
    return len(orders)


def years_later(at: datetime, years: int) -> datetime:
    """The end of the year in which so many years are over: retention counts whole years. With no
    years, at once."""
    if years <= 0:
        return at
    return at.replace(year=at.year + years + 1, month=1, day=1, hour=0, minute=0, second=0)


def _forget(order: Order, *, all_of_it: bool) -> None:
    order.person_id = None
    order.email = order.phone = order.note = order.gift_message = ""
    order.shipping_address = _country_alone(order.shipping_address, order.locale)
    if all_of_it:
        order.customer_name = ""
        order.billing_address = _country_alone(order.billing_address, order.locale)
        order.forget_at = None


def _country_alone(address: dict[str, object], locale: str) -> dict[str, object]:
    """Tax was decided by the country, so that stays."""
    country = address.get("country")
    return Address(country).frozen(locale) if isinstance(country, str) and country else {}


def _forget_ways(session: Session, keys: list[int]) -> None:
    """A parcel's number leads to its addressee, a mailed link to the order."""
    session.exec(delete(OrderLookup).where(col(OrderLookup.order_id).in_(keys)))
    for parcel in session.exec(select(Fulfilment).where(col(Fulfilment.order_id).in_(keys))):
        parcel.tracking_number = parcel.tracking_url = ""
        session.add(parcel)


def _fact(order: Order) -> BuyerForgotten:
    return BuyerForgotten(order.public_id, order.number, until=order.forget_at)
