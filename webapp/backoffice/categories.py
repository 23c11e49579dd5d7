"""The category tree and the editor of one category."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session, col
from starlette.responses import Response

from webapp.accounts.guards import Staff, StaffBeside
from webapp.backoffice import pictures
from webapp.backoffice.blaming import blame
from webapp.backoffice.catalogue_forms import CategoryForm, ImageForm
from webapp.backoffice.product_reading import pictures_of
from webapp.backoffice.shelves import Shelf, shelves
from webapp.catalogue import commands
from webapp.catalogue.models import Category
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, Refused, ShopError
from webapp.media.models import MediaFile
from webapp.media.queries import file_by_id
from webapp.runtime.db import Database
from webapp.web.deps import App, Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/categories")

FORM = "backoffice/categories/category.html#category_form"

Sent = Annotated[Submission[ImageForm], Depends(submitted(ImageForm))]
Asked = Annotated[Submission[CategoryForm], Depends(submitted(CategoryForm))]


@pages.get("", name="backoffice.categories")
def categories(request: Request, db: Db, staff: Staff) -> Response:
    """The tree."""
    staff.must("catalogue:read")
    return view(request, "backoffice/categories/categories.html#tree", {"shelves": shelves(db)})


@pages.get("/new", name="backoffice.new_category")
def new_category(request: Request, db: Db, staff: Staff, parent: int | None = None) -> Response:
    staff.must("catalogue:write")
    form: Submission[CategoryForm] = Submission.showing({"is_visible": True, "parent": parent})
    return _form(request, db, form, None)


@pages.post("/new")
def submit_new_category(
    request: Request, sent: Sent, form: Asked, data: Data, app: App, staff: StaffBeside
) -> Response:
    return _submit(request, sent, form, data, app, staff, None)


@pages.get("/{public_id}", name="backoffice.category")
def category(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("catalogue:read")
    found = category_by_public_id(db, public_id)
    return _form(request, db, _showing(db, found), found)


@pages.post("/{public_id}")
def submit_category(
    request: Request,
    sent: Sent,
    form: Asked,
    data: Data,
    app: App,
    staff: StaffBeside,
    public_id: str,
) -> Response:
    return _submit(request, sent, form, data, app, staff, public_id)


@pages.post("/{public_id}/place/{way}", name="backoffice.move_category")
def move_category(
    request: Request, db: Db, staff: Staff, public_id: str, way: Literal["up", "down"]
) -> Response:
    """Change places with the one before or after it."""
    staff.must("catalogue:write")
    found = category_by_public_id(db, public_id)
    beside = list(
        db.scalars(
            select(Category)
            .where(_below(found.parent_id))
            .order_by(col(Category.position), col(Category.name), col(Category.id))
        )
    )
    place = beside.index(found)
    other = place + (-1 if way == "up" else 1)
    if 0 <= other < len(beside):
        beside[place], beside[other] = beside[other], beside[place]
        commands.order_categories(db, staff, [one.id or 0 for one in beside])
    return redirect(request, request.app.state.url_for("backoffice.categories"))


@pages.post("/{public_id}/removal", name="backoffice.remove_category")
def remove_category(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Forget the category; its products stay. Refused while there are categories below it."""
    found = category_by_public_id(db, public_id)
    name = found.name
    try:
        commands.delete_category(db, staff, found)
    except Refused as refusal:
        form = _showing(db, found)
        form.refuse("", refusal.detail)
        return _form(request, db, form, found, status=409)
    to = request.app.state.url_for("backoffice.categories")
    return redirect(request, to, notice=f"{name} is removed.")


def category_by_public_id(session: Session, public_id: str) -> Category:
    """Raises ``NotFound``."""
    found = session.scalars(
        select(Category).where(col(Category.public_id) == public_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such category, or not any more.", category=public_id)
    return found


def _showing(session: Session, category: Category) -> Submission[CategoryForm]:
    return Submission.showing(
        {
            **category.model_dump(include=set(CategoryForm.model_fields)),
            "parent": category.parent_id,
            "image": file_of(session, category.image_id),
        }
    )


def _submit(
    request: Request,
    sent: Submission[ImageForm],
    form: Submission[CategoryForm],
    data: Database,
    app: App,
    staff: Actor,
    public_id: str | None,
) -> Response:
    staff.must("catalogue:write")
    take_in_one(sent, form, data, app, staff)
    saved = False
    if form.data and not form.errors:
        try:
            with data.writing() as session:
                _save(session, staff, form.data, form.values.get("image", ""), public_id)
            saved = True
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {"parent_id": "parent"}, otherwise=_to_blame(refusal))
    if saved:
        to = request.app.state.url_for("backoffice.categories")
        return redirect(request, to, notice="Category saved.")
    with data.reading() as session:
        before = category_by_public_id(session, public_id) if public_id else None
        return _form(request, session, form, before, status=422)


def take_in_one(
    sent: Submission[ImageForm],
    form: Submission[Any],
    data: Database,
    app: App,
    staff: Actor,
) -> None:
    """Keep the picture that came along, as the form's ``image``; or drop the one that was there."""
    if form.values.get("drop_image"):
        form.values["image"] = ""
    upload = sent.data.upload if sent.data else None
    if upload is None:
        return
    files = pictures.take_in(
        [upload], form, database=data, storage=app.storage, staff=staff, blame="upload"
    )
    if files:
        form.values["image"] = files[0]


def _save(
    session: Session, staff: Actor, asked: CategoryForm, image: str, public_id: str | None
) -> None:
    fields: dict[str, Any] = {
        "name": asked.name,
        "slug": asked.slug,
        "description": asked.description,
        "is_visible": asked.is_visible,
        "seo_title": asked.seo_title,
        "seo_description": asked.seo_description,
        "image_id": file_by_id(session, image).id if image else None,
    }
    if public_id is None:
        commands.create_category(session, staff, parent_id=asked.parent, **fields)
        return
    found = category_by_public_id(session, public_id)
    if found.parent_id != asked.parent:
        fields["parent_id"] = asked.parent
        fields["position"] = _last_place(session, asked.parent)
    commands.update_category(session, staff, found, **fields)


def _last_place(session: Session, parent_id: int | None) -> int:
    """After its new neighbours."""
    last = session.scalar(select(func.max(col(Category.position))).where(_below(parent_id)))
    return 0 if last is None else last + 1


def _below(parent_id: int | None) -> ColumnElement[bool]:
    parent = col(Category.parent_id)
    return parent.is_(None) if parent_id is None else parent == parent_id


def _to_blame(refusal: ShopError) -> str:
    return "parent" if type(refusal).__name__ == "CategoryInItself" else ""


def _form(
    request: Request,
    session: Session,
    form: Submission[CategoryForm],
    before: Category | None,
    status: int = 200,
) -> Response:
    image = form.values.get("image", "")
    tree = shelves(session)
    return view(
        request,
        FORM,
        {
            "form": form,
            "category": before,
            "parents": [(one.id, one.label) for one in tree if not _is_within(one, before)],
            "image": pictures_of(session, [image] if image else []).get(image),
        },
        status=status,
    )


def _is_within(shelf: Shelf, category: Category | None) -> bool:
    """The category itself and all below it: none of them can be its parent."""
    if category is None:
        return False
    return shelf.path == category.path or shelf.path.startswith(f"{category.path}/")


def file_of(session: Session, image_id: int | None) -> str:
    """The public id of a picture's file; empty for none."""
    if image_id is None:
        return ""
    found = session.scalar(select(col(MediaFile.public_id)).where(col(MediaFile.id) == image_id))
    return found or ""
