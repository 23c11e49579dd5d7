"""The way out of our news: a button for whoever follows the link in a message, and the one press by
which mail programs do it for them (RFC 8058)."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts import commands, profiles
from webapp.accounts.words import MARKETING
from webapp.runtime.links import links_of
from webapp.runtime.mail import reached_by
from webapp.storefront.account.manners import private
from webapp.web.deps import Db
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter()

BUTTON = "Send me no more news"
ONE_PRESS = "Unsubscribed in a mail program (List-Unsubscribe=One-Click)"


class PressForm(Form):
    """What a mail program sends is read from what was typed: its name has a hyphen."""


Pressed = Annotated[Submission[PressForm], Depends(submitted(PressForm))]


@pages.get("/unsubscribe/{token}", name="account.unsubscribe")
def unsubscribe(request: Request, db: Db, token: str) -> Response:
    """Shows a button and ends nothing: programs that check mail open every link."""
    reached = reached_by(db, links_of(db), token)
    context = {
        "token": token,
        "button": BUTTON,
        "is_known": reached is not None,
        "is_wanted": reached is not None and profiles.agreed(db, MARKETING, reached.address),
    }
    return private(view(request, "account/unsubscribe.html", context))


@pages.post("/unsubscribe/{token}", name="account.submit_unsubscribe")
def submit_unsubscribe(request: Request, form: Pressed, db: Db, token: str) -> Response:
    """Ends it at once and for good, whoever asks: the link is the proof. A mail program is given
    its answer here, because it follows no redirect (RFC 8058, 3.1)."""
    reached = reached_by(db, links_of(db), token)
    is_program = "List-Unsubscribe" in form.values
    if reached is not None:
        wording = ONE_PRESS if is_program else BUTTON
        commands.end_news(db, reached.address, wording=wording)
    if is_program:
        return unsubscribe(request, db, token)
    return redirect(request, f"/unsubscribe/{token}")
