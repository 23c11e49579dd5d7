"""Making an account, and showing that its mailbox is one's own."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, jobs, passwords
from webapp.accounts.errors import LinkSpent, NameTaken, WeakPassword
from webapp.accounts.guards import (
    Customer,
    HashTurn,
    Visitor,
    VisitorBeside,
    proves,
    slow_down,
    slow_down_mail,
)
from webapp.accounts.links import LinkPurpose, link_of
from webapp.accounts.queries import Credentials, Member
from webapp.accounts.words import NEWS
from webapp.kit.errors import Invalid
from webapp.kit.values import replace
from webapp.runtime.db import Database
from webapp.shop import queries as shops
from webapp.storefront.account.coming_in import come_in, onward
from webapp.storefront.account.forms import RegisterForm, VerifyForm
from webapp.storefront.account.manners import private
from webapp.storefront.account.sign_in import WRONG
from webapp.web.challenge import Challenge, gate_of
from webapp.web.deps import Data, Db, SettingsDep
from webapp.web.manners import manners_of
from webapp.web.submissions import Submission, check, submitted
from webapp.web.views import local_path, redirect, view

pages = APIRouter()

PAGE = "account/register.html#register_form"

RegisterAsked = Annotated[Submission[RegisterForm], Depends(submitted(RegisterForm))]
Verified = Annotated[Submission[VerifyForm], Depends(submitted(VerifyForm))]


@pages.get("/account/register", name="account.register")
def register(request: Request, member: Visitor, to: str = "") -> Response:
    if member is not None:
        return redirect(request, onward(to))
    form: Submission[RegisterForm] = Submission.showing({"to": local_path(to) or ""})
    return private(view(request, PAGE, _shown(request, form)))


@pages.post("/account/register", name="account.submit_register")
def submit_register(request: Request, form: RegisterAsked, _turn: HashTurn, data: Data) -> Response:
    """One answer whether the address is new or has an account: its owner is told by mail."""
    form = _unsealed(request, form)
    if form.data:
        with data.reading() as session:
            shop = shops.current(session)
        if not shop.usernames:
            form.data.username = ""
        check_new_password(form, form.data.password, (shop.name, form.data.email, form.data.name))
    if form.data:
        challenge = gate_of(request).asks(
            request, "register", form, lambda outcome: _count(data, outcome)
        )
        if challenge is not None:
            sealed = gate_of(request).seal(form.data.password)
            context = _shown(request, form, replace(challenge, sealed=sealed))
            return private(view(request, PAGE, context, status=422))
        slow_down(request, "registering")
        asked = form.data
        stored = passwords.hashed(asked.password)
        wanted = commands.Registration(
            email=asked.email,
            password_hash=stored,
            name=asked.name,
            username=asked.username or None,
            news=NEWS if asked.news else "",
        )
        try:
            with data.writing() as session:
                commands.register(session, wanted)
        except (NameTaken, Invalid) as refusal:
            form.refuse(str(refusal.facts.get("field", "")), refusal.detail)
    if form.errors:
        return private(view(request, PAGE, _shown(request, form), status=422))
    return redirect(request, request.app.state.url_for("account.registered"))


def _shown(
    request: Request, form: Submission[RegisterForm], challenge: Challenge | None = None
) -> dict[str, Any]:
    stamp = gate_of(request).stamp("register")
    return {"form": form, "stamp": stamp, "challenge": challenge, "news": NEWS}


def _unsealed(request: Request, form: Submission[RegisterForm]) -> Submission[RegisterForm]:
    """With the password that was sealed while something was asked, unless another was typed."""
    sealed = form.values.get("sealed", "")
    if not sealed or "password" not in form.errors:
        return form
    typed = {**form.values, "password": gate_of(request).unseal(sealed[:8000])}
    return check(RegisterForm, typed, manners_of(request))


def _count(data: Database, outcome: str) -> None:
    with data.writing() as session:
        commands.count_at_gate(session, "register", outcome)


def check_new_password(
    form: Submission[RegisterForm], password: str, about: tuple[str, ...]
) -> None:
    """Say under the field what is wrong with a password, if anything is."""
    try:
        commands.check_password(password, about, least=passwords.MINIMUM_LENGTH)
    except WeakPassword as refusal:
        form.refuse("password", refusal.detail)


@pages.get("/account/registered", name="account.registered")
def registered(request: Request) -> Response:
    """What to do now. The same for everybody."""
    return private(view(request, "account/registered.html"))


@pages.get("/account/mailed", name="account.mailed")
def mailed(request: Request) -> Response:
    """A link is in the mail, if there is such an account."""
    return private(view(request, "account/mailed.html"))


@pages.post("/account/verification", name="account.resend")
def resend(request: Request, member: Customer, db: Db) -> Response:
    """Mail the link again to the address of the account."""
    slow_down_mail(request, member.email)
    jobs.mail_link.later(db, email=member.email, purpose=LinkPurpose.verify.value)
    notice = "We have written to you once more." if not member.is_verified else "It is confirmed."
    return redirect(request, "/account", notice=notice)


@pages.get("/account/verify/{token}", name="account.verify")
def verify(
    request: Request, member: Visitor, db: Db, settings: SettingsDep, token: str
) -> Response:
    """Shows a button and uses nothing: programs that check mail open every link."""
    try:
        known = _meant(db, settings.secret_key, token)
    except LinkSpent as spent:
        return private(view(request, "account/spent.html", {"refusal": spent}))
    return _verify_page(request, member, known, token, Submission())


@pages.post("/account/verify/{token}", name="account.submit_verify")
def submit_verify(
    request: Request,
    form: Verified,
    _turn: HashTurn,
    member: VisitorBeside,
    data: Data,
    settings: SettingsDep,
    token: str,
) -> Response:
    """The account's own browser needs its button alone. Any other types the password: else the
    owner of a mailbox would lend it to an account that somebody else has made with it.
    """
    with data.reading() as session:
        known = _meant(session, settings.secret_key, token)
    if member is None or member.key != known.key:
        typed = form.data.password if form.data else ""
        if not proves(request, known.email, known, typed):
            form.refuse("password", WRONG)
            return _verify_page(request, member, known, token, form)
    return _verified(request, data, known, member, settings.secret_key, token)


def _verified(
    request: Request,
    data: Database,
    known: Credentials,
    member: Member | None,
    secret: str,
    token: str,
) -> Response:
    with data.writing() as session:
        commands.verify(session, link_of(secret, LinkPurpose.verify, token))
    notice = "Thank you, your address is confirmed."
    if member is not None and member.key == known.key:
        return redirect(request, "/account", notice=notice)
    response = come_in(request, data, known, notice=notice)
    return response or redirect(request, request.app.state.url_for("account.login"), notice=notice)


def _meant(session: Session, secret: str, token: str) -> Credentials:
    """Whose account the link is about. Raises ``LinkSpent``."""
    public_id = link_of(secret, LinkPurpose.verify, token)
    _, person = commands.open_link(session, public_id, LinkPurpose.verify)
    return Credentials.of(person)


def _verify_page(
    request: Request,
    member: Member | None,
    known: Credentials,
    token: str,
    form: Submission[VerifyForm],
) -> Response:
    context = {
        "token": token,
        "email": known.email,
        "form": form,
        "is_here": member is not None and member.key == known.key,
    }
    status = 422 if form.errors else 200
    return private(view(request, "account/verify.html#verify_form", context, status=status))
