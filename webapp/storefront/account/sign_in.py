"""Signing in and out: with a password, or by a link that is mailed."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, jobs
from webapp.accounts.errors import LinkSpent
from webapp.accounts.guards import (
    HashTurn,
    Visitor,
    as_known,
    known_by_password,
    slow_down_mail,
    token_of,
)
from webapp.accounts.links import LinkPurpose, link_of
from webapp.accounts.queries import Credentials
from webapp.orders.cookie import forget_all
from webapp.storefront.account.coming_in import come_in, drop, onward
from webapp.storefront.account.doors import ACCOUNT, door_context
from webapp.storefront.account.forms import AddressForm, KeepForm, SignInForm
from webapp.storefront.account.manners import private
from webapp.storefront.account.providers import JOINING, introduced_in
from webapp.web.deps import Data, Db, SettingsDep
from webapp.web.submissions import Submission, submitted
from webapp.web.views import local_path, redirect, view

pages = APIRouter()

WRONG = "That does not match. Check both and try again."
SignInAsked = Annotated[Submission[SignInForm], Depends(submitted(SignInForm))]
LinkAsked = Annotated[Submission[AddressForm], Depends(submitted(AddressForm))]
Kept = Annotated[Submission[KeepForm], Depends(submitted(KeepForm))]


@pages.get("/account/login", name="account.login")
def login(request: Request, member: Visitor, to: str = "") -> Response:
    if member is not None:
        return redirect(request, onward(to))
    form: Submission[SignInForm] = Submission.showing({"to": local_path(to) or ""})
    return private(view(request, "account/login.html#login_form", door_context(ACCOUNT, form)))


@pages.post("/account/login", name="account.submit_login")
def submit_login(request: Request, form: SignInAsked, _turn: HashTurn, data: Data) -> Response:
    """One hash and one sentence for every pair that is not right, whoever it belongs to."""
    if form.data:
        asked = form.data
        known = known_by_password(request, data, asked.email, asked.password)
        response = None
        if known is not None:
            response = come_in(request, data, known, keep=asked.keep, to=asked.to)
        if response is not None:
            return response
        form.refuse("password", WRONG)
    context = door_context(ACCOUNT, form)
    return private(view(request, "account/login.html#login_form", context, status=422))


@pages.post("/account/logout", name="account.logout")
def logout(request: Request, db: Db) -> Response:
    """Forget this browser, and the orders it may see. Works as often as it is asked."""
    secret = token_of(request)
    if secret:
        commands.sign_out(db, secret)
    response = redirect(request, "/", notice="You are signed out.")
    drop(request, response)
    forget_all(request, response)
    return response


@pages.get("/account/link", name="account.ask_link")
def ask_link(request: Request, to: str = "") -> Response:
    """For somebody who would rather open their mail than remember a password."""
    form: Submission[AddressForm] = Submission.showing({"to": local_path(to) or ""})
    return private(view(request, "account/ask_link.html#link_form", {"form": form}))


@pages.post("/account/link", name="account.submit_ask_link")
def submit_ask_link(request: Request, form: LinkAsked, db: Db) -> Response:
    """The same answer for everybody: a job looks whether there is such an account."""
    if form.data is None:
        context = {"form": form}
        return private(view(request, "account/ask_link.html#link_form", context, status=422))
    email = as_known(form.data.email)
    slow_down_mail(request, email)
    jobs.mail_link.later(db, email=email, purpose=LinkPurpose.sign_in.value)
    return redirect(request, request.app.state.url_for("account.mailed"))


@pages.get("/account/link/{token}", name="account.link")
def link(request: Request, db: Db, settings: SettingsDep, token: str) -> Response:
    """Shows a button and uses nothing: programs that check mail open every link."""
    try:
        commands.open_link(
            db, link_of(settings.secret_key, LinkPurpose.sign_in, token), LinkPurpose.sign_in
        )
    except LinkSpent as spent:
        return private(view(request, "account/spent.html", {"refusal": spent}))
    return private(view(request, "account/link.html", {"token": token}))


@pages.post("/account/link/{token}", name="account.submit_link")
def submit_link(
    request: Request, form: Kept, data: Data, settings: SettingsDep, token: str
) -> Response:
    public_id = link_of(settings.secret_key, LinkPurpose.sign_in, token)
    with data.writing() as session:
        known = Credentials.of(commands.come_in_by_link(session, public_id))
    keep = form.data is not None and form.data.keep
    # Who was introduced by a provider and has now shown whose mailbox it is, goes on with that.
    to = JOINING if introduced_in(request) else ""
    response = come_in(request, data, known, how="link", keep=keep, to=to)
    if response is None:
        raise LinkSpent("The account has changed meanwhile. Ask for a new link.")
    return response
