"""The cart's pages: what is in it, and every way of changing that."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.guards import Visitor
from webapp.cart import commands, queries
from webapp.cart import goods as catalogue
from webapp.cart.cookie import any_cart_of, carried, cart_for, cart_of, give
from webapp.cart.errors import NoSuchLine, QuantityOutOfBounds, UnknownItem
from webapp.cart.forms import AddForm, NoteForm, QuantityForm, SharedForm
from webapp.cart.goods import Goods
from webapp.cart.models import Cart, CartState
from webapp.cart.permalink import Wish, read_items
from webapp.kit.errors import Invalid, NotFound, Refused, ShopError
from webapp.shop.queries import Shop
from webapp.web import flashes
from webapp.web.deps import Db
from webapp.web.failures import status_of
from webapp.web.submissions import Submission, submitted
from webapp.web.views import frame_of, html_of, redirect, view, wants_fragment

pages = APIRouter()

Added = Annotated[Submission[AddForm], Depends(submitted(AddForm))]
Quantities = Annotated[Submission[QuantityForm], Depends(submitted(QuantityForm))]
Noted = Annotated[Submission[NoteForm], Depends(submitted(NoteForm))]
Shared = Annotated[Submission[SharedForm], Depends(submitted(SharedForm))]

_OPTION = re.compile(r"option[-_]\d{1,18}")


@pages.get("/me", name="cart.me")
def me(request: Request, member: Visitor, db: Db) -> Response:
    """What is personal on an otherwise public page: the number in the cart, whether somebody is
    signed in, and notices."""
    public_id = carried(request)
    if member is not None:
        count = queries.count_for(db, member.key)
    else:
        count = queries.count_of(db, public_id) if public_id else 0
    context = {"count": count, "is_in": member is not None, "notices": flashes.take(request)}
    return view(request, "cart/me.html", context)


@pages.get("/cart", name="cart.cart")
def cart(request: Request, db: Db) -> Response:
    held = cart_of(request, db)
    response = _cart_page(request, db, held)
    return give(request, response, held) if held else response


@pages.post("/cart/lines", name="cart.add")
def add(request: Request, form: Added, db: Db) -> Response:
    try:
        goods, quantity = _wanted(db, form)
        held = cart_for(request, db, _shop(request).currency)
        commands.add(db, held, goods, quantity)
    except (Refused, Invalid, NotFound) as refusal:
        return _refused(request, refusal)
    if wants_fragment(request):
        count = queries.count_of(db, held.public_id)
        context = {"goods": goods, "quantity": quantity, "count": count}
        response = view(request, "cart/added.html", context)
    else:
        response = redirect(request, "/cart", notice=f"{goods.name} is in your cart.")
    return give(request, response, held)


@pages.post("/cart/lines/{key}", name="cart.set_quantity")
def set_quantity(request: Request, form: Quantities, db: Db, key: str) -> Response:
    held = _there(request, db)
    if form.data:
        try:
            commands.set_quantity(db, held, key, form.data.quantity)
        except (Refused, QuantityOutOfBounds) as refusal:
            form.refuse("quantity", refusal.detail)
    if form.errors:
        return _cart_page(request, db, held, refused=(key, form), status=422)
    return _changed(request, db, held)


@pages.post("/cart/lines/{key}/removal", name="cart.remove")
def remove(request: Request, db: Db, key: str) -> Response:
    held = _there(request, db)
    commands.remove(db, held, key)
    return _changed(request, db, held)


@pages.post("/cart/lines/{key}/saving", name="cart.save_for_later")
def save_for_later(request: Request, db: Db, key: str) -> Response:
    held = _there(request, db)
    commands.save_for_later(db, held, key)
    return _changed(request, db, held)


@pages.post("/cart/prices", name="cart.accept_prices")
def accept_prices(request: Request, db: Db) -> Response:
    held = _there(request, db)
    commands.accept_prices(db, held)
    return _changed(request, db, held)


@pages.post("/cart/note", name="cart.set_note")
def set_note(request: Request, form: Noted, db: Db) -> Response:
    held = _there(request, db)
    if form.data is None:
        return _cart_page(request, db, held, note=form, status=422)
    commands.set_note(db, held, form.data.note)
    return _changed(request, db, held, notice="Your note is kept.")


@pages.get("/cart/add", name="cart.shared")
def shared(
    request: Request, db: Db, items: Annotated[str, Query(max_length=4000)] = ""
) -> Response:
    """A shared cart: shows what a link wants to add, and adds nothing by itself."""
    return _shared_page(request, db, items)


@pages.post("/cart/add", name="cart.add_shared")
def add_shared(request: Request, form: Shared, db: Db) -> Response:
    wishes = _wishes(db, form.data.items) if form.data else []
    held = cart_for(request, db, _shop(request).currency)
    added, refused = [], []
    for wish, goods in wishes:
        try:
            if goods is None:
                raise UnknownItem("we do not sell this.")
            commands.add(db, held, goods, wish.quantity)
            added.append(goods.name)
        except (Refused, Invalid, NotFound) as refusal:
            refused.append(f"{goods.name if goods else wish.sku}: {refusal.detail}")
    if not added:
        return _shared_page(request, db, form.values.get("items", ""), refused, status=409)
    response = redirect(request, "/cart", notice=f"In your cart: {', '.join(added)}.")
    for sentence in refused:
        flashes.flash(request, response, sentence, "error")
    return give(request, response, held)


def _wanted(db: Session, form: Added) -> tuple[Goods, int]:
    """What is to be added. Raises what stands in the way, as a refusal with a sentence."""
    if form.data is None:
        name, sentence = next(iter(form.errors.items()))
        raise Invalid(sentence, field=name)
    goods: Goods | None = None
    if form.data.variant:
        goods = catalogue.by_public_id(db, form.data.variant)
    elif form.data.product:
        goods = catalogue.by_choices(db, form.data.product, _choices(form))
        if goods is None:
            raise Invalid("Choose one of each kind first.", field="product")
    if goods is None:
        raise UnknownItem("We do not sell that, or not any more.")
    return goods, form.data.quantity


def _choices(form: Added) -> list[int]:
    """The chosen option values: those named ``value``, and those of ``option-<id>`` groups."""
    named = [
        int(typed)
        for name, typed in form.values.items()
        if _OPTION.fullmatch(name) and typed.isascii() and typed.isdigit() and len(typed) < 19
    ]
    return [*(form.data.value if form.data else []), *named]


def _wishes(db: Session, items: str) -> list[tuple[Wish, Goods | None]]:
    wishes = read_items(items)
    found = catalogue.by_skus(db, [wish.sku for wish in wishes])
    return [(wish, found.get(wish.sku)) for wish in wishes]


def _shared_page(
    request: Request,
    db: Session,
    items: str,
    refused: list[str] | None = None,
    *,
    status: int = 200,
) -> Response:
    shop = _shop(request)
    wishes = _wishes(db, items)
    context = {
        "items": items,
        "found": [
            (goods, wish.quantity, shop.money(goods.price_minor * wish.quantity))
            for wish, goods in wishes
            if goods is not None and goods.is_for_sale
        ],
        "missing": [wish.sku for wish, goods in wishes if goods is None or not goods.is_for_sale],
        "refused": refused or [],
    }
    return view(request, "cart/shared.html", context, status=status)


def _cart_page(
    request: Request,
    db: Session,
    held: Cart | None,
    *,
    refused: tuple[str, Submission[QuantityForm]] | None = None,
    note: Submission[NoteForm] | None = None,
    status: int = 200,
) -> Response:
    """The cart; ``refused`` is a line's key and what was asked of it."""
    shown = queries.cart_view(db, _shop(request), held)
    context = {
        "cart": shown,
        "refused": refused,
        "note": note or Submission[NoteForm].showing({"note": shown.note}),
    }
    return view(request, "cart/cart.html#cart_contents", context, status=status)


def _changed(request: Request, db: Session, held: Cart, notice: str | None = None) -> Response:
    """The cart after a change: the page again, or its contents and the count in the header."""
    if not wants_fragment(request):
        return give(request, redirect(request, "/cart", notice=notice), held)
    response = _cart_page(request, db, held)
    count = queries.count_of(db, held.public_id)
    body = bytes(response.body) + html_of(request, "cart/me.html#me", {"count": count}).encode()
    response.body = body
    response.headers["Content-Length"] = str(len(body))
    return give(request, response, held)


def _there(request: Request, db: Session) -> Cart:
    """The browser's cart for a change of what is in it."""
    held = any_cart_of(request, db)
    if held is None or held.state is not CartState.open:
        raise NoSuchLine("This cart is empty, or was ordered already.")
    return held


def _refused(request: Request, refusal: ShopError) -> Response:
    """A notice where htmx asked; else a page that leads back to where the shopper was."""
    if wants_fragment(request):
        raise refusal
    context = {"title": refusal.title, "detail": refusal.detail}
    return view(request, "cart/refused.html", context, status=status_of(refusal))


def _shop(request: Request) -> Shop:
    shop: Shop = frame_of(request).shop
    return shop
