"""A receiver of webhooks over real HTTP, on this machine, that behaves as it is told."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

Answer = Callable[["Received"], tuple[int, dict[str, str], bytes]]


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def subject(self) -> str:
        return str(self.event["subject"]["id"])

    def is_signed_with(self, secret: str) -> bool:
        """As a receiver finds out."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


@dataclass
class Receiver:
    """What came, in order; ``answer`` may be set to whatever it should do."""

    port: int
    got: list[Received] = field(default_factory=list)
    answer: Answer = lambda _received: (204, {}, b"")
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def says(self, status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> None:
        """From now on that is the answer to everything."""
        self.answer = lambda _received: (status, headers or {}, body)

    @property
    def numbers(self) -> list[int | None]:
        return [received.event["sequence"] for received in self.got]

    @property
    def names(self) -> list[str]:
        return [str(received.event["type"]) for received in self.got]


class _Calm(ThreadingHTTPServer):
    """Says nothing of senders who are gone before they have heard the answer."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *about: Any) -> None:
            pass

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # the sender is gone, and half a message is none
            names = {name.lower(): value for name, value in self.headers.items()}
            received = Received(names, body)
            receiver.got.append(received)
            status, headers, content = receiver.answer(received)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

    server = _Calm(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
