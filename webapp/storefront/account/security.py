"""The safety of an account: its browsers, its password, and what is shown beside it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, passwords, queries
from webapp.accounts.errors import WeakPassword
from webapp.accounts.guards import (
    Customer,
    Fresh,
    FreshBeside,
    HashTurn,
)
from webapp.accounts.queries import Member
from webapp.identities import queries as identities
from webapp.shop import queries as shops
from webapp.storefront.account.coming_in import drop, renew
from webapp.storefront.account.doors import ACCOUNT
from webapp.storefront.account.forms import NewPasswordForm
from webapp.storefront.account.guarding import guard_context
from webapp.storefront.account.manners import private
from webapp.web.deps import Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter()

PAGE = "/account/security"
CHOOSING = "account/password.html#password_form"

Chosen = Annotated[Submission[NewPasswordForm], Depends(submitted(NewPasswordForm))]


@pages.get(PAGE, name="account.security")
def security(request: Request, member: Customer, db: Db) -> Response:
    """How it is guarded, and the browsers that are signed in."""
    context = {
        "member": member,
        "devices": queries.devices(db, member.key),
        **guard_context(ACCOUNT, request, db, member),
        "linked": identities.linked(db, member.key),
        "ways": identities.ways(db, for_staff=member.role is not None),
    }
    return private(view(request, "account/security.html", context))


@pages.post("/account/security/devices/{sign_in}/end", name="account.end_device")
def end_device(request: Request, member: Customer, db: Db, sign_in: str) -> Response:
    """Sign one of the browsers out."""
    commands.sign_out_device(db, member, sign_in)
    if sign_in != member.sign_in:
        return redirect(request, PAGE, notice="That browser is signed out.")
    response = redirect(request, "/", notice="You are signed out.")
    drop(request, response)
    return response


@pages.post("/account/security/devices/end", name="account.end_devices")
def end_devices(request: Request, member: Customer, db: Db) -> Response:
    """Sign every other browser out."""
    person = queries.by_public_id(db, member.person)
    commands.sign_out_everywhere(db, person, member.actor, but=member.sign_in)
    return redirect(request, PAGE, notice="Every other browser is signed out.")


@pages.get("/account/password", name="account.password")
def password(request: Request, member: Fresh) -> Response:
    context = {"form": Submission[NewPasswordForm](), "member": member}
    return private(view(request, CHOOSING, context))


@pages.post("/account/password", name="account.submit_password")
def submit_password(
    request: Request, form: Chosen, _turn: HashTurn, member: FreshBeside, data: Data
) -> Response:
    """Another password. Every other browser is signed out, and this one gets another token."""
    with data.reading() as session:
        about = (shops.current(session).name, member.email, member.name)
    least = passwords.STAFF_MINIMUM_LENGTH if member.role else passwords.MINIMUM_LENGTH
    if form.data:
        try:
            commands.check_password(form.data.password, about, least=least)
        except WeakPassword as refusal:
            form.refuse("password", refusal.detail)
    if form.data is None:
        context = {"form": form, "member": member}
        return private(view(request, CHOOSING, context, status=422))
    stored = passwords.hashed(form.data.password)
    with data.writing() as session:
        _change(session, member, stored)
    notice = "Your password is changed, and every other browser is signed out."
    response = redirect(request, PAGE, notice=notice)
    renew(request, response, data, member)
    return response


def _change(session: Session, member: Member, stored: str) -> None:
    person = queries.by_public_id(session, member.person)
    commands.change_password(session, person, stored, keeping=member.sign_in)
