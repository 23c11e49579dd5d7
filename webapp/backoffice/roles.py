"""What each role may do, and the roles that a shop makes itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts import commands, queries
from webapp.accounts.errors import MayDoMore, NameTaken, RoleInUse
from webapp.accounts.guards import Staff
from webapp.accounts.permissions import PERMISSIONS
from webapp.backoffice.blaming import blame
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.web.deps import Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, redirect, view

pages = APIRouter(prefix="/admin/roles")

PAGE = "backoffice/roles/roles.html#role_desk"
ONE = "backoffice/roles/role.html#role_editor"


class RoleForm(Form):
    name: Annotated[str, Field(max_length=60), Says(missing="Give the role a name.")]
    permissions: list[str] = []


RoleAsked = Annotated[Submission[RoleForm], Depends(submitted(RoleForm))]


@pages.get("", name="backoffice.roles")
def roles(request: Request, db: Db, staff: Staff) -> Response:
    """Every role, and the form for one more."""
    if not staff.may("staff:write"):
        staff.must("staff:read")
    return view(request, PAGE, _context(db, staff))


@pages.post("")
def make_role(request: Request, form: RoleAsked, db: Db, staff: Staff) -> Response:
    """A role with what was ticked, of which its maker has each."""
    staff.must("staff:write")
    if form.data:
        try:
            commands.make_role(
                db, staff, name=form.data.name, permissions=set(form.data.permissions)
            )
        except (Invalid, NameTaken, MayDoMore) as refusal:
            blame(form, refusal, {}, otherwise="permissions")
    if form.errors:
        return view(request, PAGE, _context(db, staff, form=form), status=422)
    return _answer(request, db, staff, "The role is there. Give it to people on the staff page.")


@pages.get("/{code}", name="backoffice.role")
def role(request: Request, db: Db, staff: Staff, code: str) -> Response:
    """One role of the shop's own."""
    staff.must("staff:write")
    found = queries.role_by(db, code)
    form: Submission[RoleForm] = Submission.showing(
        {"name": found.name, "permissions": found.permissions}
    )
    return view(request, ONE, _one(db, staff, code, form))


@pages.post("/{code}")
def change_role(request: Request, form: RoleAsked, db: Db, staff: Staff, code: str) -> Response:
    """Another name, other permissions; whoever has the role signs in again for those."""
    staff.must("staff:write")
    queries.role_by(db, code)
    if form.data:
        try:
            commands.change_role(
                db, staff, code, name=form.data.name, permissions=set(form.data.permissions)
            )
        except (Invalid, NameTaken, MayDoMore) as refusal:
            blame(form, refusal, {}, otherwise="permissions")
    if form.errors:
        return view(request, ONE, _one(db, staff, code, form), status=422)
    to = request.app.state.url_for("backoffice.roles")
    return redirect(request, to, notice="The role is changed.")


@pages.post("/{code}/removal", name="backoffice.delete_role")
def delete_role(request: Request, db: Db, staff: Staff, code: str) -> Response:
    """Give a role up that nobody has."""
    try:
        commands.delete_role(db, staff, code)
    except RoleInUse as refusal:
        context = _context(db, staff, refused={code: refusal.detail})
        return view(request, PAGE, context, status=422)
    return _answer(request, db, staff, "The role is gone.")


def may_give(staff: Actor, view_: queries.RoleView) -> bool:
    """Whether they have all that the role may do, and so may give it."""
    return all(staff.may(permission) for permission in view_.permissions)


def _answer(request: Request, session: Session, staff: Actor, notice: str) -> Response:
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.roles"),
        show=PAGE,
        context=_context(session, staff),
        notice=notice,
    )


def _context(
    session: Session,
    staff: Actor,
    *,
    form: Submission[RoleForm] | None = None,
    refused: dict[str, str] | None = None,
) -> dict[str, Any]:
    return {
        "roles": queries.roles(session),
        "permissions": list(PERMISSIONS.items()),
        "choices": _choices(staff),
        "form": form or Submission[RoleForm](),
        "refused": refused or {},
    }


def _one(session: Session, staff: Actor, code: str, form: Submission[RoleForm]) -> dict[str, Any]:
    found = next((each for each in queries.roles(session) if each.code == code), None)
    return {
        "role": queries.role_by(session, code),
        "members": found.members if found else 0,
        "choices": _choices(staff),
        "form": form,
    }


def _choices(staff: Actor) -> list[tuple[str, str]]:
    return [(name, words) for name, words in PERMISSIONS.items() if staff.may(name)]
