"""Who works here: adding people, what they may do, a link to a password, closing an account."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import EmailStr, Field
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts import commands, queries
from webapp.accounts.errors import MayDoMore
from webapp.accounts.factors import with_second_factor
from webapp.accounts.guards import Staff
from webapp.accounts.models import Person
from webapp.backoffice.blaming import blame
from webapp.backoffice.history import latest
from webapp.backoffice.roles import may_give
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.runtime.mail import PostOffice
from webapp.shop.commands import change as change_settings
from webapp.shop.queries import current
from webapp.web.deps import Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, redirect, view

pages = APIRouter(prefix="/admin/staff")

PAGE = "backoffice/staff/staff.html#staff_desk"


class StaffForm(Form):
    """Somebody new, who chooses their own password by a link."""

    email: Annotated[EmailStr, Says(missing="Enter their email address.")]
    name: str = Field(default="", max_length=120)
    role: Annotated[str, Field(max_length=20), Says(missing="Choose what they may do.")]


class RoleForm(Form):
    role: Annotated[str, Field(max_length=20), Says(missing="Choose a role.")]


class SecondFactorForm(Form):
    required: bool = False


SecondFactorAsked = Annotated[Submission[SecondFactorForm], Depends(submitted(SecondFactorForm))]
StaffAsked = Annotated[Submission[StaffForm], Depends(submitted(StaffForm))]
RoleAsked = Annotated[Submission[RoleForm], Depends(submitted(RoleForm))]


@pages.get("", name="backoffice.staff")
def staff(request: Request, db: Db, staff: Staff) -> Response:
    """Everybody who works here, and the form for one more."""
    if not staff.may("staff:write"):
        staff.must("staff:read")
    return view(request, PAGE, _context(request, db, staff))


@pages.post("")
def submit_staff(request: Request, form: StaffAsked, db: Db, staff: Staff) -> Response:
    """Add somebody, and invite them to choose a password."""
    staff.must("staff:write")
    if form.data is None:
        return view(request, PAGE, _context(request, db, staff, form=form), status=422)
    asked = form.data
    try:
        with db.begin_nested():
            person = commands.add_staff(
                db, staff, email=asked.email, role=asked.role, name=asked.name
            )
    except (Invalid, Refused, MayDoMore) as refusal:
        blame(form, refusal, {})
        return view(request, PAGE, _context(request, db, staff, form=form), status=422)
    return _invited(request, db, staff, person, f"An invitation is on its way to {person.email}.")


@pages.get("/{public_id}/sign-ins", name="backoffice.staff_sign_ins")
def staff_sign_ins(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Where a colleague is signed in, who failed to be, and what happened to the account."""
    if not staff.may("staff:write"):
        staff.must("staff:read")
    person = _colleague(db, public_id)
    context = {
        "person": person,
        "devices": queries.devices(db, person.id or 0),
        "failures": queries.failures(db, person.id or 0),
        "lines": latest(db, ("person", public_id), current(db)),
    }
    return view(request, "backoffice/staff/sign_ins.html", context)


@pages.post("/{public_id}/role", name="backoffice.staff_role")
def staff_role(request: Request, form: RoleAsked, db: Db, staff: Staff, public_id: str) -> Response:
    """Let somebody do more or less."""
    staff.must("staff:write")
    person = _colleague(db, public_id)
    if form.data is None:
        return _refused(request, db, staff, person, form.errors["role"])
    role = form.data.role
    return _changed(
        request,
        db,
        staff,
        person,
        lambda: commands.change_staff(db, staff, person, role=role),
        f"{person.name} is {_named(db, role)} now.",
    )


@pages.post("/{public_id}/closing", name="backoffice.close_staff")
def close_staff(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Let them in no more, and sign them out. What they did stays in the history."""
    person = _colleague(db, public_id)
    return _changed(
        request,
        db,
        staff,
        person,
        lambda: commands.change_staff(db, staff, person, is_active=False),
        f"The account of {person.name} is closed.",
    )


@pages.post("/{public_id}/opening", name="backoffice.open_staff")
def open_staff(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Let them in again, with the password they had."""
    person = _colleague(db, public_id)
    return _changed(
        request,
        db,
        staff,
        person,
        lambda: commands.change_staff(db, staff, person, is_active=True),
        f"{person.name} can sign in again.",
    )


@pages.post("/{public_id}/password", name="backoffice.staff_password")
def staff_password(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """A link to a new password for somebody who lost theirs, or who never had one."""
    staff.must("staff:write")
    person = _colleague(db, public_id)
    try:
        return _invited(
            request, db, staff, person, f"A link to a password is on its way to {person.email}."
        )
    except (Refused, MayDoMore) as refusal:
        return _refused(request, db, staff, person, refusal.detail)


@pages.post("/second-factor", name="backoffice.staff_second_factor")
def staff_second_factor(
    request: Request, form: SecondFactorAsked, db: Db, staff: Staff
) -> Response:
    """Whether everybody who works here must have one. Who asks for it sets one up next."""
    staff.must("settings:write")
    if form.data is None:
        return view(request, PAGE, _context(request, db, staff), status=422)
    change_settings(db, staff, staff_second_factor=form.data.required)
    must = form.data.required
    notice = "Staff must have a second factor now." if must else "Staff may do without one."
    to = request.app.state.url_for("backoffice.staff")
    return redirect(request, to, notice=notice)


@pages.post("/{public_id}/second-factor", name="backoffice.reset_second_factor")
def reset_second_factor(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """For a colleague who lost the device: they sign in with their password until they set one up
    anew."""
    staff.must("staff:write")
    person = _colleague(db, public_id)
    return _changed(
        request,
        db,
        staff,
        person,
        lambda: _without_second_factor(db, staff, person),
        f"{person.name} signs in with their password until they set up a second factor anew.",
    )


def _without_second_factor(session: Session, staff: Actor, person: Person) -> None:
    commands.reset_second_factor(session, staff, person)


def _named(session: Session, role: str) -> str:
    names = {each.code: each.name for each in queries.roles(session)}
    return names.get(role, role).lower()


def _colleague(session: Session, public_id: str) -> Person:
    """Somebody who works here or did; a customer is none of this page's business."""
    person = queries.by_public_id(session, public_id)
    if person.role is None:
        raise NotFound("There is no such person.")
    return person


def _invited(
    request: Request, session: Session, staff: Actor, person: Person, notice: str
) -> Response:
    """Mail the link where the shop can. Else it is shown in this one answer and kept nowhere: who
    asked hands it over."""
    if _sends_mail(request):
        commands.invite(session, staff, person)
        return after_post(
            request,
            go_to=request.app.state.url_for("backoffice.staff"),
            show=PAGE,
            context=_context(request, session, staff),
            notice=notice,
        )
    link = commands.hand_staff_link(session, staff, person)
    response = view(request, PAGE, _context(request, session, staff, told=(person, link)))
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _changed(
    request: Request,
    session: Session,
    staff: Actor,
    person: Person,
    change: Callable[[], None],
    notice: str,
) -> Response:
    try:
        change()
    except (Invalid, Refused, MayDoMore) as refusal:
        return _refused(request, session, staff, person, refusal.detail)
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.staff"),
        show=PAGE,
        context=_context(request, session, staff),
        notice=notice,
    )


def _refused(
    request: Request, session: Session, staff: Actor, person: Person, sentence: str
) -> Response:
    """The list again, with the reason beside the person it is about."""
    context = _context(request, session, staff, refused={person.public_id: sentence})
    return view(request, PAGE, context, status=422)


def _sends_mail(request: Request) -> bool:
    office: PostOffice = request.app.state.means.post
    return office.can_send


def _context(
    request: Request,
    session: Session,
    staff: Actor,
    *,
    form: Submission[StaffForm] | None = None,
    refused: dict[str, str] | None = None,
    told: tuple[Person, commands.Invitation] | None = None,
) -> dict[str, Any]:
    """``told`` is somebody with the link that is to be handed to them. With each person goes
    whether they are within reach: who may do more than one is not changed by one."""
    roles = {each.code: each for each in queries.roles(session)}
    given = [code for code, each in roles.items() if may_give(staff, each)]
    return {
        "people": [
            (
                person,
                Submission[RoleForm].showing({"role": person.role}),
                person.role in given and staff.may("staff:write"),
            )
            for person in queries.staff(session)
        ],
        "own_id": staff.id,
        "choices": [(code, roles[code].name) for code in given],
        "names": {code: each.name for code, each in roles.items()},
        "form": form or Submission[StaffForm](),
        "refused": refused or {},
        "told": told,
        "sends_mail": _sends_mail(request),
        "with_second_factor": with_second_factor(session),
        "second_factor_form": Submission[SecondFactorForm].showing(
            {"required": current(session).staff_second_factor}
        ),
    }
