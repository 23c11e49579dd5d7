"""The message as the mail network carries it: addresses, headers, and the two parts.

Headers are made by the standard library's ``email`` package, which refuses line breaks in them;
what comes from people is one clean line before it gets there, and cannot be taken for an encoded
one: the package would decode ``=?utf-8?q?=0D=0A...?=`` and then write the line break out.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime

import idna

from webapp.runtime.mail.letters import Letter
from webapp.runtime.markup import plain_line

_LOCAL = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]+")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<address>[^<>]+)>\s*")


_HEADERS = {
    b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"auto-submitted",
    b"mime-version", b"content-type",
}  # fmt: skip


class Unsendable(ValueError):
    """It cannot be put into an envelope."""


class NoAddress(Unsendable):
    """That is not an address mail can be sent to."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One checked address. The domain is in ASCII (IDNA)."""

    local: str
    domain: str
    name: str = ""

    @property
    def address(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def is_ascii(self) -> bool:
        """Whether any mail server can take it; others need SMTPUTF8."""
        return self.local.isascii()

    def header(self) -> Address:
        return Address(_line(self.name)[:120], self.local, self.domain)


def named_mailbox(text: str) -> Mailbox:
    """``Ada <ada@example.com>`` or the address alone. Raises ``NoAddress``."""
    named = _NAMED.fullmatch(text)
    if named:
        return mailbox(named["address"], named["name"].strip('" '))
    return mailbox(text)


def mailbox(text: str, name: str = "") -> Mailbox:
    """An address as ``ada@example.com``. Raises ``NoAddress``.

    An international domain is turned into its ASCII form.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or len(local.encode()) > 64 or _is_dotted(local):
        raise NoAddress(f"{text[:100]!r} is not an email address.")
    try:
        ascii_domain = domain.lower()
        if not domain.isascii():
            ascii_domain = idna.encode(domain, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError):
        raise NoAddress(f"{text[:100]!r} has a domain that cannot exist.") from None
    labels = ascii_domain.removesuffix(".").split(".")
    if len(ascii_domain) > 253 or not all(_HOST.fullmatch(label) for label in labels):
        raise NoAddress(f"{text[:100]!r} has a domain that cannot exist.")
    return Mailbox(local, ascii_domain, plain_line(name))


def sealed(
    letter: Letter,
    *,
    sender: Mailbox,
    recipient: Mailbox,
    reply_to: Mailbox | None,
    message_id: str,
    at: datetime,
) -> bytes:
    """The bytes to hand to a mail server: text first, HTML as the better alternative."""
    message = EmailMessage(policy=SMTP if recipient.is_ascii and sender.is_ascii else SMTPUTF8)
    message["From"] = sender.header()
    message["To"] = recipient.header()
    if reply_to is not None:
        message["Reply-To"] = reply_to.header()
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    # Nobody's holiday answer is wanted, and no list may answer either (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, subtype="plain", charset="utf-8", cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", charset="utf-8", cte="quoted-printable")
    content = message.as_bytes()
    # The last line of defence: whatever slipped through, no header leaves that is not ours.
    head = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    names = {line.partition(b":")[0].lower() for line in head if line[:1] not in {b" ", b"\t"}}
    if not names <= _HEADERS:
        raise Unsendable("Something in it would have become a header of its own.")
    return content


def _line(text: str) -> str:
    """One line that means itself in a header."""
    return plain_line(text).replace("=?", "= ?")


def _is_dotted(local: str) -> bool:
    return local.startswith(".") or local.endswith(".") or ".." in local
