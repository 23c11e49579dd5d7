"""Which cart this browser carries. A forged, damaged or unknown cookie is simply no cart."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.guards import member_of
from webapp.cart import commands, queries
from webapp.cart.models import Cart, CartState
from webapp.kit.ids import is_public_id
from webapp.web.sessions import forget_cookie, read_cookie, set_cookie

NAME = "cart"
LASTS = 30 * 24 * 3600
"""Seconds from the last time something was done with it."""


def carried(request: Request) -> str | None:
    """The public id in the cookie, if it was signed by us."""
    value = read_cookie(request, NAME)
    return value if isinstance(value, str) and is_public_id(value, "crt") else None


def cart_of(request: Request, db: Session) -> Cart | None:
    """The open cart of this browser, if it has one."""
    cart = any_cart_of(request, db)
    return cart if cart is not None and cart.state is CartState.open else None


def any_cart_of(request: Request, db: Session) -> Cart | None:
    """The browser's cart, also one that became an order already.

    Whoever is signed in has the cart of their account on every device. A cart of an account is
    nobody's where that account is not signed in.
    """
    member = member_of(request, db)
    own = queries.newest_cart_of(db, member.key) if member is not None else None
    if own is not None:
        return own
    public_id = carried(request)
    cart = queries.find(db, public_id) if public_id else None
    if cart is None or cart.person_id is None:
        return cart
    return cart if member is not None and cart.person_id == member.key else None


def cart_for(request: Request, db: Session, currency: str) -> Cart:
    """The open cart of this browser, begun where there is none."""
    cart = cart_of(request, db)
    if cart is not None:
        return cart
    member = member_of(request, db)
    return commands.start(db, currency=currency, person=member.key if member else None)


def forget(request: Request, response: Response) -> None:
    """Let the browser carry no cart."""
    forget_cookie(request, response, NAME)


def give(request: Request, response: Response, cart: Cart) -> Response:
    """Let the browser carry ``cart`` for another thirty days."""
    set_cookie(request, response, NAME, cart.public_id, LASTS)
    return response
