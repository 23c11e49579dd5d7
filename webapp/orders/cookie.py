"""Which orders a browser may see: without signing in those it placed, for a day, and one it opened
by a mailed link, for two hours; signed in those of its owner."""

from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.queries import Member
from webapp.orders.models import Order
from webapp.web.sessions import forget_cookie, held_cookies, read_cookie, set_cookie

LASTS = 24 * 3600
"""Seconds after placing."""
OPENED_LASTS = 2 * 3600
_WAYS = ("placed", "opened")


def give(request: Request, response: Response, order: Order) -> Response:
    """Let this browser see the order it has just placed."""
    set_cookie(request, response, f"placed_{order.public_id}", order.public_id, LASTS)
    return response


def give_opened(request: Request, response: Response, order: Order) -> Response:
    """Let this browser see the order whose link it followed."""
    set_cookie(request, response, f"opened_{order.public_id}", order.public_id, OPENED_LASTS)
    return response


def holds(request: Request, order: Order) -> bool:
    """Whether this browser may see the order now."""
    # Named after the random id, not the number: a cookie's name holds fewer characters than a
    # number may.
    return any(read_cookie(request, f"{way}_{order.public_id}") == order.public_id for way in _WAYS)


def forget_all(request: Request, response: Response) -> None:
    """Close every order to this browser: whoever signs out leaves nothing of theirs to the next."""
    for way in _WAYS:
        for name in held_cookies(request, f"{way}_"):
            forget_cookie(request, response, name)


def may_see(request: Request, member: Member | None, order: Order) -> bool:
    """Whether this browser, or whoever is signed in in it, may see the order and what is in it."""
    return holds(request, order) or (member is not None and order.person_id == member.key)
