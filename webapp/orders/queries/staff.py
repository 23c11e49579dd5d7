"""An order as staff see it: the shopper's page, the ledger, and what happened."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.orders.models import Cancellation, CancelReason, Order, OrderStatus
from webapp.orders.queries.finding import by_number
from webapp.orders.queries.page import OrderPage, page_of
from webapp.payments.queries import Movement, movements
from webapp.runtime.events import PastEvent, history
from webapp.runtime.wording import PLAIN, Manners, money


class TimelineEntry(Value):
    """Something that happened. ``is_note`` for what staff wrote."""

    at: datetime
    text: str
    by: str
    is_note: bool = False


class CancellationView(Value, kw_only=True):
    """``units``: (line's key, title, quantity)."""

    at: datetime
    reason: CancelReason
    note: str
    restock: bool
    amount: Money
    actor: str
    units: tuple[tuple[str, str, int], ...]


class StaffOrder(Value, kw_only=True):
    """All that the staff's order page shows, and what can be done with the order now."""

    page: OrderPage
    movements: tuple[Movement, ...]
    cancellations: tuple[CancellationView, ...]
    timeline: tuple[TimelineEntry, ...]
    """Newest first."""
    trace: tuple[dict[str, Any], ...]

    @property
    def can_be_marked_paid(self) -> bool:
        return self.page.balance.minor > 0 and not self.page.is_cancelled

    @property
    def can_be_fulfilled(self) -> bool:
        return self.page.status is OrderStatus.open and any(
            line.left_to_fulfil for line in self.page.lines
        )

    @property
    def can_be_cancelled(self) -> bool:
        """Some units at least; the whole order only while nothing was sent."""
        is_live = self.page.status in {OrderStatus.pending, OrderStatus.open}
        return is_live and any(line.left_to_cancel for line in self.page.lines)

    @property
    def can_be_cancelled_whole(self) -> bool:
        return self.can_be_cancelled and not any(line.fulfilled for line in self.page.lines)


def staff_order(session: Session, number: str, manners: Manners = PLAIN) -> StaffOrder:
    """The order of that number for staff: eight statements. Its history is told in ``manners``.
    Raises ``NoSuchOrder``."""
    order = by_number(session, number)
    page = page_of(session, order)
    titles = {
        line.key: f"{line.title} ({line.variant_title})" if line.variant_title else line.title
        for line in page.lines
    }
    happened = history(session, "order", order.public_id)
    return StaffOrder(
        page=page,
        movements=tuple(movements(session, order.public_id)),
        cancellations=tuple(_cancellations(session, order, titles)),
        timeline=tuple(_entry(event, order.currency, manners) for event in reversed(happened)),
        trace=tuple(order.trace),
    )


def _cancellations(
    session: Session, order: Order, titles: dict[str, str]
) -> Sequence[CancellationView]:
    rows = session.exec(
        select(Cancellation).where(Cancellation.order_id == order.id).order_by(col(Cancellation.id))
    ).all()
    return [
        CancellationView(
            at=row.at,
            reason=row.reason,
            note=row.note,
            restock=row.restock,
            amount=Money(row.amount_minor, order.currency),
            actor=row.actor,
            units=tuple((key, titles.get(key, key), number) for key, number in row.lines.items()),
        )
        for row in rows
    ]


def _entry(event: PastEvent, currency: str, manners: Manners) -> TimelineEntry:
    return TimelineEntry(
        at=event.at,
        text=words_of(event.name, event.payload, currency, lambda amount: money(amount, manners)),
        by=event.actor_name,
        is_note=event.name == "order.note_added",
    )


def words_of(name: str, facts: dict[str, Any], currency: str, say: Callable[[Money], str]) -> str:
    """What a fact of an order's history says to staff; ``say`` writes its amounts."""

    def amount(key: str) -> str:
        return say(Money(int(facts.get(key, 0)), str(facts.get("currency", currency))))

    match name:
        case "order.placed":
            return f"Placed for {amount('total_minor')}"
        case "order.confirmed":
            return "Confirmed: the order goes ahead"
        case "order.paid":
            return f"Paid in full: {amount('captured_minor')}"
        case "order.completed":
            return "Completed"
        case "order.cancelled":
            return f"Cancelled ({facts.get('reason')}), worth {amount('amount_minor')}"
        case "order.files_ready":
            files = int(facts.get("files", 0))
            counted = f"{files} {'file' if files == 1 else 'files'}"
            if facts.get("is_again"):
                return f"Written to the customer again about {counted}"
            return f"{counted} given to the customer"
        case "order.link_asked":
            return "Looked up: a link was sent to the customer"
        case "order.note_added":
            return str(facts.get("text", ""))
        case "order.message_written":
            return f"Written to the customer: {facts.get('title')}\n{facts.get('text')}"
        case "fulfilment.shipped":
            return f"Parcel {facts.get('fulfilment_number')} sent{_tracking(facts)}"
        case "fulfilment.delivered":
            return f"Parcel {facts.get('fulfilment_number')} delivered"
        case "order.updated":
            return _changed(facts, amount("amount_minor"))
    return name


def _tracking(facts: dict[str, Any]) -> str:
    parts = [str(facts.get("carrier") or ""), str(facts.get("tracking_number") or "")]
    told = " ".join(part for part in parts if part)
    return f" with {told}" if told else ""


def _changed(facts: dict[str, Any], amount: str) -> str:
    match facts.get("change"):
        case "payment":
            return f"{amount} came in"
        case "refund":
            return f"{amount} given back"
        case "cancellation":
            units = sum(int(number) for number in dict(facts.get("units") or {}).values())
            noun = "unit" if units == 1 else "units"
            return f"{units} {noun} cancelled ({facts.get('reason')}), worth {amount}"
    return "Changed"
