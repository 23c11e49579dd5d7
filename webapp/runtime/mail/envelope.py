"""The message as the mail network carries it: addresses, headers, and the two parts.

Headers are made by the standard library's ``email`` package, which refuses line breaks in them;
what comes from people is one clean line before it gets there, and cannot be taken for an encoded
one: the package would decode ``=?utf-8?q?=0D=0A...?=`` and then write the line break out.
"""

import re
from datetime import datetime
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy
from email.utils import format_datetime
from typing import Any

import idna

from webapp.kit.values import Value
from webapp.runtime.mail.letters import Letter
from webapp.runtime.markup import plain_line

_LOCAL = re.compile(r"[^\s\x00-\x20\x7f\"(),:;<>@\[\\\]]+")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<(?P<address>[^<>]+)>\s*")


_HEADERS = {
    b"from", b"to", b"reply-to", b"subject", b"date", b"message-id", b"auto-submitted",
    b"mime-version", b"content-type", b"list-unsubscribe", b"list-unsubscribe-post",
}  # fmt: skip


class _Whole(UnstructuredHeader, BaseHeader):
    """A header with an address of the web in it. The package breaks long words by encoding them,
    and no mail program would find the address in there."""

    def fold(self, *, policy: "Policy[Any]") -> str:
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _Whole)
_ASCII = SMTP.clone(header_factory=_headers)
_UNICODE = SMTPUTF8.clone(header_factory=_headers)


class Unsendable(ValueError):
    """It cannot be put into an envelope."""


class NoAddress(Unsendable):
    """That is not an address mail can be sent to."""


class Mailbox(Value):
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
    way_out: str = "",
) -> bytes:
    """The bytes to hand to a mail server: text first, HTML as the better alternative. ``way_out``
    is where its reader ends such mail (RFC 2369); by one press in their mail program (RFC 8058)
    where that is a secure address."""
    is_ascii = recipient.is_ascii and sender.is_ascii
    message = EmailMessage(policy=_ASCII if is_ascii else _UNICODE)
    message["From"] = sender.header()
    message["To"] = recipient.header()
    if reply_to is not None:
        message["Reply-To"] = reply_to.header()
    message["Subject"] = _line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id
    # Nobody's holiday answer is wanted, and no list may answer either (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    if way_out.isascii() and way_out:
        message["List-Unsubscribe"] = f"<{way_out}>"
        if way_out.startswith("https://"):
            message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
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
