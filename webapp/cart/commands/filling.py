"""Putting things into a cart and taking them out. No price and no stock is promised here."""

from collections.abc import Mapping

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from webapp.cart import goods as catalogue
from webapp.cart import queries
from webapp.cart.errors import (
    CartIsClosed,
    CartIsFull,
    NoSuchLine,
    NotEnough,
    NotForSale,
    QuantityOutOfBounds,
    UnknownItem,
)
from webapp.cart.goods import LARGEST_QUANTITY, Goods
from webapp.cart.models import Cart, CartLine, CartState
from webapp.kit.clock import now

MOST_LINES = 100
"""Different things in one cart."""

LONGEST_NOTE = 1000


def start(session: Session, *, currency: str, person: int | None = None) -> Cart:
    """An empty cart; of ``person`` (their key) the one that is open already, if there is one."""
    cart = Cart(currency=currency, person_id=person)
    if person is None:
        session.add(cart)
        session.flush()
        return cart
    there = queries.open_cart_of(session, person, currency)
    if there is not None:
        return there
    try:
        with session.begin_nested():
            session.add(cart)
            session.flush()
    except IntegrityError:
        # Another browser of theirs was faster by a moment.
        there = queries.open_cart_of(session, person, currency)
        if there is None:
            raise
        return there
    return cart


def add(session: Session, cart: Cart, goods: Goods, quantity: int = 1) -> CartLine:
    """Put ``quantity`` more of it in; what is there already counts towards the limits.

    Refuses with ``NotForSale``, ``NotEnough`` (fact ``left``), ``QuantityOutOfBounds`` or
    ``CartIsFull``, and then nothing has changed.
    """
    _hold(session, cart)
    if not 1 <= quantity <= LARGEST_QUANTITY:
        raise QuantityOutOfBounds(
            f"Enter a quantity from 1 to {LARGEST_QUANTITY}.", field="quantity"
        )
    line = session.exec(
        select(CartLine).where(CartLine.cart_id == cart.id, CartLine.variant_id == goods.variant_id)
    ).one_or_none()
    there = line.quantity if line and not line.is_saved else 0
    _check(goods, there + quantity, there)
    if line is None:
        line = _new_line(session, cart, goods)
    line.quantity, line.is_saved = there + quantity, False
    line.seen_price_minor = goods.price_minor
    session.add(line)
    _touch(session, cart)
    return line


def set_quantity(session: Session, cart: Cart, line_key: str, quantity: int) -> CartLine | None:
    """Have exactly so many of a line; 0 removes it (then None). Refuses like ``add``.

    Its price counts as seen: the shopper is looking at it.
    """
    _hold(session, cart)
    line = _line(session, cart, line_key)
    if quantity == 0:
        _remove(session, cart, line)
        return None
    if not 1 <= quantity <= LARGEST_QUANTITY:
        raise QuantityOutOfBounds(
            f"Enter a quantity from 0 to {LARGEST_QUANTITY}.", field="quantity"
        )
    goods = catalogue.by_variant(session, [line.variant_id]).get(line.variant_id)
    if goods is None:
        raise UnknownItem("We do not sell that, or not any more.")
    _check(goods, quantity, 0)
    line.quantity = quantity
    line.seen_price_minor = goods.price_minor
    session.add(line)
    _touch(session, cart)
    return line


def remove(session: Session, cart: Cart, line_key: str) -> None:
    """Take a line out. Refuses with ``NoSuchLine`` what is not in this cart."""
    _hold(session, cart)
    _remove(session, cart, _line(session, cart, line_key))


def save_for_later(session: Session, cart: Cart, line_key: str) -> None:
    """Keep a line beside the cart: it is not counted and not ordered. Adding it again brings it
    back. Refuses with ``NoSuchLine``."""
    _hold(session, cart)
    line = _line(session, cart, line_key)
    line.is_saved = True
    session.add(line)
    _touch(session, cart)


def accept_prices(session: Session, cart: Cart) -> None:
    """The shopper has read that prices moved; from now on they are what was seen."""
    _hold(session, cart)
    lines = queries.lines_of(session, cart)
    found = catalogue.by_variant(session, [line.variant_id for line in lines])
    for line in lines:
        if line.variant_id in found:
            line.seen_price_minor = found[line.variant_id].price_minor
            session.add(line)
    session.flush()


def set_note(session: Session, cart: Cart, note: str) -> None:
    """What the shopper wants to say about the order, up to 1,000 characters."""
    if len(note) > LONGEST_NOTE:
        raise QuantityOutOfBounds(f"Use at most {LONGEST_NOTE:,} characters.", field="note")
    keep(session, cart, {"note": note})


def keep(session: Session, cart: Cart, typed: Mapping[str, str]) -> None:
    """Remember what was typed at checkout. Does not count as a change of the cart."""
    _hold(session, cart)
    cart.checkout = {**cart.checkout, **typed}
    cart.updated_at = now()
    session.add(cart)
    session.flush()


def hold(session: Session, public_id: str) -> Cart | None:
    """The cart in whatever state, kept from others until the transaction ends."""
    return session.exec(
        select(Cart)
        .where(Cart.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def convert(session: Session, cart: Cart) -> None:
    """It became an order. What was typed is on the order now and is forgotten here."""
    cart.state = CartState.converted
    cart.checkout = {}
    cart.updated_at = now()
    session.add(cart)
    session.flush()


def _hold(session: Session, cart: Cart) -> None:
    """Two clicks at once follow each other; a cart that became an order takes nothing more."""
    if session.get_bind().dialect.name != "sqlite":  # SQLite has one writer at a time as it is
        session.refresh(cart, with_for_update=True)
    if cart.state is not CartState.open:
        raise CartIsClosed("This cart has been ordered already. Anything new starts another one.")


def _check(goods: Goods, quantity: int, there: int) -> None:
    """Whether so many can be in the cart, ``there`` of which are in it already."""
    if not goods.is_for_sale:
        raise NotForSale(f"{goods.name} is not for sale any more.")
    left = goods.left
    if left is not None and quantity > left:
        raise NotEnough(_scarce(left, there), left=max(left, 0), field="quantity")
    if quantity > goods.maximum:
        already = f" {there} are in your cart already." if there else ""
        raise QuantityOutOfBounds(
            f"You can order at most {goods.maximum} of this.{already}", field="quantity"
        )
    if quantity < goods.minimum:
        raise QuantityOutOfBounds(f"This is sold from {goods.minimum} pieces.", field="quantity")


def _scarce(left: int, there: int) -> str:
    if left <= 0:
        return "This has just sold out."
    if there == 0:
        return f"There {'is' if left == 1 else 'are'} only {left} left."
    if there >= left:
        return f"There {'is' if left == 1 else 'are'} only {left} left, all in your cart already."
    return f"There are only {left} left, {there} of them in your cart already."


def _new_line(session: Session, cart: Cart, goods: Goods) -> CartLine:
    if cart.id is None:
        raise ValueError("the cart has not been stored yet")
    if len(queries.lines_of(session, cart)) >= MOST_LINES:
        raise CartIsFull(
            f"A cart holds {MOST_LINES} different things. Order these first, then the others."
        )
    return CartLine(
        cart_id=cart.id,
        variant_id=goods.variant_id,
        quantity=0,
        seen_price_minor=goods.price_minor,
    )


def _line(session: Session, cart: Cart, line_key: str) -> CartLine:
    line = session.exec(
        select(CartLine).where(CartLine.cart_id == cart.id, col(CartLine.public_id) == line_key)
    ).one_or_none()
    if line is None:
        raise NoSuchLine("This is not in your cart any more.")
    return line


def _remove(session: Session, cart: Cart, line: CartLine) -> None:
    session.delete(line)
    _touch(session, cart)


def _touch(session: Session, cart: Cart) -> None:
    cart.version += 1
    cart.updated_at = now()
    session.add(cart)
    session.flush()
