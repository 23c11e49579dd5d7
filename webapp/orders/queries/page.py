"""An order as its shopper sees it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from webapp.kit.money import Money
from webapp.kit.values import Value, field
from webapp.media.queries import Image
from webapp.orders.bill import Bill, tax_label
from webapp.orders.models import (
    BY_DOWNLOAD,
    Fulfilment,
    FulfilmentLine,
    FulfilmentState,
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderTaxLine,
    PaymentStatus,
)
from webapp.orders.queries.finding import by_number
from webapp.orders.status import left_to_cancel, left_to_fulfil


class LineView(Value, kw_only=True):
    """One line, in the words and at the prices of its day. ``amount`` is as prices were shown."""

    key: str
    title: str
    variant_title: str
    variant: str
    """The variant's public id; it may be sold no more."""
    sku: str
    product_slug: str
    image: Image | None
    quantity: int
    unit: Money
    amount: Money
    discount: Money
    tax: Money
    total: Money
    cancelled: int
    fulfilled: int
    delivered: int
    returned: int
    left_to_fulfil: int
    left_to_cancel: int
    requires_shipping: bool
    is_digital: bool


class TaxRow(Value):
    """The tax of one rate on the whole order. ``millionths``: 19 % is 190_000."""

    name: str
    millionths: int
    base: Money
    tax: Money


class ParcelView(Value, kw_only=True):
    """A parcel; ``units`` are (line's key, title, quantity)."""

    key: str
    number: str
    state: FulfilmentState
    carrier: str
    tracking_number: str
    tracking_url: str
    created_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    units: tuple[tuple[str, str, int], ...]

    @property
    def is_download(self) -> bool:
        """Nobody carried it: what was in it are files."""
        return self.carrier == BY_DOWNLOAD


class OrderPage(Value, kw_only=True):
    """All that the order page shows. ``shipping`` is as prices were shown, ``balance`` is positive
    where money is still to come and negative where it is to be given back.
    """

    public_id: str
    number: str
    status: OrderStatus
    payment_status: PaymentStatus
    fulfilment_status: FulfilmentStatus
    placed_at: datetime
    email: str
    phone: str
    customer_name: str
    billing_lines: tuple[str, ...]
    shipping_lines: tuple[str, ...]
    shipping_method: str
    shipping_estimate: str
    is_pickup: bool
    payment_method: str
    payment_name: str
    note: str
    gift_message: str
    prices_include_tax: bool
    lines: tuple[LineView, ...]
    taxes: tuple[TaxRow, ...]
    parcels: tuple[ParcelView, ...] = field(default=())
    subtotal: Money
    discount: Money
    shipping: Money
    fees: Money
    tax: Money
    total: Money
    cancelled: Money
    captured: Money
    refunded: Money
    balance: Money
    terms_version: int | None = None
    terms_accepted_at: datetime | None = None

    @property
    def bill(self) -> Bill:
        """The foot of the order as it was agreed."""
        return Bill(
            subtotal=self.subtotal,
            discount=self.discount,
            delivery_name=self.shipping_method,
            shipping=self.shipping,
            fees=self.fees,
            tax_rows=[(tax_label(row.name, row.millionths), row.tax) for row in self.taxes],
            total=self.total,
            prices_include_tax=self.prices_include_tax,
        )

    @property
    def is_cancelled(self) -> bool:
        return self.status in {OrderStatus.cancelled, OrderStatus.expired}

    @property
    def owes(self) -> bool:
        """Whether the shopper still has something to pay."""
        return self.balance.minor > 0 and not self.is_cancelled

    @property
    def to_refund(self) -> Money | None:
        """What is to be given back, if anything."""
        return -self.balance if self.balance.minor < 0 else None


def order_page(session: Session, number: str) -> OrderPage:
    """The order of that number: five statements. Raises ``NoSuchOrder``."""
    return page_of(session, by_number(session, number))


def page_of(session: Session, order: Order) -> OrderPage:
    """The page of an order that is at hand already."""
    lines = session.exec(
        select(OrderLine).where(OrderLine.order_id == order.id).order_by(col(OrderLine.position))
    ).all()
    taxes = session.exec(select(OrderTaxLine).where(OrderTaxLine.order_id == order.id)).all()
    titles = {line.id: (line.public_id, _title(line)) for line in lines}

    def money(minor: int) -> Money:
        return Money(minor, order.currency)

    net_shipping = order.shipping_minor - sum(tax.tax_minor for tax in taxes if tax.line_id is None)
    net_captured = order.captured_minor - order.refunded_minor
    return OrderPage(
        public_id=order.public_id,
        number=order.number,
        status=order.status,
        payment_status=order.payment_status,
        fulfilment_status=order.fulfilment_status,
        placed_at=order.placed_at,
        email=order.email,
        phone=order.phone,
        customer_name=order.customer_name,
        billing_lines=_lines_of(order.billing_address),
        shipping_lines=_lines_of(order.shipping_address),
        shipping_method=order.shipping_method,
        shipping_estimate=order.shipping_estimate,
        is_pickup=order.shipping_is_pickup,
        payment_method=order.payment_method,
        payment_name=order.payment_name,
        note=order.note,
        gift_message=order.gift_message,
        prices_include_tax=order.prices_include_tax,
        lines=tuple(_line(line, order.currency) for line in lines),
        taxes=tuple(_tax_rows(taxes, order.currency)),
        parcels=tuple(_parcels(session, order, titles)),
        subtotal=money(order.subtotal_minor),
        discount=money(order.discount_minor),
        shipping=money(order.shipping_minor if order.prices_include_tax else net_shipping),
        fees=money(order.fee_minor),
        tax=money(order.tax_minor),
        total=money(order.total_minor),
        cancelled=money(order.cancelled_minor),
        captured=money(order.captured_minor),
        refunded=money(order.refunded_minor),
        balance=money(order.total_minor - order.cancelled_minor - net_captured),
        terms_version=order.terms_version,
        terms_accepted_at=order.terms_accepted_at,
    )


def _lines_of(address: dict[str, Any]) -> tuple[str, ...]:
    return tuple(str(line) for line in address.get("lines", ()))


def _title(line: OrderLine) -> str:
    return f"{line.title} ({line.variant_title})" if line.variant_title else line.title


def _line(line: OrderLine, currency: str) -> LineView:
    return LineView(
        key=line.public_id,
        title=line.title,
        variant_title=line.variant_title,
        variant=line.variant_ref,
        sku=line.sku,
        product_slug=line.product_slug,
        image=Image.from_json(line.image),
        quantity=line.quantity,
        unit=Money(line.unit_price_minor, currency),
        amount=Money(line.subtotal_minor - line.discount_minor, currency),
        discount=Money(line.discount_minor, currency),
        tax=Money(line.tax_minor, currency),
        total=Money(line.total_minor, currency),
        cancelled=line.cancelled,
        fulfilled=line.fulfilled,
        delivered=line.delivered,
        returned=line.returned,
        left_to_fulfil=left_to_fulfil(line),
        left_to_cancel=left_to_cancel(line),
        requires_shipping=line.requires_shipping,
        is_digital=line.is_digital,
    )


def _tax_rows(taxes: Sequence[OrderTaxLine], currency: str) -> list[TaxRow]:
    sums: dict[tuple[str, int], tuple[int, int]] = {}
    for tax in taxes:
        base, amount = sums.get((tax.name, tax.millionths), (0, 0))
        sums[tax.name, tax.millionths] = (base + tax.base_minor, amount + tax.tax_minor)
    rows = [
        TaxRow(name, millionths, Money(base, currency), Money(amount, currency))
        for (name, millionths), (base, amount) in sums.items()
    ]
    return sorted(rows, key=lambda row: (-row.millionths, row.name))


def _parcels(
    session: Session, order: Order, titles: dict[int | None, tuple[str, str]]
) -> list[ParcelView]:
    parcels = session.exec(
        select(Fulfilment).where(Fulfilment.order_id == order.id).order_by(col(Fulfilment.id))
    ).all()
    if not parcels:
        return []
    parts = session.exec(
        select(FulfilmentLine).where(
            col(FulfilmentLine.fulfilment_id).in_([parcel.id for parcel in parcels])
        )
    ).all()
    return [
        ParcelView(
            key=parcel.public_id,
            number=parcel.number,
            state=parcel.state,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            tracking_url=parcel.tracking_url,
            created_at=parcel.created_at,
            shipped_at=parcel.shipped_at,
            delivered_at=parcel.delivered_at,
            units=tuple(
                (*titles[part.line_id], part.quantity)
                for part in parts
                if part.fulfilment_id == parcel.id
            ),
        )
        for parcel in parcels
    ]
