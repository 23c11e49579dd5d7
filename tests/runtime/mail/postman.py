"""A real mail server for tests, which answers as it is told to."""

import asyncio
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

ACCEPTED = "250 2.0.0 Accepted"


@dataclass
class Postman:
    """What came in, and what is said to whom. Answers are given once each; then all is well."""

    delivered: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    on_mail: list[str] = field(default_factory=list)
    on_rcpt: list[str] = field(default_factory=list)
    on_data: list[str] = field(default_factory=list)
    hangs: bool = False
    hangs_up: bool = False
    was_encrypted: list[bool] = field(default_factory=list)
    """Of each message, whether it came over TLS."""
    url: str = ""

    @property
    def messages(self) -> list[EmailMessage]:
        return [
            message_from_bytes(content, policy=default)  # type: ignore[misc]
            for content in self.delivered
        ]

    # What aiosmtpd calls.

    async def handle_EHLO(
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        if self.hangs:
            await asyncio.Event().wait()
        return responses

    async def handle_MAIL(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.on_mail:
            return self.on_mail.pop(0)
        self.senders.append(address)
        envelope.mail_from = address
        return ACCEPTED

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        if self.on_rcpt:
            return self.on_rcpt.pop(0)
        self.recipients.append(address)
        envelope.rcpt_tos.append(address)
        return ACCEPTED

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.hangs_up:
            server.transport.close()
            return "421 bye"
        if self.on_data:
            return self.on_data.pop(0)
        self.was_encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        self.delivered.append(envelope.original_content or envelope.content)
        return ACCEPTED


class _AnyPort(Controller):
    """At a free port, which is known once it listens."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def serving(
    password: str = "",
    postman: Postman | None = None,
    *,
    tls: ssl.SSLContext | None = None,
    way: str = "starttls",
) -> Iterator[Postman]:
    """A postman at a free port of this machine. With ``password`` it wants user ``shop``; with
    ``tls`` it offers STARTTLS, or (``smtps``) speaks it from the first byte."""
    postman = postman or Postman()

    def signs_in(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        right = isinstance(data, LoginPassword) and data.password == password.encode()
        return AuthResult(success=right, handled=False)

    wants = {"authenticator": signs_in, "auth_required": True, "auth_require_tls": False}
    from_the_first = way == "smtps"
    offers: dict[str, Any] = {} if tls is None or from_the_first else {"tls_context": tls}
    controller = _AnyPort(
        postman,
        hostname="127.0.0.1",
        port=0,
        enable_SMTPUTF8=True,
        ssl_context=tls if from_the_first else None,
        **(wants if password else {}),
        **offers,
    )
    with warnings.catch_warnings():
        # At each connection it says what we know: a password without encryption.
        warnings.simplefilter("ignore")
        controller.start()
        scheme = "smtps" if from_the_first else "smtp"
        postman.url = f"{scheme}://127.0.0.1:{controller.port}"
        try:
            yield postman
        finally:
            controller.stop()
