"""What somebody bought as a file, of all their orders."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from webapp.accounts.guards import Customer
from webapp.downloads import queries
from webapp.storefront.account.manners import private
from webapp.web.deps import Db
from webapp.web.views import view

pages = APIRouter()

PAGE_SIZE = 20


@pages.get("/account/downloads", name="account.downloads")
def downloads(
    request: Request,
    member: Customer,
    db: Db,
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """The newest order first, a page at a time."""
    page = queries.of_person(db, member.key, cursor=cursor, size=PAGE_SIZE)
    context = {"member": member, "lines": page, "here": request.url.path}
    return private(view(request, "account/downloads.html", context))
