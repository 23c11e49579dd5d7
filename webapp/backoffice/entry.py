"""The door of the back office: signing in and out, and the first visit to a fresh shop."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from webapp.accounts import commands, passwords, queries
from webapp.accounts.errors import SecondFactorNeeded, WeakPassword
from webapp.accounts.founding import is_welcome_key
from webapp.accounts.guards import (
    COOKIE,
    HashTurn,
    browser_of,
    proves,
    remember_in,
    token_of,
)
from webapp.accounts.queries import Credentials
from webapp.backoffice.forms import FoundForm, SignInForm
from webapp.kit.errors import Invalid, NotAllowed
from webapp.runtime.db import Database
from webapp.storefront.account.coming_in import ask_for_more
from webapp.storefront.account.doors import OFFICE, door_context
from webapp.web.deps import Data, Db
from webapp.web.sessions import forget_cookie, set_cookie
from webapp.web.submissions import Submission, submitted
from webapp.web.views import local_path, redirect, view

pages = APIRouter()

HOME = "backoffice.home"
SECOND = "/admin/second"
WRONG = "That address and password do not match. Check both and try again."

SignInAsked = Annotated[Submission[SignInForm], Depends(submitted(SignInForm))]
FoundAsked = Annotated[Submission[FoundForm], Depends(submitted(FoundForm))]


@pages.get("/admin/sign-in", name="backoffice.sign_in")
def sign_in(request: Request, db: Db, to: str = "") -> Response:
    """The sign-in form; on a shop without staff, the way to the first-run page."""
    if not queries.has_staff(db):
        return redirect(request, request.app.state.url_for("backoffice.found"))
    form: Submission[SignInForm] = Submission.showing({"to": local_path(to) or ""})
    return view(request, "backoffice/sign_in.html#sign_in_form", door_context(OFFICE, form))


@pages.post("/admin/sign-in", name="backoffice.submit_sign_in")
def submit_sign_in(request: Request, form: SignInAsked, _turn: HashTurn, data: Data) -> Response:
    """Check the password outside of any transaction, then remember the browser in a short one."""
    if form.data:
        response = _signed_in(request, form.data, data)
        if response is not None:
            return response
        form.refuse("password", WRONG)
    context = door_context(OFFICE, form)
    return view(request, "backoffice/sign_in.html#sign_in_form", context, status=422)


def _signed_in(request: Request, asked: SignInForm, data: Data) -> Response | None:
    try:
        address = commands.normalised_email(asked.email)
    except Invalid:
        address = "@"
    with data.reading() as session:
        known = queries.credentials(session, address)
    known = known if known is not None and known.role is not None else None
    if not proves(request, address, known, asked.password) or known is None:
        return None
    return enter(request, data, known, to=asked.to)


def enter(
    request: Request,
    data: Database,
    known: Credentials,
    *,
    how: str = "password",
    keep: bool = False,
    to: str = "",
    second: str = "",
) -> Response | None:
    """Sign the browser of a member of staff in and lead it on, as ``come_in`` does for the shop's
    own door. Nobody is kept here longer for asking (``keep``)."""
    agent = browser_of(request, known)
    try:
        with data.writing() as session:
            secret = commands.admit(
                session, known, agent, how=how, second=second, instead_of=token_of(request)
            )
    except SecondFactorNeeded:
        return ask_for_more(request, data, known, SECOND, how=how, keep=keep, to=to)
    if secret is None:
        return None
    onward = local_path(to) or request.app.state.url_for(HOME)
    response = _carrying(request, redirect(request, onward), secret)
    remember_in(request, response, known.person)
    return response


def _carrying(request: Request, response: Response, secret: str) -> Response:
    set_cookie(request, response, COOKIE, secret, int(commands.STAFF.at_most.total_seconds()))
    return response


@pages.post("/admin/sign-out", name="backoffice.sign_out")
def sign_out(request: Request, db: Db) -> Response:
    """Forget this browser. Works as often as it is asked."""
    secret = token_of(request)
    if secret:
        commands.sign_out(db, secret)
    to = request.app.state.url_for("backoffice.sign_in")
    response = redirect(request, to, notice="You are signed out.")
    forget_cookie(request, response, COOKIE)
    return response


@pages.get("/admin/welcome", name="backoffice.found")
def found(request: Request, db: Db, key: str = "") -> Response:
    """The first-run page: who owns this shop? Closed once somebody does."""
    if queries.has_staff(db):
        return redirect(request, request.app.state.url_for("backoffice.sign_in"))
    _must_be_founder(request, key)
    form: Submission[FoundForm] = Submission.showing({"key": key})
    return view(request, "backoffice/welcome.html#welcome_form", {"form": form})


@pages.post("/admin/welcome", name="backoffice.submit_found")
def submit_found(request: Request, form: FoundAsked, _turn: HashTurn, data: Data) -> Response:
    """Make the first owner and sign them in."""
    _must_be_founder(request, form.values.get("key", ""))
    if form.data:
        try:
            commands.check_password(form.data.password)
        except WeakPassword as refusal:
            form.refuse("password", refusal.detail)
    if form.data is None:
        return view(request, "backoffice/welcome.html#welcome_form", {"form": form}, status=422)
    stored = passwords.hashed(form.data.password)
    with data.writing() as session:
        person = commands.found(
            session, email=form.data.email, password_hash=stored, name=form.data.name
        )
        secret = commands.sign_in(session, person, user_agent=request.headers.get("user-agent", ""))
    response = redirect(
        request, request.app.state.url_for("backoffice.settings"), notice="Welcome. Name your shop."
    )
    return _carrying(request, response, secret)


def _must_be_founder(request: Request, key: str) -> None:
    """A fresh shop belongs to whoever started it: from this machine, or with the key it printed."""
    host = request.client.host if request.client else ""
    is_here = host in {"127.0.0.1", "::1", "testclient"} and not any(
        name in request.headers for name in ("x-forwarded-for", "forwarded", "x-real-ip")
    )
    if not is_here and not is_welcome_key(request.app.state.settings, key):
        raise NotAllowed(
            "This shop has no owner yet. Open the link that was printed when the shop started."
        )
