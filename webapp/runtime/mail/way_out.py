"""The way out of mail that nobody needs: a link in it that ends it with one press (RFC 2369, 8058).

The link carries the message's public id, signed: it tells a log no address, cannot be made up, and
works as long as the message is kept.
"""

from sqlmodel import Session, select

from webapp.kit.ids import is_public_id
from webapp.kit.values import Value
from webapp.runtime.links import Links
from webapp.runtime.mail.table import MailRecord
from webapp.runtime.secrets import Signer

PLACE = "/unsubscribe/"
PREVIEW = "mail_preview"
"""Of a message that is not there: its link ends nothing."""


class Reached(Value):
    """Whom a message reached, and of which kind it was (``feature.name``)."""

    address: str
    kind: str


def way_out(links: Links, message: str) -> str:
    """The whole address where whoever got this message ends its sort."""
    return links.absolute(f"{PLACE}{_signer(links).sign(message)}")


def reached_by(session: Session, links: Links, token: str) -> Reached | None:
    """None for a link that was made up, and for one whose message is forgotten."""
    message = _signer(links).read(token) if len(token) <= 300 else None
    if not isinstance(message, str) or not is_public_id(message, "mail"):
        return None
    row = session.exec(
        select(MailRecord.to_address, MailRecord.kind).where(MailRecord.public_id == message)
    ).one_or_none()
    return Reached(*row) if row is not None and row[0] else None


def _signer(links: Links) -> Signer:
    return links.signer("mail.way-out")
