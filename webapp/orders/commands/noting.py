"""What staff write beside an order."""

from sqlmodel import Session

from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.orders.events import OrderNoteAdded
from webapp.orders.models import Order
from webapp.runtime.events import emit

LONGEST = 2000


def add_note(session: Session, actor: Actor, order: Order, text: str) -> None:
    """Add a note to the order's history, for staff alone. It cannot be taken back."""
    actor.must("orders:write")
    text = text.strip()
    if not text:
        raise Invalid("Write something first.", field="text")
    if len(text) > LONGEST:
        raise Invalid(f"Use at most {LONGEST:,} characters.", field="text")
    emit(session, OrderNoteAdded(order.public_id, order.number, text), actor=actor)
