"""What an order gave to be downloaded: how often it was, until when it may be, and what staff
change of that."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.guards import Staff
from webapp.backoffice.blaming import blame
from webapp.backoffice.measures import from_the_clock, on_the_clock
from webapp.backoffice.order_forms import Token
from webapp.downloads import commands, queries
from webapp.downloads.queries import GivenFile
from webapp.kit.errors import Invalid
from webapp.kit.ids import token
from webapp.orders.queries import by_public_id
from webapp.shop.queries import current
from webapp.web.deps import Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, view

pages = APIRouter(prefix="/admin/orders/{public_id}/downloads")

PAGE = "backoffice/orders/downloads.html#download_desk"
REASONS = {
    "cancelled": "because the order was cancelled",
    "refunded": "because the money was given back",
    "staff": "by staff",
}


class LimitForm(Form):
    """How often a file may be downloaded in all, and until when; empty for without end."""

    max_downloads: Annotated[
        int | None,
        Field(ge=1, le=commands.MOST_DOWNLOADS),
        Says(wrong="Enter a whole number of 1 or more, or nothing."),
    ] = None
    expires_at: Annotated[datetime | None, Says(wrong="Enter a day and a time, or nothing.")] = None


class MailForm(Form):
    """Made with the page: the same form sent twice is one message."""

    token: Token = ""


LimitAsked = Annotated[Submission[LimitForm], Depends(submitted(LimitForm))]
MailAsked = Annotated[Submission[MailForm], Depends(submitted(MailForm))]


@pages.get("", name="backoffice.order_downloads")
def downloads(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Each file that the order gave, and how it stands with it."""
    staff.must("orders:read")
    return view(request, PAGE, _context(db, public_id))


@pages.post("/mail", name="backoffice.tell_files_again")
def tell_again(request: Request, form: MailAsked, db: Db, staff: Staff, public_id: str) -> Response:
    """Send the mail about the files once more."""
    key = form.data.token if form.data else ""
    commands.tell_again(db, staff, by_public_id(db, public_id), key=key)
    return _answer(request, db, public_id, "The mail is on its way.")


@pages.post("/{entitlement}/withdrawal", name="backoffice.withdraw_file")
def withdraw(request: Request, db: Db, staff: Staff, public_id: str, entitlement: str) -> Response:
    """The customer may download it no more."""
    staff.must("orders:write")
    commands.withdraw(db, staff, queries.entitlement(db, public_id, entitlement))
    return _answer(request, db, public_id, "The file is withdrawn.")


@pages.post("/{entitlement}/grant", name="backoffice.give_file_again")
def give_again(
    request: Request, db: Db, staff: Staff, public_id: str, entitlement: str
) -> Response:
    """The customer may download it again."""
    staff.must("orders:write")
    commands.give_again(db, staff, queries.entitlement(db, public_id, entitlement))
    return _answer(request, db, public_id, "The customer has the file again.")


@pages.post("/{entitlement}/limits", name="backoffice.limit_file")
def limit(
    request: Request, form: LimitAsked, db: Db, staff: Staff, public_id: str, entitlement: str
) -> Response:
    """How often it may be downloaded, and until when."""
    staff.must("orders:write")
    found = queries.entitlement(db, public_id, entitlement)
    if form.data:
        asked, zone = form.data, current(db).time_zone
        until = from_the_clock(asked.expires_at, zone)
        if on_the_clock(until, zone) == on_the_clock(found.expires_at, zone):
            until = found.expires_at  # what was not touched keeps the seconds an input cannot show
        try:
            commands.limit(db, staff, found, max_downloads=asked.max_downloads, expires_at=until)
        except Invalid as refusal:
            blame(form, refusal, {})
    if form.errors:
        context = _context(db, public_id, {entitlement: form})
        return view(request, PAGE, context, status=422)
    return _answer(request, db, public_id, "Saved.")


def _context(
    session: Session, public_id: str, limiting: dict[str, Submission[LimitForm]] | None = None
) -> dict[str, Any]:
    found = by_public_id(session, public_id)
    lines = queries.given_by(session, public_id)
    files = [file for line in lines for file in line.files]
    zone = current(session).time_zone
    forms = {file.key: Submission[LimitForm].showing(_shown(file, zone)) for file in files}
    return {
        "order": {"key": public_id, "number": found.number, "email": found.email},
        "lines": lines,
        "forms": {**forms, **(limiting or {})},
        "has_ready": any(file.state.value == "ready" for file in files),
        "reasons": REASONS,
        "token": token(),
    }


def _shown(file: GivenFile, zone: str) -> dict[str, str]:
    most = "" if file.max_downloads is None else str(file.max_downloads)
    return {"max_downloads": most, "expires_at": on_the_clock(file.expires_at, zone)}


def _answer(request: Request, session: Session, public_id: str, notice: str) -> Response:
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.order_downloads", public_id=public_id),
        show=PAGE,
        context=_context(session, public_id),
        notice=notice,
    )
