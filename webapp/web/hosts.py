"""Answers only to the shop's own names (plain ASGI).

A request under any other name comes from somebody who points a name of theirs at our address, to
have links made with it or to be taken for our origin.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from webapp.settings import Settings

LOCAL = ("localhost", "*.localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")
_FOR_MACHINES = ("/health", "/ready")
_SENTENCE = "This shop does not answer to that name. See PUBLIC_URL and ALLOWED_HOSTS.\n"


def hosts_of(settings: Settings) -> tuple[str, ...]:
    """This machine's own names, that of the public address, and those configured."""
    public = urlsplit(settings.public_url).hostname
    return (*LOCAL, *([public] if public else []), *settings.allowed_hosts)


class TrustedHosts:
    """Refuses hosts that are not in ``allowed`` (``*.example.com`` for all below, ``*`` for any).

    ``any_address`` also lets IP addresses in: until the shop has a public address it can then be
    reached on a new machine. A name cannot pass for one, which is what the attack needs. The
    probes of a load balancer ask by address, so they are answered always.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str], any_address: bool = False) -> None:
        self._app = app
        names = [name.lower() for name in allowed]
        self._names = {name for name in names if not name.startswith("*")}
        self._endings = tuple(name[1:] for name in names if name.startswith("*."))
        self._any = "*" in names
        self._any_address = any_address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or self._knows(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await PlainTextResponse(_SENTENCE, 400)(scope, receive, send)

    def _knows(self, scope: Scope) -> bool:
        if scope["path"].startswith(_FOR_MACHINES):
            return True
        told = Headers(scope=scope).getlist("host")
        # Of two, a proxy may believe one and we the other; a redirect repeats the whole of it.
        if len(told) != 1 or not _HOST.fullmatch(told[0]):
            return False
        host = without_port(told[0])
        return (
            self._any
            or host in self._names
            or (bool(self._endings) and host.endswith(self._endings))
            or (self._any_address and _is_address(host))
        )


def without_port(host: str) -> str:
    """``Shop.Example:8000`` as ``shop.example``; an IPv6 address keeps its brackets."""
    host = host.strip().lower()
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True
