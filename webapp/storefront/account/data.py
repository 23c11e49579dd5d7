"""What is kept about somebody: a copy of it all, and leaving for good."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from webapp.accounts import commands, profiles, queries
from webapp.accounts.errors import LinkSpent
from webapp.accounts.guards import Customer, Fresh, as_known
from webapp.accounts.links import LinkPurpose, link_of
from webapp.accounts.models import ExportState
from webapp.accounts.queries import Member
from webapp.kit.errors import NotFound
from webapp.runtime.personal import Whose, personal_of
from webapp.shop import queries as shops
from webapp.storefront.account.forms import ErasureForm
from webapp.storefront.account.manners import private
from webapp.tasks.queries import find
from webapp.web.attachments import pieces_of
from webapp.web.deps import App, Db, SettingsDep
from webapp.web.submissions import Submission, submitted
from webapp.web.views import after_post, redirect, view

pages = APIRouter()

PAGE = "/account/data"
COPIES = "account/data.html#copies"
LEAVING = "account/erasure.html#erasure_form"

ErasureAsked = Annotated[Submission[ErasureForm], Depends(submitted(ErasureForm))]


@pages.get(PAGE, name="account.data")
def data(request: Request, member: Fresh, db: Db) -> Response:
    """The copies that were asked for, how far one is, and the way out."""
    return private(view(request, COPIES, _context(db, member)))


@pages.post(PAGE, name="account.ask_copy")
def ask_copy(request: Request, member: Fresh, db: Db) -> Response:
    """Have a copy made. It is told by mail when it is ready."""
    person = queries.by_public_id(db, member.person)
    commands.ask_for_export(db, member.actor, person)
    return after_post(request, go_to=PAGE, show=COPIES, context=_context(db, member))


@pages.get("/account/data/copies/{export}/file", name="account.copy_file")
def copy_file(request: Request, member: Fresh, db: Db, app: App, export: str) -> Response:
    """The copy itself, for whom it is about and nobody else."""
    found = next((one for one in profiles.exports(db, member.key) if one.public_id == export), None)
    is_there = found is not None and found.state is ExportState.ready
    if found is None or not is_there or not app.storage.exists(found.storage_key):
        raise NotFound("There is no such copy, or not any more.")
    headers = {
        "Content-Disposition": f'attachment; filename="my-data-{found.asked_at:%Y-%m-%d}.zip"',
        "Content-Length": str(app.storage.size(found.storage_key)),
        "Cache-Control": "private, no-store",
    }
    pieces = pieces_of(app.storage, found.storage_key)
    return private(StreamingResponse(pieces, media_type="application/zip", headers=headers))


@pages.get("/account/erasure", name="account.erasure")
def erasure(request: Request, member: Fresh, db: Db) -> Response:
    """What is erased and what is kept, before somebody decides."""
    return private(view(request, LEAVING, _leaving(db, member, Submission())))


@pages.post("/account/erasure", name="account.submit_erasure")
def submit_erasure(request: Request, form: ErasureAsked, member: Fresh, db: Db) -> Response:
    """The address is typed, so that nobody does it by a slip."""
    if form.data and as_known(form.data.email) != member.email:
        form.refuse("email", "This is not the address of your account.")
    if form.data is None:
        return private(view(request, LEAVING, _leaving(db, member, form), status=422))
    person = queries.by_public_id(db, member.person)
    commands.ask_for_erasure(db, member.actor, person)
    notice = "Your account is erased in three days. You can stop that here until then."
    return redirect(request, PAGE, notice=notice)


@pages.post("/account/erasure/stop", name="account.stop_erasure")
def stop_erasure(request: Request, member: Customer, db: Db) -> Response:
    person = queries.by_public_id(db, member.person)
    commands.stop_erasure(db, member.actor, person)
    return redirect(request, "/account", notice="You stay. Nothing is erased.")


@pages.get("/account/stay/{token}", name="account.stay")
def stay(request: Request, db: Db, settings: SettingsDep, token: str) -> Response:
    """Shows a button and uses nothing: programs that check mail open every link."""
    try:
        commands.open_link(
            db, link_of(settings.secret_key, LinkPurpose.stay, token), LinkPurpose.stay
        )
    except LinkSpent as spent:
        return private(view(request, "account/spent.html", {"refusal": spent}))
    return private(view(request, "account/stay.html", {"token": token}))


@pages.post("/account/stay/{token}", name="account.submit_stay")
def submit_stay(request: Request, db: Db, settings: SettingsDep, token: str) -> Response:
    commands.stay(db, link_of(settings.secret_key, LinkPurpose.stay, token))
    return redirect(request, "/account", notice="You stay. Nothing is erased.")


def _context(session: Session, member: Member) -> dict[str, Any]:
    copies = profiles.exports(session, member.key)
    making = next((one for one in copies if one.state is ExportState.making), None)
    return {
        "member": member,
        "copies": copies,
        "making": making,
        "job": find(session, making.job) if making else None,
        "erase_at": profiles.erase_at(session, member.key),
    }


def _leaving(session: Session, member: Member, form: Submission[ErasureForm]) -> dict[str, Any]:
    somebody = Whose(member.key, member.person, member.email if member.is_verified else "")
    return {
        "member": member,
        "form": form,
        "under_way": personal_of(session).under_way(session, somebody),
        "years": shops.current(session).invoice_years,
        "erase_at": profiles.erase_at(session, member.key),
    }
