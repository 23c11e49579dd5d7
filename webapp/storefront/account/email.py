"""Another address for an account: asked for here, confirmed in both mailboxes."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, profiles, queries
from webapp.accounts.errors import LinkSpent
from webapp.accounts.guards import Fresh, Visitor, slow_down_mail
from webapp.accounts.links import LinkPurpose, link_of
from webapp.kit.errors import Invalid
from webapp.storefront.account.forms import AddressForm
from webapp.storefront.account.manners import private
from webapp.web.deps import Db, SettingsDep
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter()

FORM = "account/email.html#email_form"
_PURPOSES = {"old": LinkPurpose.old_email, "new": LinkPurpose.new_email}

Asked = Annotated[Submission[AddressForm], Depends(submitted(AddressForm))]


@pages.get("/account/email", name="account.email")
def email(request: Request, member: Fresh, db: Db) -> Response:
    context = {
        "member": member,
        "form": Submission[AddressForm](),
        "to_come": profiles.email_to_come(db, member.key),
    }
    return private(view(request, FORM, context))


@pages.post("/account/email", name="account.submit_email")
def submit_email(request: Request, form: Asked, member: Fresh, db: Db) -> Response:
    """The same answer whether or not another account has the address."""
    if form.data:
        try:
            wanted = commands.normalised_email(form.data.email)
            slow_down_mail(request, wanted)
            person = queries.by_public_id(db, member.person)
            commands.ask_for_new_email(db, member.actor, person, wanted)
        except Invalid as refusal:
            form.refuse("email", refusal.detail)
    if form.data is None:
        context = {"member": member, "form": form, "to_come": ""}
        return private(view(request, FORM, context, status=422))
    notice = "We have written to both addresses. It changes once you have confirmed both."
    return redirect(request, "/account/email", notice=notice)


@pages.get("/account/email/{which}/{token}", name="account.confirm_email")
def confirm_email(
    request: Request, db: Db, settings: SettingsDep, which: str, token: str
) -> Response:
    """Shows buttons and uses nothing: programs that check mail open every link."""
    try:
        purpose, public_id = _meant(settings.secret_key, which, token)
        link, person = commands.open_link(db, public_id, purpose)
    except LinkSpent as spent:
        return private(view(request, "account/spent.html", {"refusal": spent}))
    context = {
        "token": token,
        "which": which,
        "former": person.email,
        "to_come": link.new_email,
    }
    return private(view(request, "account/email_link.html", context))


@pages.post("/account/email/{which}/{token}", name="account.submit_confirm_email")
def submit_confirm_email(
    request: Request, member: Visitor, db: Db, settings: SettingsDep, which: str, token: str
) -> Response:
    purpose, public_id = _meant(settings.secret_key, which, token)
    keeping = member.sign_in if member is not None else None
    _, is_changed = commands.confirm_email(db, public_id, purpose, keeping=keeping)
    notice = (
        "Your account has its new address. Sign in with it from now on."
        if is_changed
        else "Thank you. It changes once the other mailbox has confirmed it as well."
    )
    return redirect(request, "/account/profile" if member else "/account/login", notice=notice)


@pages.post("/account/email/{which}/{token}/stop", name="account.stop_email")
def stop_email(
    request: Request, member: Visitor, db: Db, settings: SettingsDep, which: str, token: str
) -> Response:
    """Only the mailbox of the address that the account has can say no."""
    purpose, public_id = _meant(settings.secret_key, which, token)
    commands.stop_new_email(db, public_id if purpose is LinkPurpose.old_email else None)
    notice = "Nothing is changed. If it was not you, choose a new password now."
    return redirect(request, "/account/reset", notice=notice)


def _meant(secret: str, which: str, token: str) -> tuple[LinkPurpose, str | None]:
    purpose = _PURPOSES.get(which)
    if purpose is None:
        raise LinkSpent("This link is not whole. Open it once more from the mail.")
    return purpose, link_of(secret, purpose, token)
