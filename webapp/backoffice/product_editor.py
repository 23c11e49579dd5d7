"""The product editor: one form for everything a product has, saved in one transaction.

Pictures that come with it are kept first, on their own (see ``pictures``). A smaller button of the
form (``do``) stores nothing: it brings the page back with what was typed, changed as it says.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.addresses import countries
from webapp.accounts.guards import Staff, StaffBeside
from webapp.backoffice import pictures
from webapp.backoffice.history import last_change, latest
from webapp.backoffice.product_forms import PicturesForm, ProductForm
from webapp.backoffice.product_reading import AT_ONCE, Stored, shown, stored, surroundings
from webapp.backoffice.product_rows import picture_rows, variant_rows
from webapp.backoffice.product_saving import Draft, blame, carry_out, drafted
from webapp.backoffice.product_shaping import shape
from webapp.backoffice.product_ties import save_pictures, save_related
from webapp.catalogue import commands as catalogue
from webapp.catalogue.models import Product
from webapp.kit.actors import Actor
from webapp.kit.errors import ShopError
from webapp.runtime.db import Database
from webapp.shop.queries import Shop, current
from webapp.web.deps import App, Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import after_post, redirect, view

pages = APIRouter(prefix="/admin/products")

EDITOR = "backoffice/products/product.html#product_form"

# Files first: with them the body may be larger, and it is read only once.
Sent = Annotated[Submission[PicturesForm], Depends(submitted(PicturesForm))]
ProductAsked = Annotated[Submission[ProductForm], Depends(submitted(ProductForm))]


@dataclass
class Desk:
    """What an answer of the editor needs beside the form."""

    public_id: str | None
    first: int = 0
    focus: str = ""


@pages.get("/new", name="backoffice.new_product")
def new_product(request: Request, db: Db, staff: Staff) -> Response:
    """An empty editor."""
    staff.must("catalogue:write")
    form = shown(db, current(db), Stored())
    return _answer(request, db, form, Stored(), Desk(None))


@pages.post("/new")
def submit_new_product(
    request: Request, sent: Sent, form: ProductAsked, data: Data, app: App, staff: StaffBeside
) -> Response:
    return _submit(request, sent, form, data, app, staff, Desk(None))


@pages.get("/{public_id}", name="backoffice.product")
def product(request: Request, db: Db, staff: Staff, public_id: str, first: int = 0) -> Response:
    """The editor; ``first`` is the variant with which its page of variants begins."""
    staff.must("catalogue:read")
    held = stored(db, catalogue.product_by_public_id(db, public_id))
    desk = Desk(public_id, _page_start(first, held))
    return _answer(request, db, shown(db, current(db), held, desk.first), held, desk)


@pages.post("/{public_id}")
def submit_product(
    request: Request,
    sent: Sent,
    form: ProductAsked,
    data: Data,
    app: App,
    staff: StaffBeside,
    public_id: str,
    first: int = 0,
) -> Response:
    return _submit(request, sent, form, data, app, staff, Desk(public_id, first))


def refused(request: Request, session: Session, product: Product, refusal: ShopError) -> Response:
    """The editor again, with what could not be done to the product on top."""
    held = stored(session, product)
    form = shown(session, current(session), held)
    form.refuse("", refusal.detail)
    context = _context(session, form, held, Desk(product.public_id))
    return view(request, EDITOR, context, status=409)


def _submit(
    request: Request,
    sent: Submission[PicturesForm],
    form: Submission[ProductForm],
    data: Database,
    app: App,
    staff: Actor,
    desk: Desk,
) -> Response:
    staff.must("catalogue:write")
    with data.reading() as session:
        held = _held(session, desk)
        shop = current(session)
        meanwhile = _change_since(session, staff, form, held, shop)
        # Kept as they were read: they are looked at after this transaction has ended.
        session.expunge_all()
    files = pictures.take_in(
        sent.data.uploads if sent.data else [],
        form,
        database=data,
        storage=app.storage,
        staff=staff,
    )
    pictures.add_rows(form, files)
    do = form.values.get("do", "save")
    if do != "save":
        wrong_files = form.errors.get("uploads")
        desk.focus = shape(form, do, held)
        if wrong_files:
            form.refuse("uploads", wrong_files)
        return _reshown(request, data, form, held, desk)
    if meanwhile and held.product is not None:
        form.values["seen"] = held.product.updated_at.isoformat()
        form.refuse("", meanwhile)
    draft = drafted(form, held, shop)
    if draft is None:
        return _reshown(request, data, form, held, desk)
    try:
        with data.writing() as session:
            public_id = _save(session, staff, form, draft)
    except ShopError as refusal:
        blame(form, refusal, draft)
        return _reshown(request, data, form, held, desk)
    return _saved(request, data, desk, public_id)


def _save(session: Session, staff: Actor, form: Submission[ProductForm], draft: Draft) -> str:
    product, variants = carry_out(session, staff, draft)
    save_pictures(session, staff, product, form, draft, variants)
    save_related(session, staff, product, form.values.get("related", ""))
    return product.public_id


def _saved(request: Request, data: Database, desk: Desk, public_id: str) -> Response:
    to = request.app.state.url_for("backoffice.product", public_id=public_id)
    if desk.public_id is None:
        return redirect(request, to, notice="Product added.")
    with data.reading() as session:
        request.state.db = session
        try:
            held = stored(session, catalogue.product_by_public_id(session, public_id))
            desk.first = _page_start(desk.first, held)
            context = _context(
                session, shown(session, current(session), held, desk.first), held, desk
            )
            if desk.first:
                to = f"{to}?first={desk.first}"
            return after_post(request, go_to=to, show=EDITOR, context=context, notice="Saved.")
        finally:
            del request.state.db


def _reshown(
    request: Request,
    data: Database,
    form: Submission[ProductForm],
    held: Stored,
    desk: Desk,
) -> Response:
    with data.reading() as session:
        request.state.db = session
        try:
            return _answer(request, session, form, held, desk)
        finally:
            del request.state.db


def _answer(
    request: Request,
    session: Session,
    form: Submission[ProductForm],
    held: Stored,
    desk: Desk,
) -> Response:
    status = 422 if form.errors else 200
    return view(request, EDITOR, _context(session, form, held, desk), status=status)


def _context(
    session: Session, form: Submission[ProductForm], held: Stored, desk: Desk
) -> dict[str, object]:
    shop = current(session)
    return {
        "form": form,
        "product": held.product,
        "is_digital": any(one.is_digital for one in held.variants),
        "focus": desk.focus,
        "first": desk.first,
        "variant_total": len(held.variants),
        "page_size": AT_ONCE,
        "variants": variant_rows(session, form, held, shop),
        "pictures": picture_rows(session, form),
        "countries": countries(),
        "history": latest(session, ("product", held.product.public_id), shop)
        if held.product
        else [],
        **surroundings(session),
    }


def _held(session: Session, desk: Desk) -> Stored:
    if desk.public_id is None:
        return Stored()
    return stored(session, catalogue.product_by_public_id(session, desk.public_id))


def _page_start(first: int, held: Stored) -> int:
    """The beginning of a page of variants that exists."""
    return 0 if first < 0 or first >= len(held.variants) else first // AT_ONCE * AT_ONCE


def _change_since(
    session: Session, staff: Actor, form: Submission[ProductForm], held: Stored, shop: Shop
) -> str:
    """Two people at one product: the later is told before they undo what the earlier did."""
    seen = form.values.get("seen", "")
    if held.product is None or seen in {"", held.product.updated_at.isoformat()}:
        return ""
    changed = last_change(session, ("product", held.product.public_id), staff, shop)
    return (
        f"{changed}, while you had it open. Save again to put your version over it, or load the "
        "page again to see what is there."
    )
