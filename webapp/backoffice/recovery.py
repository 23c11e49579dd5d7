"""Forgotten passwords: asking for a link, and choosing a new one with it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import EmailStr
from starlette.responses import Response

from webapp.accounts import commands, passwords
from webapp.accounts.errors import LinkSpent, WeakPassword
from webapp.accounts.jobs import mail_link
from webapp.accounts.links import LinkPurpose
from webapp.runtime.mail import PostOffice
from webapp.web.deps import Data, Db
from webapp.web.fields import Says, Secret
from webapp.web.limits import slow_down
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter()

FORGOTTEN = "backoffice/forgotten.html#forgotten_form"
PASSWORD = "backoffice/password.html#password_form"  # noqa: S105 (a template)


class ForgottenForm(Form):
    email: Annotated[EmailStr, Says(missing="Enter the email address you sign in with.")]


class PasswordForm(Form):
    password: Annotated[Secret, Says(missing="Enter a password.")]


ForgottenAsked = Annotated[Submission[ForgottenForm], Depends(submitted(ForgottenForm))]
PasswordAsked = Annotated[Submission[PasswordForm], Depends(submitted(PasswordForm))]


@pages.get("/admin/forgotten", name="backoffice.forgotten")
def forgotten(request: Request) -> Response:
    """Where to ask for a link; where the shop sends no mail, who else can help."""
    return _asked(request, Submission[ForgottenForm]())


@pages.post("/admin/forgotten", name="backoffice.submit_forgotten")
def submit_forgotten(request: Request, form: ForgottenAsked, db: Db) -> Response:
    """One sentence, after the same work, for known and for unknown addresses."""
    if form.data is None:
        return _asked(request, form, status=422)
    address = commands.normalised_email(form.data.email)
    _slow_down(request, address)
    if _sends_mail(request):
        mail_link.later(db, email=address, purpose=LinkPurpose.staff_reset)
    return _asked(request, form, is_answered=True)


@pages.get("/admin/password/{token}", name="backoffice.password")
def password(request: Request, db: Db, token: str) -> Response:
    """Where a mailed link leads. Looking does not use it up."""
    try:
        person = commands.colleague_of_link(db, token)
    except LinkSpent as spent:
        return _spent(request, spent)
    return _form(request, token, Submission[PasswordForm](), person.email)


@pages.post("/admin/password/{token}", name="backoffice.submit_password")
def submit_password(request: Request, form: PasswordAsked, data: Data, token: str) -> Response:
    """Set the password; it is hashed between two short transactions."""
    try:
        with data.reading() as session:
            email = commands.colleague_of_link(session, token).email
        if form.data:
            try:
                commands.check_password(form.data.password)
            except WeakPassword as weak:
                form.refuse("password", weak.detail)
        if form.data is None:
            return _form(request, token, form, email, status=422)
        stored = passwords.hashed(form.data.password)
        with data.writing() as session:
            commands.set_password(session, token, password_hash=stored)
    except LinkSpent as spent:
        return _spent(request, spent)
    to = request.app.state.url_for("backoffice.sign_in")
    return _private(redirect(request, to, notice="Your password is set. Sign in with it."))


def _asked(
    request: Request,
    form: Submission[ForgottenForm],
    *,
    is_answered: bool = False,
    status: int = 200,
) -> Response:
    context = {"form": form, "is_answered": is_answered, "sends_mail": _sends_mail(request)}
    return _private(view(request, FORGOTTEN, context, status=status))


def _form(
    request: Request,
    token: str,
    form: Submission[PasswordForm],
    email: str,
    *,
    status: int = 200,
) -> Response:
    context = {"form": form, "token": token, "email": email, "spent": ""}
    return _private(view(request, PASSWORD, context, status=status))


def _spent(request: Request, spent: LinkSpent) -> Response:
    context = {"form": Submission[PasswordForm](), "token": "", "email": "", "spent": spent.detail}
    return _private(view(request, PASSWORD, context, status=404))


def _sends_mail(request: Request) -> bool:
    office: PostOffice = request.app.state.means.post
    return office.can_send


def _slow_down(request: Request, email: str) -> None:
    """As often as orders are looked up, and counted with them."""
    state = request.app.state
    slow_down(request, state.lookups_by_network, state.lookups_by_address, f"staff {email}")


def _private(response: Response) -> Response:
    """The address is as good as a password for a while: it is told to nobody and kept nowhere."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
