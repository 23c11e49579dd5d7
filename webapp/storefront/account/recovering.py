"""A lost password: a link is mailed, and a new one chosen."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, jobs, passwords
from webapp.accounts.errors import LinkSpent, WeakPassword
from webapp.accounts.guards import HashTurn, as_known, slow_down_mail
from webapp.accounts.links import OF_CUSTOMER, LinkPurpose, which_link
from webapp.shop import queries as shops
from webapp.storefront.account.coming_in import drop
from webapp.storefront.account.forms import AddressForm, NewPasswordForm
from webapp.storefront.account.manners import private
from webapp.web.deps import Data, Db, SettingsDep
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter()

ASKING = "account/forgotten.html#forgotten_form"
CHOOSING = "account/reset.html#reset_form"

LinkAsked = Annotated[Submission[AddressForm], Depends(submitted(AddressForm))]
Chosen = Annotated[Submission[NewPasswordForm], Depends(submitted(NewPasswordForm))]


@pages.get("/account/reset", name="account.forgotten")
def forgotten(request: Request) -> Response:
    return private(view(request, ASKING, {"form": Submission[AddressForm]()}))


@pages.post("/account/reset", name="account.submit_forgotten")
def submit_forgotten(request: Request, form: LinkAsked, db: Db) -> Response:
    """The same answer for everybody: a job looks whether there is such an account."""
    if form.data is None:
        return private(view(request, ASKING, {"form": form}, status=422))
    email = as_known(form.data.email)
    slow_down_mail(request, email)
    jobs.mail_link.later(db, email=email, purpose=LinkPurpose.reset.value)
    return redirect(request, request.app.state.url_for("account.mailed"))


@pages.get("/account/reset/{token}", name="account.reset")
def reset(request: Request, db: Db, settings: SettingsDep, token: str) -> Response:
    """Shows a form and uses nothing: programs that check mail open every link."""
    try:
        purpose, public_id = which_link(settings.secret_key, OF_CUSTOMER, token)
        commands.open_link(db, public_id, purpose)
    except LinkSpent as spent:
        return private(view(request, "account/spent.html", {"refusal": spent}))
    context = {"form": Submission[NewPasswordForm](), "token": token}
    return private(view(request, CHOOSING, context))


@pages.post("/account/reset/{token}", name="account.submit_reset")
def submit_reset(
    request: Request,
    form: Chosen,
    _turn: HashTurn,
    data: Data,
    settings: SettingsDep,
    token: str,
) -> Response:
    """Set it and sign every browser out. Signing in is another step, so that whatever that asks
    for beside a password is asked for here too."""
    purpose, public_id = which_link(settings.secret_key, OF_CUSTOMER, token)
    with data.reading() as session:
        _, person = commands.open_link(session, public_id, purpose)
        about = (shops.current(session).name, person.email, person.name)
        least = passwords.STAFF_MINIMUM_LENGTH if person.role else passwords.MINIMUM_LENGTH
    if form.data:
        try:
            commands.check_password(form.data.password, about, least=least)
        except WeakPassword as refusal:
            form.refuse("password", refusal.detail)
    if form.data is None:
        context = {"form": form, "token": token}
        return private(view(request, CHOOSING, context, status=422))
    stored = passwords.hashed(form.data.password)
    with data.writing() as session:
        commands.reset_password(session, public_id, stored, purpose=purpose)
    to = request.app.state.url_for("account.login")
    response = redirect(request, to, notice="Your password is changed. Sign in with it.")
    drop(request, response)
    return response
