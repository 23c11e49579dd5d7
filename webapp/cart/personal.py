"""What carts keep about somebody: what they meant to buy, and what they typed at checkout."""

from sqlmodel import Session, col, select

from webapp.cart import commands
from webapp.cart.models import Cart, CartLine
from webapp.catalogue.models import Variant
from webapp.runtime.events import plain
from webapp.runtime.personal import Personal, Whose

personal = Personal()


@personal.gives("carts")
def carts(session: Session, whose: Whose) -> object:
    rows = session.exec(
        select(Cart).where(Cart.person_id == whose.key).order_by(col(Cart.id))
    ).all()
    lines: dict[int, list[object]] = {}
    for cart, variant, quantity, is_saved, added_at in session.exec(
        select(  # type: ignore[call-overload]
            CartLine.cart_id,
            Variant.public_id,
            CartLine.quantity,
            CartLine.is_saved,
            CartLine.added_at,
        )
        .join(Variant, col(Variant.id) == col(CartLine.variant_id))
        .where(col(CartLine.cart_id).in_([row.id for row in rows]))
        .order_by(col(CartLine.id))
    ):
        kept = {"variant": variant, "quantity": quantity, "saved": is_saved, "added_at": added_at}
        lines.setdefault(cart, []).append(plain(kept))
    return [
        {
            **plain(
                {
                    "state": row.state,
                    "currency": row.currency,
                    "typed": row.checkout,
                    "created_at": row.created_at,
                    "updated_at": row.updated_at,
                }
            ),
            "lines": lines.get(row.id or 0, []),
        }
        for row in rows
    ]


@personal.forgets
def forget_carts(session: Session, whose: Whose) -> None:
    commands.forget_person(session, whose.key)
