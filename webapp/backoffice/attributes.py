"""Attributes: the typed properties that products may have, and which of them are filters."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlalchemy import func, select
from sqlmodel import Session, col
from starlette.responses import Response

from webapp.accounts.guards import Staff
from webapp.backoffice.blaming import blame
from webapp.backoffice.catalogue_forms import AttributeForm
from webapp.backoffice.product_saving import split
from webapp.catalogue import commands
from webapp.catalogue.models import Attribute, AttributeType, ProductAttribute
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.web.deps import Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/attributes")

FORM = "backoffice/attributes/attribute.html#attribute_form"
TYPES = (
    ("text", "Text"),
    ("number", "Number"),
    ("boolean", "Yes or no"),
    ("date", "Date"),
    ("choice", "One of a list"),
)

Asked = Annotated[Submission[AttributeForm], Depends(submitted(AttributeForm))]


@pages.get("", name="backoffice.attributes")
def attributes(request: Request, db: Db, staff: Staff) -> Response:
    """All of them, with how many products have a value."""
    staff.must("catalogue:read")
    told = col(ProductAttribute.attribute_id)
    used = dict(db.execute(select(told, func.count()).group_by(told)).all())
    found = db.scalars(
        select(Attribute).order_by(col(Attribute.position), col(Attribute.name))
    ).all()
    return view(
        request,
        "backoffice/attributes/attributes.html",
        {"attributes": found, "used": used, "types": dict(TYPES)},
    )


@pages.get("/new", name="backoffice.new_attribute")
def new_attribute(request: Request, db: Db, staff: Staff) -> Response:
    staff.must("catalogue:write")
    form: Submission[AttributeForm] = Submission.showing({"type": "text"})
    return _form(request, form, None)


@pages.post("/new")
def submit_new_attribute(request: Request, form: Asked, db: Db, staff: Staff) -> Response:
    return _save(request, db, staff, form, None)


@pages.get("/{code}", name="backoffice.attribute")
def attribute(request: Request, db: Db, staff: Staff, code: str) -> Response:
    staff.must("catalogue:read")
    found = attribute_by_code(db, code)
    form: Submission[AttributeForm] = Submission.showing(
        {**found.model_dump(exclude={"choices"}), "choices": "\n".join(found.choices)}
    )
    return _form(request, form, found)


@pages.post("/{code}")
def submit_attribute(request: Request, form: Asked, db: Db, staff: Staff, code: str) -> Response:
    return _save(request, db, staff, form, attribute_by_code(db, code))


@pages.post("/{code}/removal", name="backoffice.remove_attribute")
def remove_attribute(request: Request, db: Db, staff: Staff, code: str) -> Response:
    """Take the attribute off every product and forget it."""
    commands.delete_attribute(db, staff, attribute_by_code(db, code))
    to = request.app.state.url_for("backoffice.attributes")
    return redirect(request, to, notice="Attribute removed.")


def attribute_by_code(session: Session, code: str) -> Attribute:
    """Raises ``NotFound``."""
    found = session.scalars(select(Attribute).where(col(Attribute.code) == code)).one_or_none()
    if found is None:
        raise NotFound("There is no such attribute, or not any more.", code=code)
    return found


def _save(
    request: Request,
    session: Session,
    staff: Actor,
    form: Submission[AttributeForm],
    before: Attribute | None,
) -> Response:
    staff.must("catalogue:write")
    if form.data:
        values: dict[str, Any] = {
            "name": form.data.name,
            "type": AttributeType(form.data.type),
            "unit": form.data.unit,
            "choices": split(form.data.choices),
            "is_filter": form.data.is_filter,
        }
        try:
            if before is None:
                commands.create_attribute(
                    session, staff, code=form.data.code or form.data.name, **values
                )
            else:
                commands.update_attribute(session, staff, before, **values)
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {})
    if form.errors:
        return _form(request, form, before, status=422)
    to = request.app.state.url_for("backoffice.attributes")
    return redirect(request, to, notice="Attribute saved.")


def _form(
    request: Request,
    form: Submission[AttributeForm],
    before: Attribute | None,
    status: int = 200,
) -> Response:
    return view(request, FORM, {"form": form, "attribute": before, "types": TYPES}, status=status)
