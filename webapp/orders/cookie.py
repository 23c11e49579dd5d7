"""Which orders this browser placed: for a day it sees them without signing in."""

from starlette.requests import Request
from starlette.responses import Response

from webapp.orders.models import Order
from webapp.web.sessions import read_cookie, set_cookie

LASTS = 24 * 3600
"""Seconds after placing."""


def give(request: Request, response: Response, order: Order) -> Response:
    """Let this browser see the order it has just placed."""
    set_cookie(request, response, _name(order), order.public_id, LASTS)
    return response


def holds(request: Request, order: Order) -> bool:
    """Whether this browser placed the order, not longer than a day ago."""
    return read_cookie(request, _name(order)) == order.public_id


def _name(order: Order) -> str:
    # The random id, not the number: a cookie's name holds fewer characters than a number may.
    return f"placed_{order.public_id}"
