"""Reading orders: by what they are called, for the shopper, and for staff."""

from webapp.orders.queries.buyers import Bought, bought_by
from webapp.orders.queries.finding import (
    Buyer,
    at_hand,
    buyer_of,
    by_attempt,
    by_number,
    by_public_id,
    find,
    find_written,
    has_unclaimed,
    of_cart,
    placed_before,
)
from webapp.orders.queries.listing import OrderFilter, OrderRow, Waits, listing, waiting
from webapp.orders.queries.page import (
    LineView,
    OrderPage,
    ParcelView,
    TaxRow,
    order_page,
    page_of,
)
from webapp.orders.queries.staff import (
    CancellationView,
    StaffOrder,
    TimelineEntry,
    staff_order,
    words_of,
)

__all__ = [
    "Bought",
    "Buyer",
    "CancellationView",
    "LineView",
    "OrderFilter",
    "OrderPage",
    "OrderRow",
    "ParcelView",
    "StaffOrder",
    "TaxRow",
    "TimelineEntry",
    "Waits",
    "at_hand",
    "bought_by",
    "buyer_of",
    "by_attempt",
    "by_number",
    "by_public_id",
    "find",
    "find_written",
    "has_unclaimed",
    "listing",
    "of_cart",
    "order_page",
    "page_of",
    "placed_before",
    "staff_order",
    "waiting",
    "words_of",
]
