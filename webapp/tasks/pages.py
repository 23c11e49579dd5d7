"""The back office's pages of jobs: what runs, what waits, what failed, and one of them live."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.guards import Staff, StaffBeside
from webapp.kit.errors import Refused
from webapp.runtime import jobs as queue
from webapp.runtime.events import history
from webapp.runtime.jobs import Jobs, JobState
from webapp.tasks import commands
from webapp.tasks.queries import visible
from webapp.tasks.values import STATES
from webapp.web.deps import Db
from webapp.web.lists import address_of, turned
from webapp.web.streams import Shown, stream
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, html_of, redirect, view

pages = APIRouter(prefix="/admin/jobs")

ROUTE = "tasks.jobs"

LIST = "tasks/jobs.html#job_list"
DESK = "tasks/job.html#job_desk"
LIVE = "tasks/_live.html"
SIZE = 40


class KindForm(Form):
    kind: Annotated[str, Field(max_length=120)]


KindAsked = Annotated[Submission[KindForm], Depends(submitted(KindForm))]


@pages.get("", name="tasks.jobs")
def jobs(
    request: Request,
    db: Db,
    staff: Staff,
    state: Annotated[str, Query(max_length=20)] = "",
    kind: Annotated[str, Query(max_length=120)] = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """How the queue is doing, what keeps failing, the jobs themselves, and what comes round."""
    staff.must("jobs:read")
    return view(request, LIST, _list(request, db, state, kind, cursor))


@pages.post("/retries", name="tasks.retry_all")
def retry_all(request: Request, form: KindAsked, db: Db, staff: Staff) -> Response:
    """Take all dead letters of a kind back."""
    staff.must("jobs:write")
    kind = form.data.kind if form.data else ""
    back = commands.retry_all(db, staff, kind)
    told = "1 job is tried again." if back == 1 else f"{back} jobs are tried again."
    return after_post(
        request,
        go_to=request.app.state.url_for("tasks.jobs"),
        show=LIST,
        context=_list(request, db, "", "", None),
        notice=told,
    )


@pages.get("/{public_id}", name="tasks.job")
def job(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """One job: how far it is, what it gave or why it failed, and what staff did about it."""
    return view(request, DESK, _desk(request, db, staff, public_id))


@pages.get("/{public_id}/live", name="tasks.live")
def live(request: Request, staff: StaffBeside, public_id: str) -> Response:
    """The same, kept up to date for as long as somebody looks (server-sent events)."""
    with request.app.state.database.reading() as session:
        visible(session, staff, public_id)

    def look(session: Session) -> Shown:
        found = visible(session, staff, public_id)
        html = html_of(request, LIVE, {"job": found, "states": STATES})
        return Shown(str(html), is_last=not found.is_live)

    return stream(request, look)


@pages.post("/{public_id}/retry", name="tasks.retry")
def retry(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Try it once more."""
    staff.must("jobs:write")
    return _done(request, db, staff, public_id, commands.retry, "It is tried again.")


@pages.post("/{public_id}/cancellation", name="tasks.cancel")
def cancel(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Call it off."""
    staff.must("jobs:write")
    return _done(request, db, staff, public_id, commands.cancel, "It is called off.")


def _done(
    request: Request, session: Session, staff: Any, public_id: str, verb: Any, notice: str
) -> Response:
    to = request.app.state.url_for("tasks.job", public_id=public_id)
    try:
        verb(session, staff, public_id)
    except Refused as refusal:
        # It went on while somebody was reading: the page they get shows it as it is now.
        return redirect(request, to, notice=refusal.detail)
    return after_post(
        request,
        go_to=to,
        show=DESK,
        context=_desk(request, session, staff, public_id),
        notice=notice,
    )


def _list(
    request: Request, session: Session, state: str, kind: str, cursor: str | None
) -> dict[str, Any]:
    registry: Jobs = request.app.state.shop.runner.registry
    chosen = JobState(state) if state in set(JobState) else None
    page = queue.listing(session, state=chosen, kind=kind, cursor=cursor, size=SIZE)
    kept = {"state": chosen.value if chosen else "", "kind": kind}
    kept = {name: value for name, value in kept.items() if value}
    standing = queue.backlog(session)
    return {
        "page": page,
        "states": STATES,
        "form": Submission[Any](values={"state": state, "kind": kind}),
        "kinds": [
            ("", "All kinds"),
            *((name, name) for name in sorted({*(each.kind for each in registry), kind} - {""})),
        ],
        "is_filtered": bool(kept),
        "tabs": [
            (
                label,
                address_of(request, ROUTE, {**kept, "state": word}),
                word == kept.get("state", ""),
            )
            for word, label in (("", "All"), *((each.value, STATES[each][0]) for each in STATES))
        ],
        "next_url": turned(request, ROUTE, kept, page.next_cursor),
        "previous_url": turned(request, ROUTE, kept, page.previous_cursor),
        "standing": standing,
        "oldest": _span(standing.oldest_wait),
        "failing": queue.failing_kinds(session),
        "schedules": queue.schedules(session, registry),
        "span": _span,
        "is_relayed": bool(request.app.state.settings.celery_broker_url),
    }


def _desk(request: Request, session: Session, staff: Any, public_id: str) -> dict[str, Any]:
    found = visible(session, staff, public_id)
    registry: Jobs = request.app.state.shop.runner.registry
    declared = registry.find(found.kind)
    return {
        "job": found,
        "states": STATES,
        "about": ((declared.run.__doc__ or "").strip().split("\n\n")[0] if declared else ""),
        "may_change": staff.may("jobs:write"),
        "history": history(session, "job", public_id, limit=50),
    }


def _span(length: timedelta) -> str:
    """A span of time in its largest unit, for a glance: ``3 min``, ``2 h``, ``5 days``."""
    seconds = int(length.total_seconds())
    if seconds < 1:
        return "none"
    for unit, size in (("days", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size * (2 if unit == "days" else 1):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
