"""Who works here: adding people, what they may do, a new password, closing an account."""

import secrets
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import EmailStr, Field
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts import commands, passwords, queries
from webapp.accounts.errors import MayDoMore
from webapp.accounts.factors import with_second_factor
from webapp.accounts.guards import Staff, StaffBeside
from webapp.accounts.models import Person
from webapp.backoffice.blaming import blame
from webapp.backoffice.history import latest
from webapp.backoffice.roles import may_give
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.runtime.db import Database
from webapp.runtime.mail import PostOffice
from webapp.shop.commands import change as change_settings
from webapp.shop.queries import current
from webapp.web.deps import Data, Db
from webapp.web.fields import Says, Secret
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, redirect, view

pages = APIRouter(prefix="/admin/staff")

PAGE = "backoffice/staff/staff.html#staff_desk"

# No letter or digit that can be taken for another when it is read out or copied by hand.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _LETTERS = 4, 5


class StaffForm(Form):
    """Somebody new. Without a password they are invited to choose one, or one is made up."""

    email: Annotated[EmailStr, Says(missing="Enter their email address.")]
    name: str = Field(default="", max_length=120)
    role: Annotated[str, Field(max_length=20), Says(missing="Choose what they may do.")]
    password: Secret = ""
    invite: bool = False


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
def submit_staff(request: Request, form: StaffAsked, data: Data, staff: StaffBeside) -> Response:
    """Add somebody, and invite them to choose a password. Where no mail is sent or wanted, a
    made-up one is shown in this one answer and kept nowhere."""
    staff.must("staff:write")
    if form.data and form.data.password:
        _check_password(form, form.data.password)
    if form.data is None:
        return _shown(request, data, staff, form=form, status=422)
    asked = form.data
    secret = asked.password or made_up_password()
    invites = asked.invite and not asked.password and _sends_mail(request)
    stored = passwords.hashed(secret)
    try:
        with data.writing() as session:
            person = commands.add_staff(
                session,
                staff,
                email=asked.email,
                password_hash=stored,
                role=asked.role,
                name=asked.name,
            )
            if invites:
                commands.invite(session, staff, person)
            name, email = person.name, person.email
    except (Invalid, Refused, MayDoMore) as refusal:
        blame(form, refusal, {})
        return _shown(request, data, staff, form=form, status=422)
    if not asked.password and not invites:
        return _shown(request, data, staff, told=(name, email, secret))
    with data.reading() as session:
        return after_post(
            request,
            go_to=request.app.state.url_for("backoffice.staff"),
            show=PAGE,
            context=_context(request, session, staff),
            notice=f"An invitation is on its way to {email}."
            if invites
            else f"{name} can sign in now.",
        )


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
def staff_password(request: Request, data: Data, staff: StaffBeside, public_id: str) -> Response:
    """A new password for somebody who lost theirs, shown in this one answer."""
    staff.must("staff:write")
    with data.reading() as session:
        _colleague(session, public_id)
    secret = made_up_password()
    stored = passwords.hashed(secret)
    try:
        with data.writing() as session:
            person = _colleague(session, public_id)
            commands.change_staff(session, staff, person, password_hash=stored)
            told = (person.name, person.email, secret)
    except MayDoMore as refusal:
        with data.reading() as session:
            person = _colleague(session, public_id)
            return _refused(request, session, staff, person, refusal.detail)
    return _shown(request, data, staff, told=told)


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


def made_up_password() -> str:
    """Twenty letters and digits in groups of five: 99 random bits, to be read out if need be."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(groups)


def _named(session: Session, role: str) -> str:
    names = {each.code: each.name for each in queries.roles(session)}
    return names.get(role, role).lower()


def _colleague(session: Session, public_id: str) -> Person:
    """Somebody who works here or did; a customer is none of this page's business."""
    person = queries.by_public_id(session, public_id)
    if person.role is None:
        raise NotFound("There is no such person.")
    return person


def _check_password(form: Submission[StaffForm], password: str) -> None:
    try:
        commands.check_password(password)
    except Invalid as refusal:
        form.refuse("password", refusal.detail)


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


def _shown(
    request: Request,
    data: Database,
    staff: Actor,
    *,
    form: Submission[StaffForm] | None = None,
    told: tuple[str, str, str] | None = None,
    status: int = 200,
) -> Response:
    with data.reading() as session:
        context = _context(request, session, staff, form=form, told=told)
        return view(request, PAGE, context, status=status)


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
    told: tuple[str, str, str] | None = None,
) -> dict[str, Any]:
    """``told`` is (name, email, password) of somebody whose password was just made up. With each
    person goes whether they are within reach: who may do more than one is not changed by one."""
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
