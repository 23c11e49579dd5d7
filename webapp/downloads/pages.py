"""The file itself, for whoever may see the order it was bought with."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.guards import VisitorBeside
from webapp.downloads import commands, queries
from webapp.downloads.errors import NoSuchFile
from webapp.kit.actors import SHOPPER
from webapp.kit.errors import Unavailable
from webapp.orders.cookie import may_see
from webapp.runtime.storage import size_of
from webapp.web.attachments import Asked, asked, attachment
from webapp.web.deps import App, Data
from webapp.web.headers import wants_head

pages = APIRouter()


@pages.get("/downloads/{entitlement}/file", name="downloads.file")
def file(
    request: Request, data: Data, app: App, member: VisitorBeside, entitlement: str
) -> Response:
    """One file, counted. The address proves nothing: it is not found for anybody who may not see
    the order.

    What sends nothing of it counts for nothing: a HEAD, and a part that begins after its end. Parts
    that follow a download within the hour are of it (``commands.GRACE``), so a line that broke is
    taken up again, and a manager that fetches a file in pieces uses one download.
    """
    with data.reading() as session:
        wanted = queries.wanted(session, entitlement)
        if not may_see(request, member, wanted.order):
            raise NoSuchFile("There is no such file, or it is not yours.")
    key = wanted.storage_key
    size = size_of(app.storage, key)
    if size is None or size != wanted.size_bytes:
        raise Unavailable("This file cannot be read at the moment. Please write to us.")
    how_much = asked(request, app.storage, key, size)
    if wants_head(request) or how_much is Asked.nothing:
        with data.reading() as session:
            commands.ask(session, entitlement)
    else:
        actor = member.actor if member is not None else SHOPPER
        with data.writing() as session:
            commands.take(session, entitlement, is_part=how_much is Asked.some, actor=actor)
    return attachment(
        request,
        app.storage,
        key,
        file_name=wanted.file_name,
        content_type=wanted.content_type,
        sha256=wanted.sha256,
    )
