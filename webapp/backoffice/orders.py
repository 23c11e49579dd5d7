"""Orders: the list that staff work through, and what they do with one of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from webapp.accounts.guards import Staff
from webapp.backoffice.blaming import blame
from webapp.backoffice.history import last_change
from webapp.backoffice.order_desk import Forms, amount_typed, desk, pills, rows_by_line
from webapp.backoffice.order_forms import (
    CancelForm,
    FulfilForm,
    MessageForm,
    NoteForm,
    PaidForm,
    RefundForm,
    units_of,
)
from webapp.backoffice.order_search import TABS, read_search
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, Refused
from webapp.orders import commands, queries
from webapp.orders.models import CancelReason, Order
from webapp.payments.errors import NoSuchPayment
from webapp.payments.queries import moves_but
from webapp.runtime.events import history
from webapp.shop.queries import current
from webapp.web.deps import Db
from webapp.web.lists import address_of, turned
from webapp.web.manners import manners_of
from webapp.web.submissions import Submission, submitted
from webapp.web.views import after_post, view

pages = APIRouter(prefix="/admin/orders")

LIST = "backoffice/orders/orders.html#order_list"
PAGE = "backoffice/orders/order.html#order_desk"
ROUTE = "backoffice.orders"
SIZE = 40

PaidAsked = Annotated[Submission[PaidForm], Depends(submitted(PaidForm))]
RefundAsked = Annotated[Submission[RefundForm], Depends(submitted(RefundForm))]
FulfilAsked = Annotated[Submission[FulfilForm], Depends(submitted(FulfilForm))]
CancelAsked = Annotated[Submission[CancelForm], Depends(submitted(CancelForm))]
NoteAsked = Annotated[Submission[NoteForm], Depends(submitted(NoteForm))]
MessageAsked = Annotated[Submission[MessageForm], Depends(submitted(MessageForm))]


@pages.get("", name="backoffice.orders")
def orders(
    request: Request,
    db: Db,
    staff: Staff,
    q: Annotated[str, Query(max_length=200)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    since: Annotated[str, Query(max_length=20)] = "",
    until: Annotated[str, Query(max_length=20)] = "",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    """What staff look for, the newest first."""
    staff.must("orders:read")
    asked = {"q": q, "state": state, "since": since, "until": until}
    form: Submission[Any] = Submission(values=asked)
    wanted = read_search(form, current(db).time_zone)
    page = queries.listing(db, wanted, cursor=cursor, size=SIZE)
    kept = {name: value for name, value in asked.items() if value}
    return view(
        request,
        LIST,
        {
            "rows": [(row, pills(row)) for row in page.items],
            "form": form,
            "is_filtered": bool(kept),
            "tabs": [
                (label, address_of(request, ROUTE, {**kept, "state": name}), name == state)
                for name, label, _ in TABS
            ],
            "next_url": turned(request, ROUTE, kept, page.next_cursor),
            "previous_url": turned(request, ROUTE, kept, page.previous_cursor),
        },
        status=422 if form.errors else 200,
    )


@pages.get("/{public_id}", name="backoffice.order")
def order(request: Request, db: Db, staff: Staff, public_id: str) -> Response:
    """Everything about one order, and all that can be done with it."""
    staff.must("orders:read")
    return view(request, PAGE, desk(db, manners_of(request), public_id, Forms()))


@pages.post("/{public_id}/payments", name="backoffice.record_payment")
def record_payment(
    request: Request, form: PaidAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    """Money came in. The same form sent twice is one payment."""
    staff.must("orders:write")
    found = _held(db, public_id)
    if form.data:
        asked = form.data
        with _trying(
            db, form, {"amount": "paid", "provider_reference": "paid_reference"}, otherwise="paid"
        ):
            key = _key("paid", found, asked.token)
            _must_know_the_money(db, found, key, asked.moves)
            commands.mark_paid(
                db,
                staff,
                found,
                amount=amount_typed(asked.paid, found.currency, manners_of(request)),
                provider_reference=asked.paid_reference,
                key=key,
            )
    return _answer(request, db, public_id, Forms(paid=form), form, "The payment is recorded.")


@pages.post("/{public_id}/refunds", name="backoffice.record_refund")
def record_refund(
    request: Request, form: RefundAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    """Money was given back by hand. The same form sent twice is one refund."""
    staff.must("orders:write")
    found = _held(db, public_id)
    if form.data:
        asked = form.data
        with _trying(
            db,
            form,
            {"amount": "refund", "provider_reference": "refund_reference"},
            otherwise="refund",
        ):
            key = _key("refund", found, asked.token)
            _must_know_the_money(db, found, key, asked.moves)
            commands.record_refund(
                db,
                staff,
                found,
                amount=amount_typed(asked.refund, found.currency, manners_of(request)),
                provider_reference=asked.refund_reference,
                key=key,
            )
    return _answer(request, db, public_id, Forms(refund=form), form, "The refund is recorded.")


@pages.post("/{public_id}/fulfilments", name="backoffice.fulfil")
def fulfil(request: Request, form: FulfilAsked, db: Db, staff: Staff, public_id: str) -> Response:
    """Send a parcel with what was chosen."""
    staff.must("orders:write")
    found = _held(db, public_id)
    notice = ""
    if form.data:
        asked = form.data
        with _trying(db, form, rows_by_line(db, found, "sends")):
            _must_be_current(db, staff, found, asked.seen)
            parcel = commands.fulfil(
                db,
                staff,
                found,
                quantities=units_of(asked.sends),
                carrier=asked.carrier,
                tracking_number=asked.tracking_number,
                tracking_url=asked.tracking_url,
            )
            notice = f"Parcel {parcel.number} is on its way."
    return _answer(request, db, public_id, Forms(fulfil=form), form, notice)


@pages.post("/{public_id}/fulfilments/{parcel}/delivery", name="backoffice.mark_delivered")
def mark_delivered(request: Request, db: Db, staff: Staff, public_id: str, parcel: str) -> Response:
    """The parcel has arrived. Saying so twice is saying it once."""
    arrived = commands.mark_delivered(db, staff, _held(db, public_id), parcel)
    notice = f"Parcel {arrived.number} has arrived."
    return _answer(request, db, public_id, Forms(), Submission(), notice)


@pages.post("/{public_id}/cancellations", name="backoffice.cancel")
def cancel(request: Request, form: CancelAsked, db: Db, staff: Staff, public_id: str) -> Response:
    """Call the order off, or some units of it."""
    staff.must("orders:write")
    found = _held(db, public_id)
    if form.data:
        asked = form.data
        with _trying(db, form, rows_by_line(db, found, "cancels")):
            _must_be_current(db, staff, found, asked.seen)
            commands.cancel(
                db,
                staff,
                found,
                reason=CancelReason(asked.reason),
                quantities=None if asked.whole else units_of(asked.cancels),
                note=asked.note,
                restock=asked.restock,
                notify=asked.notify,
            )
    notice = "The order is cancelled." if form.values.get("whole") else "The units are cancelled."
    return _answer(request, db, public_id, Forms(cancel=form), form, notice)


@pages.post("/{public_id}/notes", name="backoffice.note_order")
def note_order(request: Request, form: NoteAsked, db: Db, staff: Staff, public_id: str) -> Response:
    """Write a note into the order's history. The same note sent twice is one note."""
    staff.must("orders:write")
    found = _held(db, public_id)
    if form.data:
        latest = history(db, "order", public_id, limit=1)
        is_there = any(
            fact.name == "order.note_added"
            and fact.actor_id == staff.id
            and fact.payload.get("text") == form.data.text
            for fact in latest
        )
        if not is_there:
            with _trying(db, form, {}, otherwise="text"):
                commands.add_note(db, staff, found, form.data.text)
    return _answer(request, db, public_id, Forms(note=form), form, "Your note is written down.")


@pages.post("/{public_id}/messages", name="backoffice.write_to_customer")
def write_to_customer(
    request: Request, form: MessageAsked, db: Db, staff: Staff, public_id: str
) -> Response:
    """Write to whoever placed the order. The same form sent twice is one message."""
    staff.must("notifications:write")
    found = queries.by_public_id(db, public_id)
    if form.data:
        asked = form.data
        message = commands.Message(asked.message_subject, asked.message_text, [found.public_id])
        names = {"subject": "message_subject", "text": "message_text"}
        with _trying(db, form, names, otherwise="message_text"):
            commands.write_to_customers(db, staff, message, key=asked.token)
    return _answer(request, db, public_id, Forms(message=form), form, "Your message is on its way.")


def _held(session: Session, public_id: str) -> Order:
    """The order, which nobody else changes until this transaction ends."""
    found = queries.by_public_id(session, public_id)
    session.refresh(found, with_for_update=True)
    return found


@contextmanager
def _trying(
    session: Session, form: Submission[Any], renamed: Mapping[str, str], *, otherwise: str = ""
) -> Iterator[None]:
    """What is refused in here is undone, and said where the person looks."""
    try:
        with session.begin_nested():
            yield
    except (Invalid, Refused, NoSuchPayment) as refusal:
        blame(form, refusal, renamed, otherwise=otherwise)


def _must_be_current(session: Session, staff: Actor, found: Order, seen: int) -> None:
    """Refuse to do on an order of now what was decided about an order of before.

    That is also what keeps a form sent twice from sending two parcels.
    """
    if len(history(session, "order", found.public_id)) != seen:
        changed = last_change(session, ("order", found.public_id), staff, current(session))
        raise Refused(
            f"{changed}, after this page was shown, and this may have been sent already. "
            "Look at it as it stands now, then decide."
        )


def _must_know_the_money(session: Session, found: Order, key: str | None, seen: int | None) -> None:
    """Refuse what a colleague may have written down while this form was open; the same form sent
    twice comes through, to find that it is recorded."""
    moved = moves_but(session, found.public_id, key)
    if seen is not None and moved is not None and moved != seen:
        raise Refused(
            "Money was recorded here since this page was shown. Look at it above; "
            "if this came or went besides, send it again."
        )


def _key(kind: str, found: Order, token: str) -> str | None:
    return f"{kind}:{found.public_id}:{token}" if token else None


def _answer(
    request: Request,
    session: Session,
    public_id: str,
    forms: Forms,
    form: Submission[Any],
    notice: str,
) -> Response:
    """The order again: as it is now, or with what was typed and what is wrong with it."""
    manners = manners_of(request)
    if form.errors:
        return view(request, PAGE, desk(session, manners, public_id, forms), status=422)
    return after_post(
        request,
        go_to=request.app.state.url_for("backoffice.order", public_id=public_id),
        show=PAGE,
        context=desk(session, manners, public_id, Forms()),
        notice=notice,
    )
