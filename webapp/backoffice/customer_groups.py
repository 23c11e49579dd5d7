"""Groups of customers: made, named and given up."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlmodel import Session, select
from starlette.responses import Response

from webapp.accounts import commands
from webapp.accounts.errors import NameTaken
from webapp.accounts.guards import Staff
from webapp.accounts.models import CustomerGroup
from webapp.backoffice.blaming import blame
from webapp.backoffice.customer_list import groups as all_groups
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.web.deps import Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, view

pages = APIRouter(prefix="/admin/customers/groups")

PAGE = "backoffice/customers/groups.html#group_desk"


class GroupForm(Form):
    name: Annotated[str, Field(max_length=60), Says(missing="Give the group a name.")]


GroupAsked = Annotated[Submission[GroupForm], Depends(submitted(GroupForm))]


@pages.get("", name="backoffice.customer_groups")
def groups(request: Request, db: Db, staff: Staff) -> Response:
    """Every group, and the form for one more."""
    staff.must("customers:read")
    return view(request, PAGE, _context(db))


@pages.post("")
def add_group(request: Request, form: GroupAsked, db: Db, staff: Staff) -> Response:
    staff.must("customers:write")
    if form.data:
        try:
            commands.add_group(db, staff, form.data.name)
        except (Invalid, NameTaken, Refused) as refusal:
            blame(form, refusal, {})
    if form.errors:
        return view(request, PAGE, _context(db, form=form), status=422)
    return _answer(request, db, "The group is there.")


@pages.post("/{public_id}", name="backoffice.rename_group")
def rename_group(
    request: Request, form: GroupAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    staff.must("customers:write")
    group = _group(db, public_id)
    if form.data:
        try:
            commands.rename_group(db, staff, group, form.data.name)
        except (Invalid, NameTaken) as refusal:
            blame(form, refusal, {})
    if form.errors:
        refused = {public_id: next(iter(form.errors.values()))}
        return view(request, PAGE, _context(db, refused=refused), status=422)
    return _answer(request, db, "The group has its new name.")


@pages.post("/{public_id}/removal", name="backoffice.delete_group")
def delete_group(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Give a group up; its customers stay."""
    commands.delete_group(db, staff, _group(db, public_id))
    return _answer(request, db, "The group is gone; its customers stay.")


def _group(session: Session, public_id: str) -> CustomerGroup:
    group = session.exec(
        select(CustomerGroup).where(CustomerGroup.public_id == public_id)
    ).one_or_none()
    if group is None:
        raise NotFound("There is no such group.")
    return group


def _answer(request: Request, session: Session, notice: str) -> Response:
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.customer_groups"),
        show=PAGE,
        context=_context(session),
        notice=notice,
    )


def _context(
    session: Session,
    *,
    form: Submission[GroupForm] | None = None,
    refused: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "groups": [
            (public_id, number, Submission[GroupForm].showing({"name": name}), name)
            for public_id, name, number in all_groups(session)
        ],
        "form": form or Submission[GroupForm](),
        "refused": refused or {},
    }
