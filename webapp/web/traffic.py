"""What this process has answered since it began, counted for the operator (plain ASGI)."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

BOUNDS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper ends of the classes of duration; what took longer is in a last one."""

METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
OTHER = "other"
"""Stands for methods and addresses that we do not have: there is no end to those."""

CLOSED_EARLY = 499


@dataclass
class Durations:
    """How long answers of one route took."""

    classes: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    seconds: float = 0.0

    def add(self, seconds: float) -> None:
        at = next((n for n, end in enumerate(BOUNDS_S) if seconds <= end), len(BOUNDS_S))
        self.classes[at] += 1
        self.seconds += seconds


@dataclass
class Traffic:
    """Counts by route, as it is declared and not as it was asked for: so their number is bounded,
    and no token or name gets in. Filled by the event loop alone."""

    answers: Counter[tuple[str, str, int]] = field(default_factory=Counter)
    """By method, route and status."""
    durations: dict[tuple[str, str], Durations] = field(default_factory=dict)
    """By method and route; of a stream, until its head was sent."""
    began: float = field(default_factory=time.monotonic)

    def note(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in METHODS else OTHER
        route = _route(scope)
        self.answers[method, route, status] += 1
        self.durations.setdefault((method, route), Durations()).add(seconds)


class CountTraffic:
    """Notes every answer in ``traffic``."""

    def __init__(self, app: ASGIApp, traffic: Traffic) -> None:
        self._app = app
        self._traffic = traffic

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, took = time.perf_counter(), CLOSED_EARLY, None

        async def timed(message: Message) -> None:
            nonlocal status, took
            if message["type"] == "http.response.start":
                status, took = message["status"], time.perf_counter() - began
            await send(message)

        try:
            await self._app(scope, receive, timed)
        finally:
            seconds = took if took is not None else time.perf_counter() - began
            self._traffic.note(scope, status, seconds)


def _route(scope: Scope) -> str:
    """With what it was included under, which the framework keeps beside the route."""
    included = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(included or scope.get("route"), "path_format", None)
    beginning = str(scope.get("root_path", ""))
    return f"{beginning}{path}" if path else beginning or OTHER
