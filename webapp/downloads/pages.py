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
from webapp.web.attachments import attachment
from webapp.web.deps import App, Data

pages = APIRouter()


@pages.get("/downloads/{entitlement}/file", name="downloads.file")
def file(
    request: Request, data: Data, app: App, member: VisitorBeside, entitlement: str
) -> Response:
    """One file, counted. The address proves nothing: it is not found for anybody who may not see
    the order. Parts of it (RFC 9110, 14) are sent where the storage has files."""
    with data.reading() as session:
        wanted = queries.wanted(session, entitlement)
        if not may_see(request, member, wanted.order):
            raise NoSuchFile("There is no such file, or it is not yours.")
    if not app.storage.exists(wanted.storage_key):
        raise Unavailable("This file cannot be read at the moment. Please write to us.")
    is_part = "range" in request.headers
    with data.writing() as session:
        commands.take(
            session,
            entitlement,
            is_part=is_part,
            actor=member.actor if member is not None else SHOPPER,
        )
    return attachment(
        app.storage,
        wanted.storage_key,
        file_name=wanted.file_name,
        content_type=wanted.content_type,
        sha256=wanted.sha256,
    )
