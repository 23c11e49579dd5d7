"""Webhooks: who is told outside of what happens, how that goes, and sending it again."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.guards import Staff
from webapp.backoffice.blaming import blame
from webapp.backoffice.measures import from_the_clock
from webapp.backoffice.product_forms import WHOLE
from webapp.kit.errors import Invalid, Refused
from webapp.runtime.portraits import PublicEvent, public_events
from webapp.shop.queries import current
from webapp.web.deps import App, Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, view
from webapp.webhooks import commands, queries
from webapp.webhooks.models import DeliveryState, Endpoint
from webapp.webhooks.shell import check_address
from webapp.webhooks.signing import secret_of

pages = APIRouter(prefix="/admin/webhooks")

LIST = "backoffice/webhooks/webhooks.html#webhook_desk"
ONE = "backoffice/webhooks/endpoint.html#endpoint_desk"
DELIVERY = "backoffice/webhooks/delivery.html#delivery_desk"
PREVIEW = "backoffice/webhooks/preview.html#preview_desk"

PILLS = {
    "active": ("Switched on", "good"),
    "failing": ("Failing", "warn"),
    "paused": ("Paused", None),
    "disabled": ("Switched off", "bad"),
    "delivered": ("Delivered", "good"),
    "pending": ("Waiting", "warn"),
    "dead": ("Given up", "bad"),
}

Number = Annotated[int, Field(ge=1, le=2**62), WHOLE]
Moment = Annotated[datetime, Says(wrong="Enter a day and a time.")]


class EndpointForm(Form):
    """Where it leads and what it is told; no event chosen means all of them."""

    url: Annotated[str, Field(max_length=2000), Says(missing="Enter the address to send to.")]
    description: str = Field(default="", max_length=200)
    types: list[str] = []
    is_thin: bool = False
    is_strict: bool = False


class SwitchForm(Form):
    with_missed: bool = False


class ReplayForm(Form):
    """By number or by time; what is left empty is not limited."""

    first: Number | None = None
    last: Number | None = None
    since: Moment | None = None
    until: Moment | None = None


EndpointAsked = Annotated[Submission[EndpointForm], Depends(submitted(EndpointForm))]
SwitchAsked = Annotated[Submission[SwitchForm], Depends(submitted(SwitchForm))]
ReplayAsked = Annotated[Submission[ReplayForm], Depends(submitted(ReplayForm))]


@pages.get("", name="backoffice.webhooks")
def webhooks(request: Request, db: Db, staff: Staff) -> Response:
    """Every endpoint with its health, and the form for one more."""
    staff.must("webhooks:write")
    return view(request, LIST, _list(db))


@pages.post("")
def add_webhook(request: Request, form: EndpointAsked, db: Db, staff: Staff, app: App) -> Response:
    """Add one. Its secret is shown in this one answer."""
    staff.must("webhooks:write")
    if form.data:
        try:
            check_address(app.shop.means.outbound, form.data.url)
            endpoint = commands.add(db, staff, **form.data.model_dump())
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {}, otherwise="url")
    if form.data is None or form.errors:
        return view(request, LIST, _list(db, form=form), status=422)
    return view(request, LIST, _list(db, told=(endpoint, _secret(app, endpoint))))


@pages.get("/preview", name="backoffice.webhook_preview")
def preview_webhook(
    request: Request, db: Db, staff: Staff, id: str = "", event: str = ""
) -> Response:
    """What would be sent about something now. Nothing is sent."""
    staff.must("webhooks:write")
    id, event = id.strip(), event.strip()
    shown = queries.preview(db, id[:60], event[:60]) if id else None
    form = Submission[Form].showing({"id": id, "event": event})
    if id and shown is None:
        form.refuse("id", "There is nothing with that id that is told outside.")
    context = {
        "form": form,
        "shown": _readable(shown) if shown else "",
        "events": [(one.name, one.name) for one in public_events()],
        "recent": queries.recent(db),
    }
    return view(request, PREVIEW, context, status=422 if form.errors else 200)


@pages.get("/{public_id}", name="backoffice.webhook")
def webhook(
    request: Request,
    db: Db,
    staff: Staff,
    public_id: str,
    state: str = "",
    about: str = "",
    cursor: str | None = None,
) -> Response:
    """One endpoint: its health, what it is told, its log."""
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    return view(request, ONE, _one(db, endpoint, state=state, about=about, cursor=cursor))


@pages.post("/{public_id}")
def change_webhook(
    request: Request, form: EndpointAsked, db: Db, staff: Staff, app: App, public_id: str
) -> Response:
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    if form.data:
        try:
            check_address(app.shop.means.outbound, form.data.url)
            commands.change(db, staff, endpoint, **form.data.model_dump())
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {}, otherwise="url")
    if form.data is None or form.errors:
        return view(request, ONE, _one(db, endpoint, form=form), status=422)
    return _done(request, db, endpoint, "Saved.")


@pages.post("/{public_id}/secret", name="backoffice.webhook_secret")
def new_secret(request: Request, db: Db, staff: Staff, app: App, public_id: str) -> Response:
    """A new secret, shown in this one answer. The former one signs as well for a day."""
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    commands.rotate(db, staff, endpoint)
    return view(request, ONE, _one(db, endpoint, told=_secret(app, endpoint)))


@pages.post("/{public_id}/pause", name="backoffice.pause_webhook")
def pause_webhook(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    commands.pause(db, staff, endpoint)
    return _done(request, db, endpoint, "Paused. What happens meanwhile is kept.")


@pages.post("/{public_id}/opening", name="backoffice.open_webhook")
def open_webhook(
    request: Request, form: SwitchAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    commands.switch_on(db, staff, endpoint, with_missed=bool(form.data and form.data.with_missed))
    return _done(request, db, endpoint, "Switched on.")


@pages.post("/{public_id}/test", name="backoffice.test_webhook")
def test_webhook(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    commands.test(db, staff, endpoint)
    return _done(request, db, endpoint, "A test is on its way. Its outcome appears in the log.")


@pages.post("/{public_id}/next-try", name="backoffice.try_webhook")
def try_webhook(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    commands.try_now(db, staff, endpoint)
    return _done(request, db, endpoint, "What waits is tried now.")


@pages.post("/{public_id}/replay", name="backoffice.replay_webhook")
def replay_webhook(
    request: Request, form: ReplayAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    """Send a range again, in order."""
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    found = (0, 0)
    if form.data:
        asked = form.data.model_dump()
        zone = current(db).time_zone
        asked |= {name: from_the_clock(asked[name], zone) for name in ("since", "until")}
        try:
            if all(value is None for value in asked.values()):
                raise Invalid("Say from where to where.", field="first")
            found = commands.replay(db, staff, endpoint, **asked)
        except (Invalid, Refused) as refusal:
            blame(form, refusal, {}, otherwise="first")
    if form.data is None or form.errors:
        return view(request, ONE, _one(db, endpoint, replay=form), status=422)
    return _done(request, db, endpoint, f"Events {found[0]} to {found[1]} go out again.")


@pages.post("/{public_id}/removal", name="backoffice.remove_webhook")
def remove_webhook(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    commands.remove(db, staff, endpoint)
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.webhooks"),
        notice="The endpoint is removed.",
    )


@pages.get("/{public_id}/deliveries/{delivery}", name="backoffice.webhook_delivery")
def webhook_delivery(
    request: Request, db: Db, staff: Staff, public_id: str, delivery: str
) -> Response:
    """One event for one endpoint: every try, and what was sent."""
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    found = queries.delivery_by_id(db, endpoint, delivery)
    shown = queries.delivery_page(db, endpoint, found)
    body = _readable(json.loads(shown.body)) if shown.body else ""
    context = {"endpoint": endpoint, "shown": shown, "body": body, "pills": PILLS}
    return view(request, DELIVERY, context)


@pages.post("/{public_id}/deliveries/{delivery}/repeat", name="backoffice.repeat_delivery")
def repeat_delivery(
    request: Request, db: Db, staff: Staff, public_id: str, delivery: str
) -> Response:
    staff.must("webhooks:write")
    endpoint = queries.endpoint_by_id(db, public_id)
    found = queries.delivery_by_id(db, endpoint, delivery)
    commands.resend(db, staff, endpoint, found)
    return _done(request, db, endpoint, "It is on its way again.")


def _secret(app: App, endpoint: Endpoint) -> str:
    return secret_of(app.shop.settings.secret_key, endpoint.public_id, endpoint.salt)


def _done(request: Request, session: Session, endpoint: Endpoint, notice: str) -> Response:
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.webhook", public_id=endpoint.public_id),
        show=ONE,
        context=_one(session, endpoint),
        notice=notice,
    )


def _readable(envelope: dict[str, Any]) -> str:
    return json.dumps(envelope, indent=2, ensure_ascii=False)


def _grouped() -> list[tuple[str, list[PublicEvent]]]:
    groups: dict[str, list[PublicEvent]] = defaultdict(list)
    for event in public_events():
        groups[event.resource].append(event)
    return sorted(groups.items())


def _list(
    session: Session,
    *,
    form: Submission[EndpointForm] | None = None,
    told: tuple[Endpoint, str] | None = None,
) -> dict[str, Any]:
    return {
        "endpoints": queries.endpoints(session),
        "pills": PILLS,
        "events": _grouped(),
        "form": form or Submission[EndpointForm](),
        "told": told,
    }


def _one(
    session: Session,
    endpoint: Endpoint,
    *,
    form: Submission[EndpointForm] | None = None,
    replay: Submission[ReplayForm] | None = None,
    told: str | None = None,
    state: str = "",
    about: str = "",
    cursor: str | None = None,
) -> dict[str, Any]:
    wanted = DeliveryState(state) if state in set(DeliveryState) else None
    log = queries.log(session, endpoint, state=wanted, name=about.strip()[:60], cursor=cursor)
    onward = {"state": state, "about": about, "cursor": log.next_cursor}
    kept = {name: getattr(endpoint, name) for name in EndpointForm.model_fields}
    return {
        "endpoint": endpoint,
        "line": queries.line_of(session, endpoint),
        "latest": queries.latest(session),
        "missed": queries.first_missed(session, endpoint),
        "events": _grouped(),
        "form": form or Submission[EndpointForm].showing(kept),
        "open": Submission[SwitchForm](),
        "replay": replay or Submission[ReplayForm](),
        "told": told,
        "pills": PILLS,
        "log": log,
        "next_url": f"?{urlencode(onward)}" if log.next_cursor else None,
        "states": [(one.value, PILLS[one.value][0]) for one in DeliveryState],
        "filters": Submission[Form].showing({"state": state, "about": about}),
    }
