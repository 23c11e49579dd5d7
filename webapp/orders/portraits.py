"""Orders for those outside who are told of them: lines, sums, taxes, statuses, parcels; and who
ordered, for the events that need it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from webapp.kit.money import Money
from webapp.orders.models import Fulfilment, FulfilmentLine, Order, OrderLine, OrderTaxLine
from webapp.runtime.portraits import Drawing, Portrait

PERSONAL = frozenset(
    {
        "email",
        "customer_name",
        "phone",
        "billing_address",
        "shipping_address",
        "note",
        "gift_message",
    }
)

Rows = Mapping[int, Sequence[Any]]


def draw_orders(session: Session, ids: Sequence[str]) -> dict[str, Drawing]:
    """Orders whole; five statements, three where nothing was ever sent."""
    found = session.exec(select(Order).where(col(Order.public_id).in_(ids))).all()
    keys = [order.id for order in found]
    lines = _by_order(
        session.exec(
            select(OrderLine)
            .where(col(OrderLine.order_id).in_(keys))
            .order_by(col(OrderLine.position))
        )
    )
    taxes = _by_order(
        session.exec(
            select(OrderTaxLine)
            .where(col(OrderTaxLine.order_id).in_(keys))
            .order_by(col(OrderTaxLine.id))
        )
    )
    parcels: Rows = {}
    packed: dict[int, list[FulfilmentLine]] = defaultdict(list)
    if any(line.fulfilled for each in lines.values() for line in each):
        parcels = _by_order(
            session.exec(
                select(Fulfilment)
                .where(col(Fulfilment.order_id).in_(keys))
                .order_by(col(Fulfilment.id))
            )
        )
        for unit in session.exec(
            select(FulfilmentLine)
            .join(Fulfilment, col(Fulfilment.id) == col(FulfilmentLine.fulfilment_id))
            .where(col(Fulfilment.order_id).in_(keys))
        ):
            packed[unit.fulfilment_id].append(unit)
    return {order.public_id: _order(order, lines, taxes, parcels, packed) for order in found}


PORTRAITS = {"order": Portrait(draw_orders, PERSONAL)}


def _by_order(rows: Any) -> Rows:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.order_id].append(row)
    return found


def _order(
    order: Order,
    lines: Rows,
    taxes: Rows,
    parcels: Rows,
    packed: Mapping[int, Sequence[FulfilmentLine]],
) -> Drawing:
    key = order.id or 0
    names = {line.id: line.public_id for line in lines.get(key, ())}
    return {
        "id": order.public_id,
        "number": order.number,
        "status": order.status.value,
        "payment_status": order.payment_status.value,
        "fulfilment_status": order.fulfilment_status.value,
        "currency": order.currency,
        "prices_include_tax": order.prices_include_tax,
        "placed_at": _moment(order.placed_at),
        "confirmed_at": _moment(order.confirmed_at),
        "completed_at": _moment(order.completed_at),
        "cancelled_at": _moment(order.cancelled_at),
        "updated_at": _moment(order.updated_at),
        "email": order.email,
        "customer_name": order.customer_name,
        "phone": order.phone,
        "billing_address": order.billing_address,
        "shipping_address": order.shipping_address,
        "note": order.note,
        "gift_message": order.gift_message,
        "shipping_method": order.shipping_method,
        "is_pickup": order.shipping_is_pickup,
        "payment_method": order.payment_method,
        "lines": [_line(line, order.currency) for line in lines.get(key, ())],
        "taxes": [
            {
                "name": tax.name,
                "millionths": tax.millionths,
                "line": names.get(tax.line_id),
                "base": Money(tax.base_minor, order.currency).wire(),
                "tax": Money(tax.tax_minor, order.currency).wire(),
            }
            for tax in taxes.get(key, ())
        ],
        "fulfilments": [
            _parcel(parcel, packed.get(parcel.id, ()), names) for parcel in parcels.get(key, ())
        ],
        **_sums(order),
    }


def _sums(order: Order) -> Drawing:
    sums = ("subtotal", "discount", "shipping", "fee", "tax", "total")
    moved = ("captured", "refunded", "cancelled")
    return {
        name: Money(getattr(order, f"{name}_minor"), order.currency).wire()
        for name in (*sums, *moved)
    }


def _line(line: OrderLine, currency: str) -> Drawing:
    return {
        "id": line.public_id,
        "product": line.product_ref,
        "variant": line.variant_ref,
        "title": line.title,
        "variant_title": line.variant_title,
        "sku": line.sku,
        "barcode": line.barcode,
        "quantity": line.quantity,
        "unit_price": Money(line.unit_price_minor, currency).wire(),
        "subtotal": Money(line.subtotal_minor, currency).wire(),
        "discount": Money(line.discount_minor, currency).wire(),
        "tax": Money(line.tax_minor, currency).wire(),
        "total": Money(line.total_minor, currency).wire(),
        "requires_shipping": line.requires_shipping,
        "is_digital": line.is_digital,
        "weight_g": line.weight_g,
        "cancelled": line.cancelled,
        "fulfilled": line.fulfilled,
        "delivered": line.delivered,
        "returned": line.returned,
    }


def _parcel(
    parcel: Fulfilment, units: Sequence[FulfilmentLine], names: Mapping[int | None, str]
) -> Drawing:
    return {
        "id": parcel.public_id,
        "number": parcel.number,
        "status": parcel.state.value,
        "carrier": parcel.carrier,
        "tracking_number": parcel.tracking_number,
        "tracking_url": parcel.tracking_url,
        "shipped_at": _moment(parcel.shipped_at),
        "delivered_at": _moment(parcel.delivered_at),
        "units": {names[unit.line_id]: unit.quantity for unit in units if unit.line_id in names},
    }


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat().replace("+00:00", "Z")
