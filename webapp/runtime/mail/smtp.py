"""Handing one message to a mail server, in bounded time, and understanding what it says."""

import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from webapp.kit.errors import Invalid
from webapp.kit.values import Value
from webapp.runtime.addresses import resolve
from webapp.runtime.mail.envelope import Mailbox
from webapp.runtime.markup import plain_line

CONNECT_S = 5.0
WHOLE_S = 20.0
MOST_ADDRESSES = 3
_PORTS = {"smtp": 587, "smtps": 465}
_SAYS_OURS = ("relay", "authenticat", "not permitted", "not logged in")


class MailServer(Value):
    """Where mail is handed in. Encryption is used when it is offered, always with ``smtps``, and
    never sent a password without, unless the server is this very machine."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    is_encrypted: bool = False
    """TLS from the first byte (``smtps``)."""
    may_encrypt: bool = True
    """False with ``?tls=off``: for a relay in a closed network whose certificate nobody knows."""
    whole_s: float = WHOLE_S

    def __repr__(self) -> str:
        return f"MailServer({self.host!r}, {self.port})"

    @property
    def is_here(self) -> bool:
        return self.host in {"localhost", "127.0.0.1", "::1"}


class Fate(StrEnum):
    sent = "sent"
    later = "later"
    never = "never"


class Answer(Value):
    """What became of one try. ``is_ours``: not this message but we ourselves are refused (password,
    sender, certificate), which staff have to mend. ``is_silence``: our patience ended first."""

    fate: Fate
    sentence: str
    code: int | None = None
    is_ours: bool = False
    is_silence: bool = False


def mail_server(url: str) -> MailServer | None:
    """The server of ``smtp://user:password@host:587`` or ``smtps://...``; None for no address.

    Raises ``Invalid`` with what is wrong with it (and without the password).
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        usual = _PORTS[parts.scheme]
        port = parts.port or usual
        host = parts.hostname or ""
    except (ValueError, KeyError):
        host, port = "", 0
    if not host:
        raise Invalid(
            "VITRINE_SMTP_URL is not the address of a mail server; "
            "it looks like smtp://user:password@mail.example.com:587."
        )
    tls = parse_qs(parts.query).get("tls", ["on"])[-1]
    if tls not in {"on", "off"} or (tls == "off" and parts.scheme == "smtps"):
        raise Invalid("VITRINE_SMTP_URL: say ?tls=off with smtp:// or leave it out.")
    return MailServer(
        host,
        port,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        is_encrypted=parts.scheme == "smtps",
        may_encrypt=tls == "on",
    )


def carry(server: MailServer, sender: Mailbox, recipient: Mailbox, content: bytes) -> Answer:
    """Hand the message in. Takes at most ``server.whole_s`` seconds and raises nothing."""
    deadline = time.monotonic() + server.whole_s
    smtp: smtplib.SMTP | None = None
    try:
        smtp = _connect(server, sender, deadline)
        with _cut_at(deadline, smtp):
            return _exchange(smtp, server, sender, recipient, content)
    except _Refused as refused:
        return refused.answer
    except ssl.SSLError as error:
        return _later(f"The encrypted connection to {server.host} failed: {error}", is_ours=True)
    except TimeoutError:
        return _later(f"{server.host} did not answer in time.", is_silence=True)
    except smtplib.SMTPServerDisconnected:
        sentence = f"{server.host} ended the conversation, or did not go on in time."
        return _later(sentence, is_silence=time.monotonic() >= deadline)
    except smtplib.SMTPResponseException as error:
        return _answer(error.smtp_code, error.smtp_error, refuses_us=True)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        return _later(f"{server.host} cannot be reached: {error}")
    finally:
        if smtp is not None:
            smtp.close()


class _Refused(Exception):
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.sentence)
        self.answer = answer


class _Patient:
    """Connecting has to be quick; after that a server may take its time, within the whole."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        sock = super()._get_socket(host, port, timeout)  # type: ignore[misc]
        sock.settimeout(WHOLE_S)
        return sock


class _Plain(_Patient, smtplib.SMTP):
    pass


class _Encrypted(_Patient, smtplib.SMTP_SSL):
    """The library checks no certificate unless it is given a context that does."""

    def __init__(self, **more: Any) -> None:
        super().__init__(context=ssl.create_default_context(), **more)


def _connect(server: MailServer, sender: Mailbox, deadline: float) -> smtplib.SMTP:
    """A conversation that has begun. Raises ``OSError`` when no address of the server answers."""
    kind = _Encrypted if server.is_encrypted else _Plain
    failure: OSError = OSError("the name has no address")
    for address in resolve(server.host, server.port, CONNECT_S)[:MOST_ADDRESSES]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        # Its own name is told, not looked up: a look-up of ourselves could take a minute.
        smtp = kind(local_hostname=sender.domain, timeout=min(CONNECT_S, left))
        smtp._host = server.host  # type: ignore[union-attr]  # whom the certificate must name
        try:
            with _cut_at(deadline, smtp):
                code, said = smtp.connect(address, server.port)
        except OSError as error:
            smtp.close()
            failure = error
            continue
        if code != 220:
            smtp.close()
            raise _Refused(_answer(code, said, refuses_us=True))
        return smtp
    raise failure


@contextmanager
def _cut_at(deadline: float, smtp: smtplib.SMTP) -> Iterator[None]:
    """Close the connection when its time is over. A time limit for each step is not enough: a
    server that sends one byte a second keeps within any."""

    def cut() -> None:
        sock = smtp.sock
        if sock is not None:
            # An OSError says that it is closed already.
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0.001), cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _exchange(
    smtp: smtplib.SMTP, server: MailServer, sender: Mailbox, recipient: Mailbox, content: bytes
) -> Answer:
    smtp.ehlo_or_helo_if_needed()
    if not server.is_encrypted and server.may_encrypt and smtp.has_extn("starttls"):
        smtp.starttls(context=ssl.create_default_context())
        smtp.ehlo()
        server_is_safe = True
    else:
        server_is_safe = server.is_encrypted or server.is_here or not server.may_encrypt
    if server.user:
        if not server_is_safe:
            sentence = f"{server.host} offers no encryption, so no password is sent to it."
            return _later(sentence, is_ours=True)
        _sign_in(smtp, server)

    options = []
    if smtp.has_extn("size"):
        options.append(f"size={len(content)}")
    if not (sender.is_ascii and recipient.is_ascii):
        if not smtp.has_extn("smtputf8"):
            sentence = f"{server.host} cannot send to addresses with letters such as these."
            return Answer(Fate.never, sentence)
        options += ["SMTPUTF8", "BODY=8BITMIME"]
        smtp.command_encoding = "utf-8"
    code, said = smtp.mail(sender.address, options)
    if code != 250:
        return _answer(code, said, refuses_us=True)
    code, said = smtp.rcpt(recipient.address)
    if code not in {250, 251}:
        return _answer(code, said)
    code, said = smtp.data(content)
    if code != 250:
        return _answer(code, said)
    # Nothing more is needed of the server: what it thinks of our leave-taking is no matter.
    with suppress(OSError, smtplib.SMTPException):
        if smtp.sock is not None:
            smtp.sock.settimeout(1.0)
        smtp.quit()
    return Answer(Fate.sent, _sentence(said) or "Accepted.", code)


def _sign_in(smtp: smtplib.SMTP, server: MailServer) -> None:
    """In one way only. The library would try them all with the same wrong password, and servers
    hang up on whoever does that."""
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    ways: dict[str, Any] = {
        "PLAIN": smtp.auth_plain,
        "LOGIN": smtp.auth_login,
        "CRAM-MD5": smtp.auth_cram_md5,
    }
    way = next((name for name in ways if name in offered), None)
    if way is None:
        sentence = f"{server.host} knows no way to sign in that we know."
        raise _Refused(_later(sentence, is_ours=True))
    smtp.user, smtp.password = server.user, server.password
    try:
        smtp.auth(way, ways[way])
    except smtplib.SMTPAuthenticationError as error:
        told = _sentence(error.smtp_error)
        sentence = f"{server.host} does not accept our user name and password. {told}"
        ours = error.smtp_code >= 500
        raise _Refused(_later(sentence, code=error.smtp_code, is_ours=ours)) from None


def _answer(code: int, said: bytes | str, *, refuses_us: bool = False) -> Answer:
    """4xx means later. 5xx means never, unless it is we who are refused and not this message."""
    told = _sentence(said)
    if code < 500:
        return _later(told or "Not now.", code=code if code > 0 else None)
    ours = refuses_us or code in {530, 535} or any(word in told.lower() for word in _SAYS_OURS)
    if ours:
        return _later(told or "The mail server refuses us.", code=code, is_ours=True)
    return Answer(Fate.never, told or "Refused.", code)


def _later(
    sentence: str, *, code: int | None = None, is_ours: bool = False, is_silence: bool = False
) -> Answer:
    return Answer(Fate.later, plain_line(sentence)[:400], code, is_ours, is_silence)


def _sentence(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return plain_line(text)[:400]
