"""The orders of an account: all of them, and one of them once more."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import queries as people
from webapp.accounts.guards import Customer, CustomerBeside
from webapp.accounts.queries import Member
from webapp.cart import commands as carts
from webapp.cart import goods as catalogue
from webapp.cart.cookie import cart_for, give
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.orders import commands as ordering
from webapp.orders import queries
from webapp.orders.queries import OrderFilter
from webapp.shop import queries as shops
from webapp.storefront.account.manners import private
from webapp.web import flashes
from webapp.web.deps import Data, Db
from webapp.web.views import redirect, view

pages = APIRouter()

PAGE_SIZE = 20
_MOST_TOLD = 4


@pages.get("/account/orders", name="account.orders")
def orders(
    request: Request,
    member: CustomerBeside,
    data: Data,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """The newest first, a page at a time. What they ordered meanwhile without signing in, with the
    address that is known to be theirs, is theirs from now on."""
    with data.reading() as session:
        are_some = member.is_verified and queries.has_unclaimed(session, member.email)
    if are_some:
        with data.writing() as session:
            ordering.attach_orders(session, people.by_public_id(session, member.person))
    with data.reading() as session:
        request.state.db = session
        try:
            page = queries.listing(
                session, OrderFilter(person=member.key), cursor=cursor, size=PAGE_SIZE
            )
            context = {"member": member, "orders": page, "here": request.url.path}
            return private(view(request, "account/orders.html", context))
        finally:
            del request.state.db


@pages.post("/account/orders/{number}/again", name="account.order_again")
def order_again(request: Request, member: Customer, db: Db, number: str) -> Response:
    """Put what can still be bought into the cart, and say what cannot."""
    page = _own(db, member, number)
    cart = cart_for(request, db, shops.current(db).currency)
    added, refused = 0, []
    for line in page.lines:
        goods = catalogue.by_public_id(db, line.variant)
        try:
            if goods is None:
                raise NotFound("We do not sell this any more.")
            carts.add(db, cart, goods, line.quantity)
            added += 1
        except (Refused, Invalid, NotFound) as refusal:
            refused.append(f"{line.title}: {refusal.detail}")
    notice = "It is in your cart again." if added else None
    response = redirect(request, "/cart", notice=notice)
    for sentence in refused[:_MOST_TOLD]:
        flashes.flash(request, response, sentence, "error")
    return give(request, response, cart)


def _own(session: Session, member: Member, number: str) -> queries.OrderPage:
    """One of their own orders. Somebody else's is not found, like one that never was."""
    found = queries.find(session, number)
    if found is None or found.person_id != member.key:
        raise NotFound("There is no such order in your account.")
    return queries.page_of(session, found)
