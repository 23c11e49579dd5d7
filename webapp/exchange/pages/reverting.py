"""The page that takes an import back: first what will happen, then the button."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from webapp.accounts.guards import Staff, StaffBeside
from webapp.exchange import commands, queries, reverting, working
from webapp.exchange.forms import RevertForm
from webapp.exchange.jobs import revert_import
from webapp.exchange.pages.sharing import address, detached
from webapp.exchange.restoring import Way
from webapp.web.deps import Data, Db
from webapp.web.submissions import Submission, submitted
from webapp.web.views import redirect, view

pages = APIRouter(prefix="/admin/exchange")

Decided = Annotated[Submission[RevertForm], Depends(submitted(RevertForm))]


@pages.get("/{public_id}/revert", name="exchange.revert")
def revert(request: Request, data: Data, staff: StaffBeside, public_id: str) -> Response:
    """What would go back, go away and stay; nothing happens yet."""
    staff.must("imports:write")
    one = detached(data, public_id)
    way = Way(staff, one.id or 0, one.public_id)
    found = reverting.outlook(data.reading, way) if queries.may_revert(one) else None
    form: Submission[RevertForm] = Submission()
    context = {"one": one, "found": found, "form": form, "days": commands.KEPT_FOR.days}
    return view(request, "exchange/revert.html", context)


@pages.post("/{public_id}/revert")
def submit_revert(
    request: Request, form: Decided, db: Db, staff: Staff, public_id: str
) -> Response:
    """Take it back, in the background."""
    one = queries.import_by_id(db, public_id)
    force = form.data is not None and form.data.force
    working.revert_later(db, staff, one, revert_import, force=force)
    return redirect(request, address(request, "exchange.import_", public_id))
