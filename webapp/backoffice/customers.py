"""Customers: the list, and what staff know of one and do for them."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts import commands
from webapp.accounts.guards import Staff
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import Person
from webapp.backoffice.blaming import blame
from webapp.backoffice.customer_desk import Forms, NoteForm, SortForm, customer_by, desk
from webapp.backoffice.customer_list import STATES, Wanted, groups, listing, tags
from webapp.backoffice.letters import post_office
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.web.deps import Db
from webapp.web.lists import address_of, turned
from webapp.web.submissions import Submission, submitted
from webapp.web.views import after_post, view

pages = APIRouter(prefix="/admin/customers")

LIST = "backoffice/customers/customers.html#customer_list"
PAGE = "backoffice/customers/customer.html#customer_desk"
ROUTE = "backoffice.customers"
SIZE = 40
UNTOUCHED = Forms()

NoteAsked = Annotated[Submission[NoteForm], Depends(submitted(NoteForm))]
SortAsked = Annotated[Submission[SortForm], Depends(submitted(SortForm))]
Word = Annotated[str, Query(max_length=200)]


@pages.get("", name=ROUTE)
def customers(
    request: Request,
    db: Db,
    staff: Staff,
    q: Word = "",
    state: Word = "",
    group: Word = "",
    tag: Word = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """Everybody with an account, who came last first."""
    staff.must("customers:read")
    asked = {"q": q, "state": state, "group": group, "tag": tag}
    wanted = Wanted(text=q, state=state, group=group, tag=tag)
    page = listing(db, wanted, cursor=cursor, size=SIZE)
    kept = {name: value for name, value in asked.items() if value}
    return view(
        request,
        LIST,
        {
            "rows": page.items,
            "form": Submission[Any](values=asked),
            "is_filtered": bool(kept),
            "groups": [("", "Any group"), *((key, name) for key, name, _ in groups(db))],
            "tags": [("", "Any tag"), *((one, one) for one in tags(db))],
            "tabs": [
                (label, address_of(request, ROUTE, {**kept, "state": name}), name == state)
                for name, label in STATES
            ],
            "next_url": turned(request, ROUTE, kept, page.next_cursor),
            "previous_url": turned(request, ROUTE, kept, page.previous_cursor),
        },
    )


@pages.get("/{public_id}", name="backoffice.customer")
def customer(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Everything about one customer, and what can be done for them."""
    staff.must("customers:read")
    return view(request, PAGE, _context(request, db, staff, public_id))


@pages.post("/{public_id}/notes", name="backoffice.note_customer")
def note_customer(
    request: Request, form: NoteAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    """Write something down for colleagues. The same note sent twice is one note."""
    staff.must("customers:write")
    person = customer_by(db, public_id)
    if form.data:
        commands.note_customer(db, staff, person, form.data.note)
    return _answer(request, db, staff, public_id, Forms(note=form), "Your note is written down.")


@pages.post("/{public_id}/notes/{note}/removal", name="backoffice.forget_note")
def forget_note(request: Request, db: Db, staff: Staff, public_id: str, note: str) -> Response:
    """Take a note back."""
    commands.forget_note(db, staff, customer_by(db, public_id), note)
    return _answer(request, db, staff, public_id, Forms(), "The note is gone.")


@pages.post("/{public_id}/sorting", name="backoffice.sort_customer")
def sort_customer(
    request: Request, form: SortAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    """The groups and tags of a customer."""
    staff.must("customers:write")
    person = customer_by(db, public_id)
    if form.data:
        asked = form.data
        try:
            with db.begin_nested():
                commands.group_customer(db, staff, person, set(asked.groups))
                commands.tag_customer(db, staff, person, asked.tags.split(","))
        except Invalid as refusal:
            blame(form, refusal, {})
    return _answer(request, db, staff, public_id, Forms(sort=form), "Groups and tags are saved.")


@pages.post("/{public_id}/reset", name="backoffice.reset_customer")
def reset_customer(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Mail them a link to a new password. Where the shop sends no mail, the link is shown in this
    one answer and kept nowhere: who asked hands it over."""
    if not post_office(request).can_send:
        told = commands.hand_customer_password(db, staff, customer_by(db, public_id))
        response = view(request, PAGE, _context(request, db, staff, public_id, told=told))
        response.headers["Cache-Control"] = "private, no-store"
        return response
    return _done(
        request,
        db,
        staff,
        public_id,
        partial(commands.help_customer, purpose=LinkPurpose.reset),
        "A link to a new password is on its way to them.",
    )


@pages.post("/{public_id}/verification", name="backoffice.verify_customer")
def verify_customer(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Mail them once more the link that confirms their address. It is shown to nobody: it would
    confirm nothing."""
    return _done(
        request,
        db,
        staff,
        public_id,
        partial(commands.help_customer, purpose=LinkPurpose.verify),
        "A link to confirm the address is on its way to them."
        if post_office(request).can_send
        else "A link to confirm the address goes to them as soon as the shop can send mail.",
    )


@pages.post("/{public_id}/signing-out", name="backoffice.sign_customer_out")
def sign_customer_out(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """End every browser of theirs."""
    return _done(
        request, db, staff, public_id, commands.sign_customer_out, "They are signed out everywhere."
    )


@pages.post("/{public_id}/closing", name="backoffice.close_customer")
def close_customer(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Let them in no more. Nothing of theirs is deleted."""
    return _done(request, db, staff, public_id, commands.close_customer, "The account is closed.")


@pages.post("/{public_id}/opening", name="backoffice.open_customer")
def open_customer(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Let them in again."""
    return _done(
        request, db, staff, public_id, commands.open_customer, "The account is open again."
    )


@pages.post("/{public_id}/export", name="backoffice.export_customer")
def export_customer(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Have a copy made of all that is kept of them; they alone can fetch it."""
    return _done(
        request,
        db,
        staff,
        public_id,
        commands.ask_for_export,
        "The copy is being made. They are told by mail when they can fetch it.",
    )


@pages.post("/{public_id}/erasure", name="backoffice.erase_customer")
def erase_customer(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Have the account erased in three days; they are told, and can stop it."""
    return _done(
        request,
        db,
        staff,
        public_id,
        commands.ask_for_erasure,
        "The account is erased in three days. They are told by mail how to stop it.",
    )


@pages.post("/{public_id}/erasure/stop", name="backoffice.keep_customer")
def keep_customer(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """They stay after all."""
    return _done(request, db, staff, public_id, commands.stop_erasure, "The account stays.")


def _done(
    request: Request,
    session: Session,
    staff: Actor,
    public_id: str,
    what: Callable[[Session, Actor, Person], object],
    notice: str,
) -> Response:
    what(session, staff, customer_by(session, public_id))
    return _answer(request, session, staff, public_id, Forms(), notice)


def _answer(
    request: Request, session: Session, staff: Actor, public_id: str, forms: Forms, notice: str
) -> Response:
    """The customer again: as they are now, or with what was typed and what is wrong with it."""
    if any(form is not None and form.errors for form in (forms.note, forms.sort)):
        context = _context(request, session, staff, public_id, forms)
        return view(request, PAGE, context, status=422)
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.customer", public_id=public_id),
        show=PAGE,
        context=_context(request, session, staff, public_id),
        notice=notice,
    )


def _context(
    request: Request,
    session: Session,
    staff: Actor,
    public_id: str,
    forms: Forms = UNTOUCHED,
    told: commands.Invitation | None = None,
) -> dict[str, Any]:
    """``told`` is the link that is to be handed to them."""
    return {
        **desk(session, staff, public_id, forms),
        "told": told,
        "sends_mail": post_office(request).can_send,
    }
