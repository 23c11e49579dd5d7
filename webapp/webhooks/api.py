"""The pull feed: the same events as webhooks bring, for whoever fetches them."""

import json
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from webapp.accounts.guards import ScriptBeside
from webapp.kit.errors import Invalid
from webapp.runtime.portraits import public_events
from webapp.web.deps import Data
from webapp.webhooks import commands, queries
from webapp.webhooks.schemas import EventsOut

api = APIRouter(tags=["events"])

Number = Annotated[int, Query(ge=0, le=2**63 - 1, description="The last `sequence` you have.")]
Types = Annotated[
    list[Annotated[str, Query(max_length=60)]],
    Query(max_length=50, description="An event's name, as often as needed."),
]
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]


@api.get("/events", name="webhooks.api.events", response_model=EventsOut)
def list_events(
    request: Request,
    data: Data,
    script: ScriptBeside,
    after: Number = 0,
    type: Types = [],  # noqa: B006 - the framework copies it
    limit: Limit = 100,
) -> Response:
    """What happened in the shop, in order, at least thirty days back.

    Keep the `next` address and ask it again later: nothing is ever missed. Asking needs the
    permission `events:read`.
    """
    script.must("events:read")
    unknown = set(type) - {event.name for event in public_events()}
    if unknown:
        raise Invalid(f"There is no event called {min(unknown)}.", field="type")
    with data.reading() as session:
        is_waiting = queries.is_waiting(session)
    while is_waiting:
        # Numbers are given after the commit; whoever asks first gives them.
        with data.writing() as session:
            is_waiting = commands.number(session) > 0
    with data.reading() as session:
        found = queries.feed(session, after=after, types=type, limit=limit)
    end = found.last if found.has_more else max(found.latest, after)
    asked = [("after", str(end)), *(("type", name) for name in type), ("limit", str(limit))]
    told = {
        "next": f"{request.url.path}?{urlencode(asked)}",
        "has_more": found.has_more,
        "oldest": found.oldest,
        "latest": found.latest,
    }
    items = b",".join(found.bodies)
    body = b'{"items":[' + items + b"]," + json.dumps(told).encode("ascii")[1:]
    return Response(body, media_type="application/json")
