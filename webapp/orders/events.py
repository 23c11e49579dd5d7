"""Facts about orders. They hold no more of a person than staff write into a note."""

from datetime import datetime
from typing import ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event
from webapp.runtime.personal import Forgotten


class OrderEvent(Event):
    """A fact about one order; ``order`` is its public id."""

    order: str
    number: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("order", self.order)


class OrderPlaced(OrderEvent):
    name: ClassVar[str] = "order.placed"
    tells: ClassVar[str] = "A shopper placed an order."
    tells_who: ClassVar[bool] = True
    total_minor: int
    currency: str
    units: int
    payment_method: str


class OrdersAttached(Event):
    """Orders that somebody placed as a guest belong to their account from now on."""

    name: ClassVar[str] = "customer.orders_attached"
    person: str
    orders: tuple[str, ...]

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)


class OrdersTakenOver(OrdersAttached):
    """The same of another account of theirs, which is no more."""

    name: ClassVar[str] = "customer.orders_taken_over"
    gone: str = ""


class OrderConfirmed(OrderEvent):
    """It goes ahead: paid, or by a method that may proceed without."""

    name: ClassVar[str] = "order.confirmed"
    tells: ClassVar[str] = "An order goes ahead: it is paid, or may proceed without."
    tells_who: ClassVar[bool] = True


class OrderPaid(OrderEvent):
    """All that is due has come in."""

    name: ClassVar[str] = "order.paid"
    tells: ClassVar[str] = "All that was due for an order has come in."
    tells_who: ClassVar[bool] = True
    captured_minor: int
    currency: str


class OrderUpdated(OrderEvent):
    """Something else about it changed: ``payment``, ``refund`` or ``cancellation`` of units."""

    name: ClassVar[str] = "order.updated"
    tells: ClassVar[str] = "Something else of an order changed: payment, a refund, some units."
    change: str
    amount_minor: int
    currency: str
    units: dict[str, int] = field(default_factory=dict)
    """Units by the line's public id, where the change is about units."""
    reason: str = ""
    cancellation: int | None = None
    """Which one, among all of the shop's."""
    notify: bool = False
    """Whether the buyer is told by mail."""


class OrderCancelled(OrderEvent):
    name: ClassVar[str] = "order.cancelled"
    tells: ClassVar[str] = "An order, or some of it, was called off."
    reason: str
    restock: bool
    amount_minor: int
    currency: str
    units: dict[str, int] = field(default_factory=dict)
    cancellation: int | None = None
    notify: bool = False


class OrderCompleted(OrderEvent):
    name: ClassVar[str] = "order.completed"
    tells: ClassVar[str] = "An order is paid and all of it has been handed over."


class OrderNoteAdded(OrderEvent):
    name: ClassVar[str] = "order.note_added"
    tells: ClassVar[str] = "A member of staff wrote a note on an order."
    text: str


class OrderMessageWritten(OrderEvent):
    """The customer is written to. ``message`` tells two messages about one order apart."""

    name: ClassVar[str] = "order.message_written"
    title: str
    text: str
    message: str
    is_news: bool = False
    """It is not about the order: they agreed to be told of new things."""


class FulfilmentShipped(OrderEvent):
    """A parcel is on its way (or the goods were handed over)."""

    name: ClassVar[str] = "fulfilment.shipped"
    tells: ClassVar[str] = "A parcel of an order is on its way, or was handed over."
    tells_who: ClassVar[bool] = True
    fulfilment: str
    fulfilment_number: str
    carrier: str
    tracking_number: str
    units: dict[str, int] = field(default_factory=dict)


class FulfilmentDelivered(OrderEvent):
    name: ClassVar[str] = "fulfilment.delivered"
    tells: ClassVar[str] = "A parcel of an order has arrived."
    fulfilment: str
    fulfilment_number: str


class BuyerForgotten(OrderEvent, Forgotten):
    """Its buyer was erased. What an invoice must say may still be kept, ``until`` a day."""

    name: ClassVar[str] = "order.buyer_forgotten"
    tells: ClassVar[str] = "The buyer of an order was erased: forget who it was."
    until: datetime | None = None


class OrderLinkAsked(OrderEvent):
    """Somebody knew the order's number and address: a link that opens it goes to that address."""

    name: ClassVar[str] = "order.link_asked"
    lookup: str
