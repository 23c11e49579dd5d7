"""One-time notices: said on the next page that shows notices, then forgotten."""

from __future__ import annotations

from typing import Literal

from starlette.requests import HTTPConnection
from starlette.responses import Response

from webapp.kit.values import Value
from webapp.web.sessions import forget_cookie, read_cookie, set_cookie

Kind = Literal["success", "info", "error"]

_COOKIE = "notices"
_KEPT_SECONDS = 600
_MOST = 5
_LONGEST = 300


class Notice(Value):
    """A sentence for the person, and how it is meant."""

    text: str
    kind: Kind = "success"


def flash(request: HTTPConnection, response: Response, text: str, kind: Kind = "success") -> None:
    """Say ``text`` on the next page. Earlier notices that nobody has seen yet are kept."""
    waiting: list[Notice] = getattr(request.state, "flashed", None) or _waiting(request)
    waiting = [*waiting, Notice(text[:_LONGEST], kind)][-_MOST:]
    request.state.flashed = waiting
    request.state.flashes_taken = False
    values = [[notice.kind, notice.text] for notice in waiting]
    set_cookie(request, response, _COOKIE, values, _KEPT_SECONDS)


def take(request: HTTPConnection) -> list[Notice]:
    """The notices to show on this page. ``view`` makes the browser forget them."""
    notices = _waiting(request)
    if notices:
        request.state.flashes_taken = True
    return notices


def settle(request: HTTPConnection, response: Response) -> bool:
    """Forget the notices that this page shows; says whether it shows any."""
    taken = bool(getattr(request.state, "flashes_taken", False))
    if taken:
        forget_cookie(request, response, _COOKIE)
    return taken


def _waiting(request: HTTPConnection) -> list[Notice]:
    values = read_cookie(request, _COOKIE)
    if not isinstance(values, list):
        return []
    return [Notice(text, kind) for kind, text in values]
