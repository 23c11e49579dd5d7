"""Orders in the states that tests tell stories about."""

from typing import Any

from sqlmodel import Session

from tests.factories.cart import make_cart, make_goods
from tests.factories.pricing import make_shipping_method
from webapp.accounts.addresses import Address
from webapp.cart.goods import Goods
from webapp.cart.models import Cart
from webapp.cart.queries import cart_view
from webapp.kit.actors import Actor
from webapp.orders import commands
from webapp.orders.commands import Placement
from webapp.orders.models import Order
from webapp.pricing.queries import Quote, all_shipping_methods, quote
from webapp.shop.queries import Shop, current

BERLIN = Address(
    "DE",
    name="Ada Lovelace",
    street_address="Torstraße 1",
    postal_code="10119",
    city="Berlin",
)

CLERK = Actor("staff", "per_clerk", "Cleo Clerk", frozenset({"orders:read", "orders:write"}))
READER = Actor("staff", "per_reader", "Rita Reader", frozenset({"orders:read"}))


def quoted(db: Session, cart: Cart, *, country: str = "DE", method: str | None = None) -> Quote:
    """What the checkout page would show for this cart."""
    shop = current(db)
    return quote(db, shop, cart_view(db, shop, cart).items(), country=country, method=method)


def make_placement(db: Session, cart: Cart, **values: Any) -> Placement:
    """What Ada in Berlin sends when she has just seen the checkout page. A shop without any way of
    sending gets one that costs nothing."""
    if not all_shipping_methods(db):
        make_shipping_method(db, price=0)
    shown = quoted(db, cart, method=values.get("shipping_method"))
    sends = shown.needs_shipping
    return Placement(
        **{
            "email": "ada@example.com",
            "billing_address": BERLIN,
            "shipping_address": BERLIN if sends else None,
            "payment_method": "bank_transfer",
            "shipping_method": shown.way.public_id if shown.way else None,
            "cart_version": cart.version,
            "shown_total_minor": shown.totals.total.minor,
        }
        | values
    )


def place(db: Session, cart: Cart, shop: Shop | None = None, **values: Any) -> Order:
    """Place the cart's order, as the checkout page does."""
    placement = make_placement(db, cart, **values)
    order = commands.place(db, shop or current(db), cart.public_id, placement)
    db.commit()
    return order


def make_order(db: Session, *wanted: Goods | tuple[Goods, int], **values: Any) -> Order:
    """An open, unpaid order of Ada's: one oak stool for 19.99, unless told."""
    return place(db, make_cart(db, *(wanted or [make_goods(db)])), **values)


def make_paid_order(db: Session, *wanted: Goods | tuple[Goods, int], **values: Any) -> Order:
    """The same, and the money has come in."""
    order = make_order(db, *wanted, **values)
    commands.mark_paid(db, CLERK, order)
    db.commit()
    return order


def make_shipped_order(db: Session, *wanted: Goods | tuple[Goods, int], **values: Any) -> Order:
    """Paid, and sent in one parcel: complete."""
    order = make_paid_order(db, *wanted, **values)
    commands.fulfil(db, CLERK, order, carrier="DHL", tracking_number="00340")
    db.commit()
    return order
