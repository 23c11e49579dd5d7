"""Checkout on one page. Whatever is typed is kept with the cart, and an order is placed once."""

import contextlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands as accounts
from webapp.accounts import profiles
from webapp.accounts.errors import FullAddressBook
from webapp.accounts.guards import Visitor, member_of
from webapp.accounts.queries import Member, by_public_id
from webapp.accounts.words import NEWS
from webapp.cart import commands as carts
from webapp.cart import queries as cart_queries
from webapp.cart.cookie import any_cart_of, cart_of, give
from webapp.cart.models import Cart, CartState
from webapp.checkout import choices
from webapp.checkout.forms import CheckoutForm
from webapp.checkout.queries import checkout_view
from webapp.kit.errors import Invalid, Refused, ShopError
from webapp.kit.ids import token
from webapp.kit.values import Value
from webapp.orders import commands as ordering
from webapp.orders import cookie as order_cookie
from webapp.orders import queries as orders
from webapp.orders.errors import EmptyCart
from webapp.orders.models import Order
from webapp.orders.pages import path_of
from webapp.runtime.db import Database
from webapp.shop import queries as shops
from webapp.shop.queries import Shop
from webapp.web.afterwards import note_afterwards
from webapp.web.challenge import Challenge, gate_of, without_gate
from webapp.web.deps import Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view, wants_fragment

pages = APIRouter()

Typed = Annotated[Submission[CheckoutForm], Depends(submitted(CheckoutForm))]


@pages.get("/checkout", name="checkout.checkout")
def checkout(request: Request, member: Visitor, db: Db) -> Response:
    cart = any_cart_of(request, db)
    elsewhere = _elsewhere(request, db, cart)
    if elsewhere is not None or cart is None:
        return elsewhere or redirect(request, "/cart")
    typed = dict(cart.checkout)
    if member is not None:
        typed = choices.begun(typed, member.email, profiles.address_book(db, member.key))
    return _page(request, db, shops.current(db), cart, Submission(values=typed))


@pages.post("/checkout/details", name="checkout.details")
def details(request: Request, form: Typed, member: Visitor, db: Db) -> Response:
    """Keep what was typed and show what follows from it: fields of a country, delivery, total."""
    cart = any_cart_of(request, db)
    elsewhere = _elsewhere(request, db, cart)
    if elsewhere is not None or cart is None:
        return elsewhere or redirect(request, "/cart")
    form.values = _with_saved(db, member, _typed(form))
    carts.keep(db, cart, choices.kept(form.values))
    if not wants_fragment(request):
        return give(request, redirect(request, "/checkout"), cart)
    again: Submission[CheckoutForm] = Submission(values=form.values)
    return _page(request, db, shops.current(db), cart, again)


@pages.post("/checkout", name="checkout.submit_checkout")
def submit_checkout(request: Request, form: Typed, data: Data) -> Response:
    """Place the order, or say what is in the way and keep all that was typed."""
    form.values = _typed(form)
    challenge = gate_of(request).asks(
        request, "checkout", form, lambda outcome: _count(data, outcome)
    )
    form.values = without_gate(form.values)
    # Looked at before the turn to write: who comes too late does not keep others waiting.
    with data.reading() as session:
        found = _asked(request, session, form, challenge)
    if isinstance(found, Response):
        return found
    try:
        with data.writing() as session:
            shop = shops.current(session)
            order = ordering.place(session, shop, found.cart, found.placement)
            _remember(session, form, found.buyer, found.member)
    except (Refused, Invalid) as refused:
        with data.reading() as session:
            return _again(request, session, form, refused)
    return _to_order(request, order)


class Wish(Value):
    """What somebody asks for, read from the form and not impossible so far."""

    cart: str
    placement: ordering.Placement
    buyer: choices.Buyer
    member: Member | None


def _asked(
    request: Request, session: Session, form: Submission[CheckoutForm], challenge: Challenge | None
) -> Wish | Response:
    """What is to be placed; or the answer, where it cannot be or was already."""
    if challenge is not None:
        return _again(request, session, form, challenge=challenge)
    try:
        found = _wish(request, session, form)
    except (Refused, Invalid) as refused:
        return _again(request, session, form, refused)
    if found is None:
        return _again(request, session, form)
    return _to_order(request, found) if isinstance(found, Order) else found


def _wish(
    request: Request, session: Session, form: Submission[CheckoutForm]
) -> Wish | Order | None:
    """What is asked for, or the order that it is already; None when something that was typed is
    not right (it stands in the form). Refuses what ``place`` refuses.
    """
    cart = any_cart_of(request, session)
    if cart is None:
        raise EmptyCart("There is nothing to order.")
    shop = shops.current(session)
    member = member_of(request, session)
    form.values = _with_saved(session, member, form.values)
    ships = "shipping-country" in form.values
    buyer = choices.read_buyer(shop, form.values, ships=ships)
    for name, sentence in buyer.errors.items():
        form.refuse(name, sentence)
    typed = form.data
    if shop.terms and not form.values.get("terms"):
        form.refuse("terms", "Please read the terms and tick this box.")
        typed = None
    if typed is None or buyer.errors or buyer.billing is None:
        if cart.id is None or cart.state is CartState.open:
            return None
        return orders.of_cart(session, cart.id)
    placement = ordering.Placement(
        email=buyer.email,
        phone=buyer.phone,
        billing_address=buyer.billing,
        shipping_address=buyer.shipping,
        shipping_method=typed.method or None,
        payment_method=typed.payment,
        note=typed.note,
        gift_message=typed.gift_message,
        terms_version=typed.terms_version if typed.terms else None,
        attempt=choices.attempt_of(typed.attempt),
        cart_version=typed.cart_version,
        shown_total_minor=typed.shown_total,
        person_id=member.key if member is not None else None,
    )
    already = ordering.look(session, shop, cart.public_id, placement)
    return already or Wish(cart.public_id, placement, buyer, member)


def _with_saved(session: Session, member: Member | None, typed: dict[str, str]) -> dict[str, str]:
    if member is None or not typed.get(choices.SAVED):
        return typed
    return choices.with_saved(typed, profiles.address_book(session, member.key))


def _remember(
    session: Session,
    form: Submission[CheckoutForm],
    buyer: choices.Buyer,
    member: Member | None,
) -> None:
    """What they ticked beside the order: keep the address, send us your news."""
    if member is not None and form.values.get("save_address"):
        address = buyer.shipping or buyer.billing
        if address is not None:
            # A full address book is no reason to refuse an order.
            with contextlib.suppress(FullAddressBook):
                accounts.add_address(session, member, address)
    if form.values.get("news"):
        person = by_public_id(session, member.person) if member is not None else None
        email = person.email if person is not None else buyer.email
        accounts.say_consent(
            session, email, person=person, is_given=True, source="checkout", wording=NEWS
        )


def _again(
    request: Request,
    session: Session,
    form: Submission[CheckoutForm],
    refusal: ShopError | None = None,
    challenge: Challenge | None = None,
) -> Response:
    """The form as it was typed, with what is in the way. Kept for the next visit as well."""
    if isinstance(refusal, EmptyCart):
        return redirect(request, "/cart", notice="Your cart is empty.")
    differences: list[str] = []
    if refusal is not None:
        told = refusal.facts.get("differences")
        differences = [str(one) for one in told] if isinstance(told, list) else []
        form.refuse(str(refusal.facts.get("field", "")), refusal.detail)
    cart = any_cart_of(request, session)
    elsewhere = _elsewhere(request, session, cart)
    if elsewhere is not None or cart is None:
        return elsewhere or redirect(request, "/cart")
    request.state.db = session
    try:
        shop = shops.current(session)
        answer = _page(request, session, shop, cart, form, differences, refusal, challenge)
    finally:
        del request.state.db
    typed = choices.kept(form.values)
    if typed.items() - cart.checkout.items():
        # They have it before them; it is for their next visit. Of a crowd that was refused nobody
        # shall wait until it is written for all.
        answer.background = BackgroundTask(note_afterwards, request, _keeping(request, typed))
    return answer


def _keeping(request: Request, typed: dict[str, str]) -> Callable[[Session], None]:
    def keep(session: Session) -> None:
        still_open = cart_of(request, session)
        if still_open is not None:
            carts.keep(session, still_open, typed)

    return keep


def _count(data: Database, outcome: str) -> None:
    with data.writing() as session:
        accounts.count_at_gate(session, "checkout", outcome)


def _typed(form: Submission[CheckoutForm]) -> dict[str, str]:
    """What was sent; a box without a tick is not sent, and means no."""
    return {choices.SAME: "", **form.values}


def _page(
    request: Request,
    db: Session,
    shop: Shop,
    cart: Cart,
    form: Submission[CheckoutForm],
    differences: list[str] | None = None,
    refusal: ShopError | None = None,
    challenge: Challenge | None = None,
) -> Response:
    shown = checkout_view(db, shop, cart, form.values)
    attempt = choices.attempt_of(form.values.get("attempt", "")) or token()
    values = {**form.values, **shown.chosen}
    context: dict[str, Any] = {
        "checkout": shown,
        "form": Submission[CheckoutForm](
            values=values,
            errors=form.errors,
            lists={name: [value] for name, value in values.items()},
        ),
        "attempt": attempt,
        "stamp": gate_of(request).stamp("checkout"),
        "challenge": challenge,
        "differences": differences or [],
        "book": _book(request, db, shop),
        "news": NEWS,
    }
    # An htmx swap of a form is known by 422; a visit is told the truth: it was not possible now.
    is_conflict = isinstance(refusal, Refused) and not wants_fragment(request)
    status = 409 if is_conflict else 422 if form.errors or challenge else 200
    response = view(request, "checkout/checkout.html#checkout_form", context, status=status)
    return give(request, response, cart)


def _book(request: Request, db: Session, shop: Shop) -> list[tuple[str, str]] | None:
    """The addresses to choose from; None for a guest."""
    member = member_of(request, db)
    if member is None:
        return None
    book = profiles.address_book(db, member.key)
    return [(one.public_id, ", ".join(one.address.lines(shop.locale))) for one in book]


def _elsewhere(request: Request, db: Session, cart: Cart | None) -> Response | None:
    """Where to go when there is nothing to check out: the order it became, or the cart."""
    if cart is not None and cart.id is not None and cart.state is not CartState.open:
        order = orders.of_cart(db, cart.id)
        if order is not None:
            return _to_order(request, order)
    if cart is None or not cart_queries.lines_of(db, cart):
        return redirect(request, "/cart", notice="Your cart is empty.")
    return None


def _to_order(request: Request, order: Order) -> Response:
    return order_cookie.give(request, redirect(request, path_of(order.number)), order)
