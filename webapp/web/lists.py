"""Addresses of a list that is filtered and turned page by page."""

from collections.abc import Mapping
from urllib.parse import urlencode

from starlette.requests import Request


def address_of(request: Request, route: str, asked: Mapping[str, str]) -> str:
    """The list at ``route`` with what is asked of it; empty values are left out."""
    path: str = request.app.state.url_for(route)
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"{path}?{query}" if query else path


def turned(
    request: Request, route: str, asked: Mapping[str, str], cursor: str | None
) -> str | None:
    """The same list at another page, or None where there is none."""
    return address_of(request, route, {**asked, "cursor": cursor}) if cursor else None
