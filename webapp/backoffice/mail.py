"""The outbox: what was written to whom, what became of it, and every message complete."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.guards import Staff
from webapp.backoffice.letters import around_a_letter, kinds_for, letter, post_office
from webapp.kit.actors import Actor
from webapp.kit.errors import NotFound, Refused
from webapp.runtime import mail as mails
from webapp.runtime.mail import MailState
from webapp.runtime.mail.envelope import NoAddress, mailbox, sealed
from webapp.runtime.mail.outbox import (
    OpenedMail,
    OutboxFilter,
    kept_count,
    listing,
    opened,
)
from webapp.web.deps import Db
from webapp.web.lists import address_of, turned
from webapp.web.submissions import Submission
from webapp.web.views import after_post, view

pages = APIRouter(prefix="/admin/mail")

LIST = "backoffice/mail/outbox.html#outbox"
PAGE = "backoffice/mail/message.html#message"
ROUTE = "backoffice.outbox"
SIZE = 40

TABS: tuple[tuple[str, str, tuple[MailState, ...]], ...] = (
    ("", "All", ()),
    ("waiting", "Waiting", (MailState.queued, MailState.deferred)),
    ("sent", "Sent", (MailState.sent,)),
    ("kept", "Kept here", (MailState.kept,)),
    ("bounced", "Not delivered", (MailState.bounced,)),
    ("cancelled", "Called off", (MailState.cancelled,)),
)
STATES = {
    MailState.queued: ("On its way", "accent"),
    MailState.sent: ("Sent", "good"),
    MailState.deferred: ("Tried, again later", "warn"),
    MailState.bounced: ("Not delivered", "bad"),
    MailState.kept: ("Kept here", None),
    MailState.cancelled: ("Called off", None),
}
HAPPENED = {
    "queued": "Asked for",
    "rendered": "Put in words",
    "deferred": "Not taken, will be tried again",
    "sent": "Taken by the mail server",
    "bounced": "Given up",
    "kept": "Kept here",
    "resent": "To be sent again",
    "cancelled": "Called off",
}
"""What the life line says, by the word that is recorded."""

_ABOUT = {"order": "backoffice.order"}
"""The page of what a message is about, by the kind of subject."""


@pages.get("", name="backoffice.outbox")
def outbox(
    request: Request,
    db: Db,
    staff: Staff,
    q: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """The newest messages first."""
    staff.must("mail:read")
    return view(request, LIST, _list(request, db, staff, q=q, state=state, cursor=cursor))


@pages.post("/kept", name="backoffice.send_kept")
def send_kept(request: Request, db: Db, staff: Staff) -> Response:
    """Send what was kept while there was no mail server."""
    staff.must("mail:write")
    if not post_office(request).can_send:
        raise Refused("There is still no mail server to send with.")
    going = mails.send_kept(db, staff)
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.outbox"),
        show=LIST,
        context=_list(request, db, staff),
        notice=f"{going} kept messages are on their way."
        if going != 1
        else "One kept message is on its way.",
    )


@pages.get("/{public_id}", name="backoffice.message")
def message(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """One message, complete: to whom, its words, and its life."""
    return around_a_letter(view(request, PAGE, _message(request, db, staff, public_id)))


@pages.get("/{public_id}/letter", name="backoffice.letter")
def show_letter(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Its HTML, for the frame on its page."""
    found = _opened(request, db, staff, public_id)
    if found.letter is None:
        raise NotFound("This message is not put in words yet.")
    return letter(found.letter.html)


@pages.get("/{public_id}/file", name="backoffice.letter_file")
def letter_file(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """The message as a file that mail programs open (RFC 5322), to send it by hand."""
    found = _opened(request, db, staff, public_id)
    if found.letter is None or found.message_id is None or found.rendered_at is None:
        raise NotFound("This message is not put in words yet.")
    office = post_office(request)
    sender = office.sender(office.letterhead(db))
    try:
        recipient = mailbox(found.to_address, found.to_name)
        own = sender.mailbox if sender else mailbox(f"shop@{office.links.host}")
    except NoAddress as error:
        raise Refused(f"This message cannot be made into a file: {error}") from None
    content = sealed(
        found.letter,
        sender=own,
        recipient=recipient,
        reply_to=sender.reply_to if sender else None,
        message_id=found.message_id,
        at=found.rendered_at,
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{found.public_id}.eml"',
        "Cache-Control": "private, no-store",
    }
    return Response(content, media_type="message/rfc822", headers=headers)


@pages.post("/{public_id}/resending", name="backoffice.resend")
def resend(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Send it again, or at once where it waited for its next try."""
    return _done(request, db, staff, public_id, mails.resend, "It is on its way.")


@pages.post("/{public_id}/calling-off", name="backoffice.call_off")
def call_off(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Do not send it."""
    return _done(request, db, staff, public_id, mails.call_off, "It will not be sent.")


def _done(
    request: Request,
    session: Session,
    staff: Actor,
    public_id: str,
    act: Callable[[Session, Actor, str], object],
    notice: str,
) -> Response:
    staff.must("mail:write")
    _opened(request, session, staff, public_id)
    try:
        act(session, staff, public_id)
    except mails.NotNow as refusal:
        context = _message(request, session, staff, public_id, refused=refusal.detail)
        return around_a_letter(view(request, PAGE, context, status=422))
    return around_a_letter(
        after_post(
            request,
            go_to=request.app.state.url_for("backoffice.message", public_id=public_id),
            show=PAGE,
            context=_message(request, session, staff, public_id),
            notice=notice,
        )
    )


def _opened(request: Request, session: Session, staff: Actor, public_id: str) -> OpenedMail:
    staff.must("mail:read")
    return opened(session, public_id, kinds_for(post_office(request), staff))


def _list(
    request: Request,
    session: Session,
    staff: Actor,
    *,
    q: str = "",
    state: str = "",
    cursor: str | None = None,
) -> dict[str, Any]:
    office = post_office(request)
    kinds = kinds_for(office, staff)
    states = next((states for name, _, states in TABS if name == state), ())
    page = listing(session, OutboxFilter(kinds, states, q), cursor=cursor, size=SIZE)
    kept = {name: value for name, value in (("q", q), ("state", state)) if value}
    return {
        "rows": [(row, kinds[row.kind].title, *STATES[row.state]) for row in page.items],
        "form": Submission[Any](values={"q": q, "state": state}),
        "is_filtered": bool(kept),
        "tabs": [
            (label, address_of(request, ROUTE, {**kept, "state": name}), name == state)
            for name, label, _ in TABS
        ],
        "can_send": office.can_send,
        "kept": kept_count(session) if office.can_send else 0,
        "next_url": turned(request, ROUTE, kept, page.next_cursor),
        "previous_url": turned(request, ROUTE, kept, page.previous_cursor),
    }


def _message(
    request: Request, session: Session, staff: Actor, public_id: str, *, refused: str = ""
) -> dict[str, Any]:
    found = _opened(request, session, staff, public_id)
    office = post_office(request)
    about = _ABOUT.get(found.subject_kind)
    url_for = request.app.state.url_for
    label, tone = STATES[found.state]
    return {
        "mail": found,
        "kind": kinds_for(office, staff)[found.kind],
        "state": (label, tone),
        "about_url": url_for(about, public_id=found.subject_id) if about else None,
        "life": [
            {"at": entry.at, "text": HAPPENED.get(entry.what, entry.what), "by": entry.note}
            for entry in found.life
        ],
        "can_send": office.can_send,
        "may_act": staff.may("mail:write"),
        "refused": refused,
    }
