"""Linking an account with a provider: the owner's consent, and taking it back."""

from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import queries as people
from webapp.accounts.errors import ConfirmationNeeded
from webapp.accounts.guards import (
    CONFIRM_PAGE,
    Fresh,
    Visitor,
    as_known,
    is_fresh,
    slow_down_mail,
)
from webapp.accounts.queries import Member
from webapp.identities import commands, jobs, queries
from webapp.identities.errors import LastWayIn, NotConfirmed
from webapp.identities.values import Introduction
from webapp.kit.errors import NotFound
from webapp.storefront.account.forms import AddressForm
from webapp.storefront.account.manners import private
from webapp.storefront.account.providers import INTRODUCED, JOINING, SECURITY, introduced_in
from webapp.web.deps import Db
from webapp.web.flashes import flash
from webapp.web.sessions import forget_cookie
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter()

OWNER = "account/joining.html#joining_form"
CONSENT = "account/consent.html"

LinkAsked = Annotated[Submission[AddressForm], Depends(submitted(AddressForm))]


@pages.get(JOINING, name="account.joining")
def joining(request: Request, member: Visitor, db: Db) -> Response:
    """What will be linked, for who is signed in; else how to show whose account it is."""
    introduced = introduced_in(request)
    if introduced is None:
        to = SECURITY if member is not None else request.app.state.url_for("account.login")
        response = redirect(request, to)
        flash(request, response, "Nothing waits to be linked here any more. Start again.", "info")
        return private(response)
    if member is None:
        form: Submission[AddressForm] = Submission.showing({"email": introduced.email})
        return _owner(request, db, introduced, form)
    if not is_fresh(member):
        raise ConfirmationNeeded("Type your password once more.", sign_in_page=CONFIRM_PAGE)
    return _consent(request, db, member, introduced)


@pages.post(JOINING, name="account.submit_joining")
def submit_joining(request: Request, member: Fresh, db: Db) -> Response:
    """The owner says yes."""
    introduced = _waiting(request)
    way = queries.client_row(db, introduced.provider).name
    commands.link(db, member, introduced)
    notice = f"Linked. You can sign in with {way} from now on."
    return _settled(request, redirect(request, SECURITY, notice=notice))


@pages.post("/account/joining/refusal", name="account.refuse_joining")
def refuse_joining(request: Request, member: Visitor) -> Response:
    """Nothing is linked."""
    to = SECURITY if member is not None else request.app.state.url_for("account.login")
    return _settled(request, redirect(request, to, notice="Nothing was linked."))


@pages.post("/account/joining/mail", name="account.mail_joining")
def mail_joining(request: Request, form: LinkAsked, db: Db) -> Response:
    """Mail a link, to an account that is made if there is none; the answer is the same."""
    introduced = _waiting(request)
    if form.data is None:
        return _owner(request, db, introduced, form, status=422)
    email = as_known(form.data.email)
    slow_down_mail(request, email)
    jobs.mail_link.later(db, email=email, name=introduced.name)
    return redirect(request, request.app.state.url_for("account.joining_mailed"))


@pages.get("/account/joining/mailed", name="account.joining_mailed")
def joining_mailed(request: Request) -> Response:
    return private(view(request, "account/joining_mailed.html"))


@pages.get("/account/security/identities/{identity}", name="account.identity")
def identity(request: Request, member: Fresh, db: Db, identity: str) -> Response:
    """Ask before it is unlinked, and say what else opens the account."""
    return _unlinking(request, db, member, identity)


@pages.post("/account/security/identities/{identity}/end", name="account.unlink")
def unlink(request: Request, member: Fresh, db: Db, identity: str) -> Response:
    try:
        commands.unlink(db, member, identity)
    except LastWayIn as refusal:
        return _unlinking(request, db, member, identity, refusal=refusal)
    return redirect(request, SECURITY, notice="It does not open your account any more.")


def _owner(
    request: Request,
    session: Session,
    introduced: Introduction,
    form: Submission[AddressForm],
    *,
    status: int = 200,
) -> Response:
    """That there is an account is said to nobody but whom the provider vouches for."""
    there = people.by_email(session, introduced.email) if introduced.is_verified else None
    context = {
        "way": queries.client_row(session, introduced.provider).name,
        "introduced": introduced,
        "form": form,
        "is_there": there is not None,
        # An address that was never confirmed may have been typed by anybody, with a password.
        "by_password": there is not None and there.is_verified,
        "by_mail": there is None or there.role is None,
    }
    return private(view(request, OWNER, context, status=status))


def _consent(
    request: Request, session: Session, member: Member, introduced: Introduction
) -> Response:
    provider = queries.client_row(session, introduced.provider)
    context = {
        "way": provider.name,
        "introduced": introduced,
        "member": member,
        "is_allowed": member.role is None or provider.for_staff,
    }
    return private(view(request, CONSENT, context))


def _unlinking(
    request: Request,
    session: Session,
    member: Member,
    identity: str,
    *,
    refusal: LastWayIn | None = None,
) -> Response:
    linked = queries.linked(session, member.key)
    one = next((each for each in linked if each.public_id == identity), None)
    if one is None:
        raise NotFound("That is not linked with your account.")
    context = {
        "one": one,
        "others": [each for each in linked if each is not one and each.is_active],
        "has_password": queries.has_password(session, member.key),
        "refusal": refusal,
    }
    status = 409 if refusal else 200
    return private(view(request, "account/unlink.html", context, status=status))


def _waiting(request: Request) -> Introduction:
    introduced = introduced_in(request)
    if introduced is None:
        raise NotConfirmed("Nothing waits to be linked here any more. Sign in once more.")
    return introduced


def _settled(request: Request, response: Response) -> Response:
    forget_cookie(request, response, INTRODUCED)
    return private(response)
