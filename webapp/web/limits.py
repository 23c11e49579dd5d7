"""How often one address may change something (plain ASGI)."""

from __future__ import annotations

import ipaddress
import math
from functools import partial

from anyio import to_thread
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from webapp.kit.errors import TooMany
from webapp.runtime.limits import Buckets
from webapp.web.deps import SAFE_METHODS
from webapp.web.failures import refuse


class RateLimit:
    """Unsafe requests per address, each one token of its bucket.

    A household behind one address never notices; a script that tries cards or floods a form does.
    None switches it off. Stricter limits (signing in) belong to the feature that knows what is
    tried.
    """

    def __init__(self, app: ASGIApp, buckets: Buckets | None) -> None:
        self._app = app
        self._buckets = buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._buckets is None or scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        take = partial(self._take, self._buckets, scope)
        wait = await to_thread.run_sync(take) if self._buckets.is_remote else take()
        if wait == 0:
            await self._app(scope, receive, send)
            return
        seconds = max(1, math.ceil(wait))
        error = TooMany("Please wait a moment, then try again.", retry_after=seconds)
        await refuse(scope, receive, send, error)

    def _take(self, buckets: Buckets, scope: Scope) -> float:
        who = whose(scope)
        wait = buckets.take(who)
        if scope["path"].startswith("/api/"):
            tell_limit(Request(scope), "address", buckets, who)
        return wait


def slow_down(request: Request, by_network: Buckets, by_name: Buckets, name: str) -> None:
    """Count one try of this network, and one that is about ``name`` whoever makes it.

    Raises ``TooMany`` where either was tried too often, whatever would be found.
    """
    wait = by_network.take(whose(request.scope)) or by_name.take(name)
    if wait:
        minutes = math.ceil(wait / 60)
        raise TooMany(
            f"That were many tries. Wait {minutes} minutes and try again.",
            retry_after=math.ceil(wait),
        )


class TellLimits:
    """Puts on the answer what ``tell_limit`` knew of the request, also when it was refused."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        known: dict[str, tuple[str, str]] = {}
        scope.setdefault("state", {})["limits"] = known

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and known:
                policies, left = zip(*known.values(), strict=True)
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = ", ".join(policies)
                headers["RateLimit"] = ", ".join(left)
            await send(message)

        await self._app(scope, receive, told)


def tell_limit(request: Request, name: str, buckets: Buckets, key: str) -> None:
    """Say what is left to whoever is counted as ``key`` (draft-ietf-httpapi-ratelimit-headers):
    ``RateLimit-Policy`` has the quota and its window in seconds, ``RateLimit`` what remains of it
    and the seconds until it is whole again. Whoever is counted twice is told both."""
    quota, window = buckets.policy
    left, whole_in = buckets.left(key)
    request.state.limits[name] = (
        f'"{name}";q={quota};w={window}',
        f'"{name}";r={left};t={math.ceil(whole_in)}',
    )


def whose(scope: Scope) -> str:
    """Who is counted as one: an IPv4 address, or the /64 network of IPv6 that a household gets."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def roughly(scope: Scope) -> str:
    """Where somebody comes from, too roughly to be somebody's: the first half of an IPv4 address,
    the first two groups of IPv6. It tells a person whether it was their own provider or another."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        if not address.ipv4_mapped:
            return f"{':'.join(address.exploded.split(':')[:2])}:…"
        address = address.ipv4_mapped
    return f"{'.'.join(str(address).split('.')[:2])}.…"
