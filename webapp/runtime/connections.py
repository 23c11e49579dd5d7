"""Connections to the outside that are checked where they are made, and never outlive their time.

Imported with the first call to the outside, not before: see ``runtime.outbound``.
"""

import ssl
import threading
import time
from typing import Any

import httpcore
import httpx

from webapp.runtime.addresses import is_public, resolve
from webapp.runtime.outbound import READ_S, OutboundRefused

MOST_ADDRESSES = 4


def open_pool(allow_private: bool, clock: threading.local) -> httpcore.ConnectionPool:
    """A pool whose every connection passes the check. ``clock.deadline`` (monotonic seconds, per
    thread) is when the exchange under way has to be over."""
    return httpcore.ConnectionPool(
        ssl_context=httpx.create_ssl_context(),
        max_connections=20,
        max_keepalive_connections=4,
        keepalive_expiry=5.0,
        network_backend=GuardedBackend(allow_private, clock),
    )


class GuardedBackend(httpcore.NetworkBackend):
    """Checks and connects in one step, so what was checked is what is connected to."""

    def __init__(self, allow_private: bool, clock: threading.local) -> None:
        self._inner = httpcore.SyncBackend()
        self._allow_private = allow_private
        self._clock = clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        addresses = resolve(host.strip("[]"), port, _left(self._clock, timeout))
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise OutboundRefused(
                "That address is inside a private network, and the shop does not go there.",
                host=host,
            )
        failure: Exception = OSError("the name has no address")
        for address in addresses[:MOST_ADDRESSES]:
            try:
                stream = self._inner.connect_tcp(
                    address, port, _left(self._clock, timeout), local_address, socket_options
                )
                return TimedStream(stream, self._clock)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


class TimedStream(httpcore.NetworkStream):
    """A connection on which no step outlives the whole exchange, however it drips."""

    def __init__(self, inner: httpcore.NetworkStream, clock: threading.local) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._clock, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._clock, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, _left(self._clock, timeout))
        return TimedStream(inner, self._clock)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(clock: threading.local, timeout: float | None) -> float:
    """Seconds for the next step: its own limit, or what remains of the whole."""
    remaining: float = getattr(clock, "deadline", float("inf")) - time.monotonic()
    if remaining <= 0:
        raise httpcore.ReadTimeout("the time for the whole exchange is over")
    return min(remaining, READ_S if timeout is None else timeout)
