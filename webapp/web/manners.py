"""How the shop writes amounts, dates and numbers, for one request."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import HTTPConnection

from webapp.runtime.wording import PLAIN, Manners, speaking, spoken

__all__ = ["PLAIN", "Manners", "manners_of", "speaking", "spoken"]


def manners_of(request: HTTPConnection) -> Manners:
    """What ``app.state.manners`` says for this request, asked at most once; plain ones without."""
    known = getattr(request.state, "manners", None)
    if isinstance(known, Manners):
        return known
    ask: Callable[[HTTPConnection], Manners] | None = getattr(request.app.state, "manners", None)
    found = ask(request) if ask is not None else PLAIN
    request.state.manners = found
    return found
