"""What an exception means: a status code, a kind, and words. ``failures`` says it."""

from __future__ import annotations

import http
import re
from collections.abc import Mapping
from typing import Any

from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from webapp.kit.errors import (
    Invalid,
    NotAllowed,
    NotFound,
    Refused,
    ShopError,
    SignInNeeded,
    TooMany,
    Unavailable,
)
from webapp.kit.values import Value, field
from webapp.web.problems import kebab

STATUS: Mapping[type[ShopError], int] = {
    Invalid: 422,
    NotFound: 404,
    Refused: 409,
    SignInNeeded: 401,
    NotAllowed: 403,
    TooMany: 429,
    Unavailable: 503,
    ShopError: 400,
}

_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("We could not read that", "Something in the request is not as it should be."),
    403: ("Not allowed", "This is not open to you."),
    404: ("Not found", "There is nothing at this address, or not any more."),
    405: ("That does not work here", "This address cannot be used in that way."),
    413: ("That is too large", "Send something smaller."),
    422: ("We could not read that", "Something in the address or the form cannot be read."),
    429: ("Too many tries", "Please wait a moment, then try again."),
    500: ("Something went wrong on our side", "It has been noted. Please try again in a moment."),
    503: ("Temporarily unavailable", "Please try again in a moment; nothing has been changed."),
}
_RETRY_SECONDS = 5


class Failure(Value):
    """What went wrong, ready to be said in any form."""

    status: int
    kind: str
    title: str
    detail: str
    facts: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


def status_of(error: ShopError) -> int:
    """The status code of a refusal: that of the nearest kind it is one of."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def failure_of(error: Exception) -> Failure:
    """What an exception means. What is not known here is a mistake of ours: 500."""
    match error:
        case ShopError():
            return _refusal(error)
        case HTTPException():
            return plain_failure(error.status_code, _said(error), error.headers or {})
        case RequestValidationError():
            return _unreadable(error)
        case PoolTimeout():
            return plain_failure(503)
        case DataError():
            # A value that no column can hold (PostgreSQL keeps no NUL in a text): it came from
            # outside, in an address or a forged form, and names nothing that we have.
            return plain_failure(422)
        case DBAPIError() if _is_passing(error):
            return plain_failure(503)
    return plain_failure(500)


def _refusal(error: ShopError) -> Failure:
    status = status_of(error)
    headers: dict[str, str] = {}
    if status in {429, 503}:
        headers["Retry-After"] = str(error.facts.get("retry_after", _RETRY_SECONDS))
    if status == 401:
        headers["WWW-Authenticate"] = _challenge(error)
    return Failure(
        status, kebab(type(error).__name__), error.title, error.detail, error.facts, headers
    )


def _challenge(error: ShopError) -> str:
    """RFC 6750, section 3: the fact ``error`` only where something was shown and was wrong. The
    fact ``scheme`` names another way than a token."""
    asked = f'{error.facts.get("scheme", "Bearer")} realm="Vitrine"'
    wrong = error.facts.get("error")
    return f'{asked}, error="{wrong}"' if wrong else asked


def plain_failure(
    status: int, detail: str = "", headers: Mapping[str, str] | None = None
) -> Failure:
    """A status code in our own words, unless ``detail`` has better ones."""
    phrase = http.HTTPStatus(status).phrase if status in set(http.HTTPStatus) else "Error"
    title, ordinary = _WORDS.get(status, (phrase, phrase + "."))
    all_headers = dict(headers or {})
    if status in {429, 503}:
        all_headers.setdefault("Retry-After", str(_RETRY_SECONDS))
    kind = "-".join(re.findall("[a-z]+", phrase.lower()))
    return Failure(status, kind, title, detail or ordinary, headers=all_headers)


def _said(error: HTTPException) -> str:
    """An HTTPException's text, unless it is only the status code in words."""
    phrases = {status.phrase.lower() for status in http.HTTPStatus} | {"content too large"}
    return "" if error.detail.lower() in phrases else error.detail


def _unreadable(error: RequestValidationError) -> Failure:
    found = [_blamed(item) for item in error.errors()]
    detail = "Some of what was sent cannot be read; see errors."
    return Failure(422, "invalid-request", "Invalid request", detail, {"errors": found})


def _blamed(item: Mapping[str, Any]) -> dict[str, str]:
    """One complaint of the validator, with a JSON pointer or the name of the parameter."""
    where, *parts = item["loc"] or ("body",)
    if where != "body":
        return {"parameter": ".".join(map(str, parts)), "in": str(where), "detail": item["msg"]}
    if item["type"] == "json_invalid":
        parts = []
    steps = (str(part).replace("~", "~0").replace("/", "~1") for part in parts)
    pointer = "#" + "".join(f"/{step}" for step in steps)
    return {"pointer": pointer, "detail": item["msg"]}


def _is_passing(error: DBAPIError) -> bool:
    """Whether the database may do it if asked again: busy, away, full or shutting down.

    A missing table or column is SQLite's OperationalError too, but a mistake of ours.
    """
    if error.connection_invalidated:
        return True
    return isinstance(error, OperationalError) and "no such " not in str(error.orig)
