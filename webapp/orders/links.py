"""Links that open one order to whoever got them by mail, and how long they are good."""

from datetime import timedelta
from typing import Any

from webapp.runtime.links import Links

ORDER_MAIL_LASTS = timedelta(days=30)
"""A link in a mail about an order. That mail holds all that the page shows, so the link, which
works again and again, gives nothing away to somebody the mail was forwarded to."""
_PURPOSE = "orders.mailed"


def mailed_path(links: Links, order: str) -> str:
    """The path that opens the order (its public id), for a mail written now."""
    return f"/orders/link/{links.signer(_PURPOSE).sign([order])}"


def order_of_mailed(links: Links, token: str) -> str | None:
    """The public id of the order such a link opens; None when it is forged or too old."""
    signed: Any = links.signer(_PURPOSE).read(token, max_age=int(ORDER_MAIL_LASTS.total_seconds()))
    return signed[0] if isinstance(signed, list) and len(signed) == 1 else None
