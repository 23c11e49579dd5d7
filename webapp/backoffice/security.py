"""How a member of staff guards their own account: what is asked beside the password, and where they
are signed in."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from webapp.accounts import commands, guards, queries
from webapp.accounts.queries import Member
from webapp.backoffice.entry import enter
from webapp.storefront.account.doors import OFFICE
from webapp.storefront.account.guarding import guard_context, guarding_pages
from webapp.storefront.account.second import second_pages
from webapp.web.deps import Db
from webapp.web.views import redirect, view

pages = APIRouter()

Colleague = Annotated[Member, Depends(guards.colleague, scope="function")]


@pages.get("/admin/security", name="backoffice.security")
def security(request: Request, member: Colleague, db: Db) -> Response:
    """Open also to somebody who is to set up a second factor before anything else."""
    context = {
        "member": member,
        "devices": queries.devices(db, member.key),
        **guard_context(OFFICE, request, db, member),
    }
    return view(request, "backoffice/security/security.html", context)


@pages.post("/admin/security/devices/end", name="backoffice.end_devices")
def end_devices(request: Request, member: Colleague, db: Db) -> Response:
    """Sign every other browser out."""
    person = queries.by_public_id(db, member.person)
    commands.sign_out_everywhere(db, person, member.actor, but=member.sign_in)
    return redirect(request, OFFICE.security, notice="Every other browser is signed out.")


pages.include_router(second_pages(OFFICE, enter))
pages.include_router(guarding_pages(OFFICE))
