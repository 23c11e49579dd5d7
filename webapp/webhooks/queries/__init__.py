"""Reads of webhooks: the feed, what can be sent now, what staff see."""

from webapp.webhooks.queries.desk import (
    DeliveryLine,
    DeliveryPage,
    EndpointLine,
    delivery_by_id,
    delivery_page,
    endpoint_by_id,
    endpoints,
    first_missed,
    line_of,
    log,
    recent,
)
from webapp.webhooks.queries.feed import (
    Feed,
    bounds,
    chosen,
    feed,
    has_body,
    is_waiting,
    latest,
)
from webapp.webhooks.queries.previewing import preview
from webapp.webhooks.queries.working import listening, work_for

__all__ = [
    "DeliveryLine",
    "DeliveryPage",
    "EndpointLine",
    "Feed",
    "bounds",
    "chosen",
    "delivery_by_id",
    "delivery_page",
    "endpoint_by_id",
    "endpoints",
    "feed",
    "first_missed",
    "has_body",
    "is_waiting",
    "latest",
    "line_of",
    "listening",
    "log",
    "preview",
    "recent",
    "work_for",
]
