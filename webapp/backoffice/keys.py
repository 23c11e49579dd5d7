"""API keys: made for a script, shown once, and taken back."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts import commands, queries
from webapp.accounts.guards import Staff
from webapp.accounts.permissions import PERMISSIONS
from webapp.backoffice.blaming import blame
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotAllowed, Refused
from webapp.web.deps import Db
from webapp.web.fields import Says
from webapp.web.submissions import Form, Submission, submitted
from webapp.web.views import after_post, view

pages = APIRouter(prefix="/admin/keys")

PAGE = "backoffice/keys/keys.html#key_desk"

LASTING = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("0", "Until it is revoked"))
_DAYS = {days for days, _ in LASTING}


class KeyForm(Form):
    name: Annotated[str, Field(max_length=80), Says(missing="Say what the key is for.")]
    scopes: list[str] = []
    expires: str = "90"


KeyAsked = Annotated[Submission[KeyForm], Depends(submitted(KeyForm))]


@pages.get("", name="backoffice.keys")
def keys(request: Request, db: Db, staff: Staff) -> Response:
    """Your own keys, and those of everybody for who lets staff in and out."""
    staff.must("keys:write")
    return view(request, PAGE, _context(db, staff))


@pages.post("")
def make_key(request: Request, form: KeyAsked, db: Db, staff: Staff) -> Response:
    """Make one. The key is shown in this one answer and kept nowhere."""
    staff.must("keys:write")
    if form.data and form.data.expires not in _DAYS:
        form.refuse("expires", "Choose one of these.")
    if form.data is None:
        return view(request, PAGE, _context(db, staff, form=form), status=422)
    days = int(form.data.expires)
    try:
        key, secret = commands.make_key(
            db,
            staff,
            queries.by_public_id(db, str(staff.id)),
            name=form.data.name,
            scopes=set(form.data.scopes),
            expires_at=now() + timedelta(days=days) if days else None,
        )
    except (Invalid, NotAllowed, Refused) as refusal:
        blame(form, refusal, {}, otherwise="scopes" if isinstance(refusal, NotAllowed) else "")
        return view(request, PAGE, _context(db, staff, form=form), status=422)
    return view(request, PAGE, _context(db, staff, told=(key.name, secret)))


@pages.post("/{public_id}/revocation", name="backoffice.revoke_key")
def revoke_key(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Whoever has it can do nothing with it from now on."""
    staff.must("keys:write")
    key = queries.key_by(db, public_id)
    commands.revoke_key(db, staff, key)
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.keys"),
        show=PAGE,
        context=_context(db, staff),
        notice=f"The key {key.name} opens nothing any more.",
    )


def _context(
    session: Session,
    staff: Actor,
    *,
    form: Submission[KeyForm] | None = None,
    told: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """``told`` is (name, key) of one that was just made."""
    everybody = staff.may("staff:write")
    return {
        "keys": queries.keys(session, of=None if everybody else staff.id),
        "everybody": everybody,
        "choices": [(name, words) for name, words in PERMISSIONS.items() if staff.may(name)],
        "lasting": LASTING,
        "form": form or Submission[KeyForm](),
        "told": told,
    }
