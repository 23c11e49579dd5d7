"""Links that open one order to whoever got them by mail, and how long they are good.

A link in a message *about* the order works again and again for a month: that message holds all that
the page shows, so the link gives nothing away to somebody it was forwarded to. A link that was
asked for with number and address works once, for half an hour. Either opens that one order, for two
hours, in the browser that followed it.
"""

from datetime import timedelta

from webapp.runtime.links import Links
from webapp.runtime.secrets import Signer

ORDER_MAIL_LASTS = timedelta(days=30)
LOOKUP_LASTS = timedelta(minutes=30)


def mailed_path(links: Links, order: str) -> str:
    """The path that opens the order (its public id), for a message written now."""
    return f"/orders/link/{_mailed(links).sign(order)}"


def order_of_mailed(links: Links, token: str) -> str | None:
    """The public id of the order such a link opens; None for any other text."""
    return _text(_mailed(links).read(token, max_age=int(ORDER_MAIL_LASTS.total_seconds())))


def lookup_path(links: Links, lookup: str) -> str:
    """The path that opens what was looked up, once."""
    return f"/orders/link/{_looked_up(links).sign(lookup)}"


def lookup_of(links: Links, token: str) -> str | None:
    """The public id of the look-up such a link is for; None for any other text. Its age is in its
    row: a message may have waited."""
    return _text(_looked_up(links).read(token))


def _mailed(links: Links) -> Signer:
    return links.signer("orders.mailed")


def _looked_up(links: Links) -> Signer:
    return links.signer("orders.looked-up")


def _text(signed: object) -> str | None:
    return signed if isinstance(signed, str) else None
