"""From somebody who proved who they are to a browser that is signed in: one way for all doors."""

from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands
from webapp.accounts.cookie import carry_coming
from webapp.accounts.errors import SecondFactorNeeded
from webapp.accounts.factors import half_way
from webapp.accounts.guards import COOKIE, browser_of, remember_in, token_of
from webapp.accounts.queries import Credentials, Member
from webapp.cart.cookie import forget as forget_cart
from webapp.runtime.db import Database
from webapp.storefront.account.joining import join_carts
from webapp.web.sessions import forget_cookie, set_cookie
from webapp.web.views import local_path, redirect

HOME = "/account"
SECOND = "/account/second"


def come_in(
    request: Request,
    data: Database,
    known: Credentials,
    *,
    how: str = "password",
    keep: bool = False,
    to: str = "",
    notice: str | None = None,
    second: str = "",
) -> Response | None:
    """Sign the browser in and lead it on; None when the account was closed or changed meanwhile.
    Whoever has a second factor is led to the page that asks for it, until it was shown: ``second``
    says as what."""
    browser = browser_of(request, known, is_kept=keep)
    try:
        with data.writing() as session:
            secret = commands.admit(
                session, known, browser, how=how, second=second, instead_of=token_of(request)
            )
    except SecondFactorNeeded:
        return ask_for_more(request, data, known, SECOND, how=how, keep=keep, to=to)
    if secret is None:
        return None
    response = redirect(request, onward(to), notice=notice)
    span = commands.span_of(known.role, is_kept=keep)
    carry(request, response, secret, span, is_kept=keep)
    remember_in(request, response, known.person)
    join_carts(request, response, data, known)
    return response


def ask_for_more(
    request: Request,
    data: Database,
    known: Credentials,
    page: str,
    *,
    how: str,
    keep: bool,
    to: str,
) -> Response | None:
    """Lead somebody who has shown the first factor to ``page``, which asks for the second."""
    with data.reading() as session:
        half = half_way(session, known.person)
    if half is None or half.known.password_hash != known.password_hash:
        return None
    response = redirect(request, page)
    carry_coming(request, response, half, how=how, keep=keep, to=to)
    return response


def renew(request: Request, response: Response, data: Database, member: Member) -> None:
    """They proved anew who they are: the browser gets another token, and one that was copied before
    is worth nothing."""
    with data.writing() as session:
        secret = commands.confirm(session, member)
    span = commands.span_of(member.role, is_kept=member.is_kept)
    carry(request, response, secret, span, is_kept=member.is_kept or member.role is not None)


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
