"""The site's own addresses by route name, for templates and redirects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import NoMatchFound

from webapp.web.rooms import Rooms

_PATH_MARKS = "/:@!$&'()*+,;=~"


class Addresses:
    """``url_for("catalogue.product", slug="oak-stool")`` gives the path and nothing else.

    The framework's own look-up asks one route after the other and raises in each that is not
    meant; a page with a hundred links would spend most of its time there.
    """

    def __init__(self, site: FastAPI, rooms: Rooms) -> None:
        self._site = site
        self._rooms = rooms
        self._routes: dict[str, list[RouteContext]] = {}

    def url_for(self, name: str, /, **params: Any) -> str:
        """The path of the route ``name``. Raises ``NoMatchFound`` for a wrong name or parameter."""
        for route in self._named(name):
            try:
                path = str(route.url_path_for(name, **params))
            except NoMatchFound:
                continue
            return path if path.isascii() and " " not in path else quote(path, safe=_PATH_MARKS)
        raise NoMatchFound(name, params)

    def _named(self, name: str) -> list[RouteContext]:
        if name not in self._routes:
            self._read()
        if name not in self._routes:
            self._open_for(name)
        return self._routes.get(name, [])

    def _open_for(self, name: str) -> None:
        """Furnish the room in which the route is: the one whose path begins as its name does, and
        only when it is not there all the others, which costs a shopper a second of waiting."""
        likely = self._rooms.closed_at(f"/{name.partition('.')[0]}")
        if likely is not None:
            self._rooms.open(likely)
            self._read()
        if name not in self._routes:
            self._rooms.open_all()
            self._read()

    def _read(self) -> None:
        # Also when a route was added since: looking again costs only where we would fail.
        routes: dict[str, list[RouteContext]] = {}
        for route in self._all():
            if route.name:
                routes.setdefault(route.name, []).append(route)
        self._routes = routes

    def _all(self) -> Iterator[RouteContext]:
        return iter_route_contexts(self._site.routes)
