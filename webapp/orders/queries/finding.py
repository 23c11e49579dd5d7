"""An order by what it is called."""

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from webapp.accounts.models import Person
from webapp.kit.values import Value
from webapp.orders.errors import NoSuchOrder
from webapp.orders.models import Order


class Buyer(Value):
    """Whom to write to about an order, and in which language: the one that somebody with an account
    chose for themselves, else the order's."""

    email: str
    name: str
    locale: str


def find(session: Session, number: str) -> Order | None:
    """The order of that number, exactly as written; nothing parses a number."""
    return session.exec(select(Order).where(Order.number == number)).one_or_none()


def find_written(session: Session, text: str) -> Order | None:
    """The order of a number as somebody wrote it, maybe with a ``#`` before it that is not part
    of it."""
    number = text.strip()
    found = find(session, number)
    if found is None and number.startswith("#"):
        found = find(session, number[1:].strip())
    return found


def by_number(session: Session, number: str) -> Order:
    """The order of that number. Raises ``NoSuchOrder``."""
    order = find(session, number)
    if order is None:
        raise NoSuchOrder("There is no order of that number.", number=number)
    return order


def by_public_id(session: Session, public_id: str) -> Order:
    """The order of that id. Raises ``NoSuchOrder``."""
    order = session.exec(select(Order).where(col(Order.public_id) == public_id)).one_or_none()
    if order is None:
        raise NoSuchOrder("There is no such order.")
    return order


def at_hand(session: Session, public_id: str) -> Order | None:
    """The order of that id where this transaction has it already, without a statement."""
    for known in session.identity_map.values():
        if isinstance(known, Order) and known.public_id == public_id:
            return known
    return None


def of_cart(session: Session, cart_id: int) -> Order | None:
    """What the cart became, if it became an order."""
    return session.exec(select(Order).where(Order.cart_id == cart_id)).one_or_none()


def by_attempt(session: Session, attempt: str) -> Order | None:
    """What a checkout form became, if it was sent before."""
    return session.exec(select(Order).where(Order.attempt == attempt)).one_or_none()


def placed_before(session: Session, cart_id: int, attempt: str | None) -> Order | None:
    """The order that this cart, or this very form, became already."""
    same = col(Order.cart_id) == cart_id
    if attempt is not None:
        same = or_(same, col(Order.attempt) == attempt)
    found = session.exec(select(Order).where(same).order_by(col(Order.id)).limit(2)).all()
    return next((order for order in found if order.cart_id == cart_id), found[0] if found else None)


def buyer_of(session: Session, public_id: str) -> Buyer | None:
    """Who placed the order of that id, if it is an order's. In the transaction that places or
    changes it that costs no statement, and one for somebody with an account.
    """
    known = at_hand(session, public_id)
    if known is not None:
        own = _own_locale(session, known.person_id) if known.person_id else ""
        return Buyer(known.email, known.customer_name, own or known.locale)
    row = session.exec(
        select(
            Order.email,
            Order.customer_name,
            func.coalesce(func.nullif(Person.locale, ""), Order.locale),
        )
        .outerjoin(Person, col(Person.id) == col(Order.person_id))
        .where(col(Order.public_id) == public_id)
    ).one_or_none()
    return Buyer(*row) if row else None


def _own_locale(session: Session, person_key: int) -> str:
    return session.exec(select(Person.locale).where(Person.id == person_key)).first() or ""


def has_unclaimed(session: Session, email: str) -> bool:
    """Whether orders with this address belong to nobody's account."""
    found = select(Order.id).where(Order.email == email, col(Order.person_id).is_(None)).limit(1)
    return session.exec(found).first() is not None
