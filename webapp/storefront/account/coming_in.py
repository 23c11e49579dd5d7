"""From somebody who proved who they are to a browser that is signed in: one way for all doors."""

from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands
from webapp.accounts.guards import COOKIE, browser_of, remember_in, token_of
from webapp.accounts.queries import Credentials
from webapp.cart.cookie import forget as forget_cart
from webapp.runtime.db import Database
from webapp.storefront.account.joining import join_carts
from webapp.web.sessions import forget_cookie, set_cookie
from webapp.web.views import local_path, redirect

HOME = "/account"


def come_in(
    request: Request,
    data: Database,
    known: Credentials,
    *,
    how: str = "password",
    keep: bool = False,
    to: str = "",
    notice: str | None = None,
) -> Response | None:
    """Sign the browser in and lead it on; None when the account was closed or changed meanwhile."""
    browser = browser_of(request, known, is_kept=keep)
    with data.writing() as session:
        secret = commands.admit(session, known, browser, how=how, instead_of=token_of(request))
    if secret is None:
        return None
    response = redirect(request, onward(to), notice=notice)
    span = commands.span_of(known.role, is_kept=keep)
    carry(request, response, secret, span, is_kept=keep)
    remember_in(request, response, known.person)
    join_carts(request, response, data, known)
    return response


def carry(
    request: Request, response: Response, secret: str, span: commands.Span, *, is_kept: bool
) -> None:
    """Give the browser its token: until it is closed, or for as long as it is kept."""
    seconds = int(span.at_most.total_seconds())
    set_cookie(request, response, COOKIE, secret, seconds, until_closed=not is_kept)


def drop(request: Request, response: Response) -> None:
    """Take the token away again, and the cart, which stays with the account. That the browser is
    known stays: it says nothing of anybody."""
    forget_cookie(request, response, COOKIE)
    forget_cart(request, response)


def onward(to: str) -> str:
    """Where to go after signing in: a page of this shop, never another's."""
    return local_path(to) or HOME
