"""Small signed values in cookies: the cart's key, the session's token, a notice for the next page.

A value that was not signed by us, was signed for another cookie, or has expired reads as nothing.
On HTTPS the cookies carry the ``__Host-`` prefix: the browser then keeps them to this host, this
path and secure connections, so that a neighbouring subdomain cannot plant one.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from webapp.kit.clock import now

_CARRIES = "carries"
_CARRIES_LASTS = 400 * 86400
"""Seconds; browsers keep nothing longer (RFC 6265bis, 5.5)."""
LONGEST = 3800
"""Bytes of a cookie's value; browsers drop cookies of more than 4096 with name and attributes."""


class Cookies:
    """Signs and reads. One for each application, made from its secret."""

    def __init__(self, secret_key: str) -> None:
        if len(secret_key) < 16:
            raise ValueError("The secret key is missing or too short to sign with.")
        self._secret_key = secret_key
        self._serializers: dict[str, URLSafeSerializer] = {}

    def signed(self, name: str, value: Any, max_age: int) -> str:
        """``value`` (anything JSON can hold) as text that is good for ``max_age`` seconds."""
        until = int((now() + timedelta(seconds=max_age)).timestamp())
        text = self._serializer(name).dumps([until, value])
        text = text.decode("ascii") if isinstance(text, bytes) else text
        if len(text) > LONGEST:
            raise ValueError(f"The cookie {name!r} would be too large for browsers to keep.")
        return text

    def read(self, name: str, text: str) -> Any | None:
        """The value signed for ``name``; None when it is forged, damaged or expired."""
        if len(text) > LONGEST:
            return None
        try:
            until, value = self._serializer(name).loads(text)
            return value if until > now().timestamp() else None
        except (BadData, ValueError, TypeError, RecursionError):
            return None

    def _serializer(self, name: str) -> URLSafeSerializer:
        if name not in self._serializers:
            self._serializers[name] = URLSafeSerializer(self._secret_key, salt=f"cookie.{name}")
        return self._serializers[name]


def read_cookie(request: HTTPConnection, name: str) -> Any | None:
    """The value that ``set_cookie`` put under ``name``, or None."""
    text = request.cookies.get(_full_name(request, name))
    cookies: Cookies = request.app.state.cookies
    return cookies.read(name, text) if text else None


def set_cookie(
    request: HTTPConnection,
    response: Response,
    name: str,
    value: Any,
    max_age: int,
    *,
    until_closed: bool = False,
) -> None:
    """Sign ``value`` and give it to the browser for ``max_age`` seconds.

    With ``until_closed`` the browser forgets it when it is closed, and the signature after
    ``max_age`` seconds.
    """
    cookies: Cookies = request.app.state.cookies
    response.set_cookie(
        _full_name(request, name),
        cookies.signed(name, value, max_age),
        max_age=None if until_closed else max_age,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )
    _say_that_it_carries(request, response)


def forget_cookie(request: HTTPConnection, response: Response, name: str) -> None:
    """Take the cookie ``name`` away from the browser."""
    response.delete_cookie(
        _full_name(request, name),
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def held_cookies(request: HTTPConnection, beginning: str) -> list[str]:
    """The names, as ``set_cookie`` knows them, of all that begin so; nobody looked into them."""
    whole = _full_name(request, beginning)
    least = len(whole) - len(beginning)
    return [name[least:] for name in request.cookies if name.startswith(whole)]


def _say_that_it_carries(request: HTTPConnection, response: Response) -> None:
    """A word for the scripts of public pages: a browser without it has neither cart nor account
    nor notice here, and need not ask (``/me``). It says nothing more, and nothing here reads it."""
    name = _full_name(request, _CARRIES)
    said = any(one.startswith(f"{name}=") for one in response.headers.getlist("Set-Cookie"))
    if name not in request.cookies and not said:
        response.set_cookie(name, "1", _CARRIES_LASTS, secure=_is_secure(request), samesite="lax")


def _full_name(request: HTTPConnection, name: str) -> str:
    return f"__Host-{name}" if _is_secure(request) else name


def _is_secure(request: HTTPConnection) -> bool:
    return request.url.scheme in {"https", "wss"}
