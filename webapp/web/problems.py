"""Problem documents for scripts (RFC 9457)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum

from starlette.responses import Response

from webapp.kit.money import Money
from webapp.kit.values import Value, asdict

SCRIPT_PATHS = ("/api/", "/health", "/ready", "/metrics", "/webhooks/", "/live")
"""Addresses that no person reads: what goes wrong there is told as a problem document."""

MEDIA_TYPE = "application/problem+json"

_OURS = ("type", "title", "status", "detail", "instance")


def problem(
    status: int,
    kind: str,
    title: str,
    detail: str,
    *,
    instance: str,
    facts: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. ``kind`` in kebab case names its type; ``facts`` are further members
    and cannot take the place of the standard ones."""
    body: dict[str, object] = {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": instance,
    }
    body |= {name: fact for name, fact in (facts or {}).items() if name not in _OURS}
    text = json.dumps(body, ensure_ascii=False, default=_plain)
    all_headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(text.encode("utf-8", "replace"), status, all_headers, MEDIA_TYPE)


def kebab(name: str) -> str:
    """``StillInStock`` as ``still-in-stock``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def _plain(value: object) -> object:
    if isinstance(value, Money):
        return value.wire()
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if isinstance(value, Value):
        return asdict(value)
    return str(value)
