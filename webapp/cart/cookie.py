"""Which cart this browser carries. A forged, damaged or unknown cookie is simply no cart."""

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.cart import queries
from webapp.cart.models import Cart, CartState
from webapp.kit.ids import is_public_id
from webapp.web.sessions import read_cookie, set_cookie

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
    """The browser's cart, also one that became an order already."""
    public_id = carried(request)
    return queries.find(db, public_id) if public_id else None


def give(request: Request, response: Response, cart: Cart) -> Response:
    """Let the browser carry ``cart`` for another thirty days."""
    set_cookie(request, response, NAME, cart.public_id, LASTS)
    return response
