"""Collections: hand-made selections of products, some of them on the front page."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import func, or_, select
from sqlmodel import Session, col
from starlette.responses import Response

from webapp.accounts.guards import Staff, StaffBeside
from webapp.backoffice.blaming import blame
from webapp.backoffice.catalogue_forms import CollectionForm, ImageForm
from webapp.backoffice.categories import file_of, take_in_one
from webapp.backoffice.product_reading import pictures_of
from webapp.backoffice.rows import Rows
from webapp.catalogue import commands
from webapp.catalogue.models import Collection, CollectionProduct, Product, Variant
from webapp.catalogue.queries.cards import card, select_cards
from webapp.catalogue.values import Card
from webapp.catalogue.words import fold
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.media.queries import file_by_id
from webapp.runtime.db import Database
from webapp.shop.queries import current
from webapp.web.deps import App, Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/collections")

FORM = "backoffice/collections/collection.html#collection_form"
FOUND_AT_ONCE = 12

Sent = Annotated[Submission[ImageForm], Depends(submitted(ImageForm))]
Asked = Annotated[Submission[CollectionForm], Depends(submitted(CollectionForm))]


@pages.get("", name="backoffice.collections")
def collections(request: Request, db: Db, staff: Staff) -> Response:
    """All of them, with how many products they hold."""
    staff.must("catalogue:read")
    shelved = col(CollectionProduct.collection_id)
    counts = dict(db.execute(select(shelved, func.count()).group_by(shelved)).all())
    found = db.scalars(
        select(Collection).order_by(col(Collection.position), col(Collection.title))
    ).all()
    return view(
        request,
        "backoffice/collections/collections.html",
        {"collections": found, "counts": counts},
    )


@pages.get("/new", name="backoffice.new_collection")
def new_collection(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("catalogue:write")
    return _form(request, db, Submission.showing({}), None)


@pages.post("/new")
def submit_new_collection(
    request: Request, sent: Sent, form: Asked, data: Data, app: App, staff: StaffBeside
) -> Response:
    return _submit(request, sent, form, data, app, staff, None)


@pages.get("/{public_id}", name="backoffice.collection")
def collection(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("catalogue:read")
    found = collection_by_public_id(db, public_id)
    products = db.scalars(
        select(col(Product.public_id))
        .join(CollectionProduct, col(CollectionProduct.product_id) == col(Product.id))
        .where(col(CollectionProduct.collection_id) == found.id)
        .order_by(col(CollectionProduct.position), col(Product.id))
    ).all()
    form: Submission[CollectionForm] = Submission.showing(
        {
            **found.model_dump(include={"title", "slug", "description", "is_featured"}),
            "image": file_of(db, found.image_id),
            "products": [{"product": product} for product in products],
        }
    )
    return _form(request, db, form, found)


@pages.post("/{public_id}")
def submit_collection(
    request: Request,
    sent: Sent,
    form: Asked,
    data: Data,
    app: App,
    staff: StaffBeside,
    public_id: str,
) -> Response:
    return _submit(request, sent, form, data, app, staff, public_id)


@pages.post("/{public_id}/removal", name="backoffice.remove_collection")
def remove_collection(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Forget the collection; its products stay."""
    found = collection_by_public_id(db, public_id)
    title = found.title
    commands.delete_collection(db, staff, found)
    to = request.app.state.url_for("backoffice.collections")
    return redirect(request, to, notice=f"{title} is removed.")


def collection_by_public_id(session: Session, public_id: str) -> Collection:
    """Raises ``NotFound``."""
    found = session.scalars(
        select(Collection).where(col(Collection.public_id) == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such collection, or not any more.", collection=public_id)
    return found


def _submit(
    request: Request,
    sent: Submission[ImageForm],
    form: Submission[CollectionForm],
    data: Database,
    app: App,
    staff: Actor,
    public_id: str | None,
) -> Response:
    staff.must("catalogue:write")
    take_in_one(sent, form, data, app, staff)
    do = form.values.get("do", "save")
    saved = False
    if do != "save":
        form.errors.clear()
        _shape(form, do)
    elif form.data and not form.errors:
        try:
            with data.writing() as session:
                _save(session, staff, form, form.data, public_id)
            saved = True
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {})
    if saved:
        to = request.app.state.url_for("backoffice.collections")
        return redirect(request, to, notice="Collection saved.")
    with data.reading() as session:
        before = collection_by_public_id(session, public_id) if public_id else None
        return _form(request, session, form, before, status=422 if form.errors else 200)


def _shape(form: Submission[CollectionForm], do: str) -> None:
    """What the smaller buttons do: products come, go and move; nothing is stored."""
    rows = Rows(form, "products")
    verb, _, tail = do.partition(":")
    number = int(tail) if tail.isdecimal() and len(tail) <= 4 else -1
    if verb == "add" and tail not in {rows.value(one, "product") for one in rows.numbers()}:
        rows.add({"product": tail})
    elif verb == "drop":
        rows.remove(number)
    elif verb in {"up", "down"}:
        rows.move(number, -1 if verb == "up" else 1)


def _save(
    session: Session,
    staff: Actor,
    form: Submission[CollectionForm],
    asked: CollectionForm,
    public_id: str | None,
) -> None:
    image = form.values.get("image", "")
    fields: dict[str, Any] = {
        "title": asked.title,
        "slug": asked.slug,
        "description": asked.description,
        "is_featured": asked.is_featured,
        "image_id": file_by_id(session, image).id if image else None,
    }
    if public_id is None:
        found = commands.create_collection(session, staff, **fields)
    else:
        found = collection_by_public_id(session, public_id)
        commands.update_collection(session, staff, found, **fields)
    refs = [row.product for row in asked.products]
    named = select(col(Product.public_id), col(Product.id)).where(col(Product.public_id).in_(refs))
    keys = dict(session.execute(named).all())
    commands.set_collection_products(
        session, staff, found, [keys[ref] for ref in dict.fromkeys(refs) if ref in keys]
    )


def _form(
    request: Request,
    session: Session,
    form: Submission[CollectionForm],
    before: Collection | None,
    status: int = 200,
) -> Response:
    rows = Rows(form, "products")
    refs = [rows.value(number, "product") for number in rows.numbers()]
    cards = _cards(session, refs)
    image = form.values.get("image", "")
    looked_for = form.values.get("find", "").strip()
    return view(
        request,
        FORM,
        {
            "form": form,
            "collection": before,
            "rows": [
                (number, cards[ref])
                for number, ref in zip(rows.numbers(), refs, strict=True)
                if ref in cards
            ],
            "image": pictures_of(session, [image] if image else []).get(image),
            "looked_for": looked_for,
            "found": _found(session, looked_for, refs) if looked_for else [],
        },
        status=status,
    )


def _cards(session: Session, refs: list[str]) -> dict[str, Card]:
    currency = current(session).currency
    found = session.execute(select_cards().where(col(Product.public_id).in_(refs)))
    return {one.public_id: one for one in (card(row, currency) for row in found)}


def _found(session: Session, text: str, without: list[str]) -> list[Card]:
    """Products to add: by words of the title, by SKU or by barcode."""
    currency = current(session).currency
    words = fold(text).split()
    in_title = [col(Product.sort_title).contains(word, autoescape=True) for word in words[:6]] or [
        col(Product.id).is_(None)
    ]
    numbered = select(col(Variant.product_id)).where(
        or_(func.lower(col(Variant.sku)) == text.lower(), col(Variant.barcode) == text)
    )
    titled = select(col(Product.id)).where(*in_title)
    rows = session.execute(
        select_cards()
        .where(
            or_(col(Product.id).in_(titled), col(Product.id).in_(numbered)),
            col(Product.public_id).not_in(without),
        )
        .order_by(col(Product.sort_title), col(Product.id))
        .limit(FOUND_AT_ONCE)
    )
    return [card(row, currency) for row in rows]
