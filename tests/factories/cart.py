"""Things to buy, and carts with them."""

from itertools import count
from typing import Any

from sqlmodel import Session

from webapp.cart import commands, goods
from webapp.cart.goods import Goods
from webapp.cart.models import Cart
from webapp.catalogue.models import Product, ProductStatus, Variant
from webapp.inventory import commands as inventory
from webapp.kit.actors import SYSTEM

_numbers = count(1)


def make_goods(
    db: Session,
    title: str = "Oak stool",
    *,
    price: int = 1999,
    on_hand: int | None = 10,
    variant: dict[str, Any] | None = None,
    **product: Any,
) -> Goods:
    """Something a shopper could buy now; ``on_hand`` None is not counted."""
    number = next(_numbers)
    row = Product(
        slug=f"goods-{number}",
        title=title,
        status=ProductStatus.active,
        **product,
    )
    db.add(row)
    db.flush()
    sold = Variant(
        product_id=row.id,
        sku=f"SKU-{number}",
        price_minor=price,
        **({"weight_g": 500} | (variant or {})),
    )
    db.add(sold)
    db.flush()
    if on_hand is None:
        inventory.set_policy(db, SYSTEM, sold.id, is_tracked=False)
    else:
        inventory.ensure_item(db, sold.id)
        if on_hand:
            inventory.receive(db, SYSTEM, sold.id, on_hand)
    db.commit()
    return fresh(db, sold.public_id)


def fresh(db: Session, variant: str) -> Goods:
    """The goods as they stand now."""
    found = goods.by_public_id(db, variant)
    assert found is not None
    # A session that goes on reading would look at this moment for ever, and could not write.
    db.commit()
    return found


def make_cart(db: Session, *wanted: Goods | tuple[Goods, int]) -> Cart:
    """A cart with one of each, or so many."""
    cart = commands.start(db, currency="EUR")
    for one in wanted:
        what, quantity = one if isinstance(one, tuple) else (one, 1)
        commands.add(db, cart, what, quantity)
    db.commit()
    return cart


def set_price(db: Session, what: Goods, price: int) -> Goods:
    """The merchant changes the price."""
    row = db.get(Variant, what.variant_id)
    assert row is not None
    row.price_minor = price
    db.commit()
    return fresh(db, what.variant)


def withdraw(db: Session, what: Goods) -> Goods:
    """The merchant takes it out of the shop."""
    row = db.get(Product, what.product_id)
    assert row is not None
    row.status = ProductStatus.archived
    db.commit()
    return fresh(db, what.variant)
