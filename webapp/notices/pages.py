"""The notices of whoever is signed in: unread and read, and how they want to be told."""

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.guards import Staff
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.notices import commands, queries
from webapp.notices.forms import ChoicesForm, ReadForm
from webapp.notices.kinds import KINDS, path_of
from webapp.notices.models import Way
from webapp.web.deps import Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import after_post, redirect, view

pages = APIRouter(prefix="/admin/notices")

PAGE = "notices/notices.html#notice_desk"
SETTINGS = "notices/settings.html#notice_choices"

WAYS = (
    (Way.here, "In the back office only"),
    (Way.mail, "And by mail, at once"),
    (Way.digest, "And in a mail once a day"),
)

ReadAsked = Annotated[Submission[ReadForm], Depends(submitted(ReadForm))]
ChoicesAsked = Annotated[Submission[ChoicesForm], Depends(submitted(ChoicesForm))]


@pages.get("", name="notices.notices")
def notices(
    request: Request,
    db: Db,
    staff: Staff,
    show: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """What you may know of, latest first."""
    return view(request, PAGE, _context(request, db, staff, show=show, cursor=cursor))


@pages.post("/reading", name="notices.read_all")
def read_all(request: Request, form: ReadAsked, db: Db, staff: Staff) -> Response:
    """All that this page showed has been read."""
    until = form.data.until if form.data else None
    if until is not None and until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    commands.mark_all_read(db, staff, until=until)
    return _back(request, db, staff)


@pages.get("/settings", name="notices.settings")
def settings(request: Request, db: Db, staff: Staff) -> Response:
    """How you want to be told of each kind."""
    return view(request, SETTINGS, _choices(db, staff))


@pages.post("/settings")
def submit_settings(request: Request, form: ChoicesAsked, db: Db, staff: Staff) -> Response:
    """Keep what was chosen."""
    ways = {
        kind.code: form.values[kind.code]
        for kind in KINDS
        if kind.code in form.values and staff.may(kind.needs)
    }
    try:
        commands.choose(db, staff, ways)
    except Invalid as refusal:
        form.refuse(str(refusal.facts["field"]), refusal.detail)
        return view(request, SETTINGS, _choices(db, staff, form), status=422)
    return after_post(
        request,
        go_to=request.app.state.url_for("notices.settings"),
        show=SETTINGS,
        context=_choices(db, staff),
        notice="Saved.",
    )


@pages.post("/{public_id}/reading", name="notices.read")
def read(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """You know of it."""
    commands.mark_read(db, staff, public_id)
    return _back(request, db, staff)


@pages.post("/{public_id}/opening", name="notices.open")
def open_(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """You know of it, and look at what it is about."""
    notice = commands.mark_read(db, staff, public_id)
    return redirect(request, path_of(notice.event, notice.subject_id, notice.count))


def _back(request: Request, session: Session, staff: Actor) -> Response:
    return after_post(
        request,
        go_to=request.app.state.url_for("notices.notices"),
        show=PAGE,
        context=_context(request, session, staff),
    )


def _context(
    request: Request, session: Session, staff: Actor, *, show: str = "", cursor: str | None = None
) -> dict[str, Any]:
    only_unread = show != "all"
    page = queries.notices_for(session, staff, only_unread=only_unread, cursor=cursor)
    here = request.app.state.url_for("notices.notices")
    state = "" if only_unread else "show=all&"
    return {
        "page": page,
        "only_unread": only_unread,
        "tabs": [("Unread", here, only_unread), ("All", f"{here}?show=all", not only_unread)],
        "next_url": f"{here}?{state}cursor={page.next_cursor}" if page.next_cursor else None,
    }


def _choices(
    session: Session, staff: Actor, form: Submission[ChoicesForm] | None = None
) -> dict[str, Any]:
    return {
        "form": form or Submission[ChoicesForm].showing(queries.choices_of(session, staff)),
        "kinds": [kind for kind in KINDS if staff.may(kind.needs)],
        "ways": WAYS,
    }
