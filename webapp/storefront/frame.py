"""What stands around every page: the shop's name, the menu. Read when a template first asks.

What few pages ask for is imported when one does: it stands on the tables of orders.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from sqlmodel import Session
from starlette.requests import HTTPConnection

from webapp.catalogue import queries as catalogue
from webapp.catalogue.values import CategoryNode
from webapp.runtime.db import Database
from webapp.shop import queries as shops
from webapp.web import flashes
from webapp.web.manners import Manners

if TYPE_CHECKING:
    from webapp.downloads.queries import BoughtLine
    from webapp.identities.queries import Way

T = TypeVar("T")


class Frame:
    """Made once for a request; asks the request's own session, or a short one where it has none."""

    def __init__(self, request: HTTPConnection) -> None:
        self._request = request

    @cached_property
    def shop(self) -> shops.Shop:
        """The merchant's settings."""
        return self._ask(shops.current)

    @cached_property
    def menu(self) -> Sequence[CategoryNode]:
        """The category tree, for navigation."""
        return self._ask(catalogue.menu)

    @cached_property
    def ways(self) -> "Sequence[Way]":
        """The providers to sign in with."""
        from webapp.identities.queries import ways

        return self._ask(ways)

    @cached_property
    def notices(self) -> Sequence[flashes.Notice]:
        """What is to be said once, on this page; showing it keeps the page out of caches."""
        return flashes.take(self._request)

    def files_of(self, order: str) -> "Sequence[BoughtLine]":
        """What there is to download of the order of that id, for whoever may see the order."""
        from webapp.downloads.queries import of_order

        return self._ask(lambda session: of_order(session, order))

    @property
    def path(self) -> str:
        """Of this page, without its query."""
        return self._request.url.path

    @property
    def canonical(self) -> str:
        """The address of this page for search engines: the public one, without its query."""
        return self.absolute(self._request.url.path)

    def absolute(self, path: str) -> str:
        """The whole public address of a path of this site."""
        public = self._request.app.state.settings.public_url.rstrip("/")
        base = public or str(self._request.base_url).rstrip("/")
        return base + path

    def _ask(self, question: Callable[[Session], T]) -> T:
        session = getattr(self._request.state, "db", None)
        if session is not None:
            return question(session)
        database: Database = self._request.app.state.database
        with database.reading() as own:
            return question(own)


def frame_of(request: HTTPConnection) -> Frame:
    """The request's frame, shared by the templates and by what writes amounts and dates."""
    frame = getattr(request.state, "frame", None)
    if not isinstance(frame, Frame):
        frame = Frame(request)
        request.state.frame = frame
    return frame


def manners(request: HTTPConnection) -> Manners:
    """How this shop writes amounts, dates and weights; times by the clock of whoever is signed in,
    on the pages that know them."""
    shop = frame_of(request).shop
    member = getattr(request.state, "member", None)
    return Manners(
        locale=shop.locale,
        time_zone=(member.time_zone if member is not None else "") or shop.time_zone,
        currency=shop.currency,
        weight_unit=shop.weight_unit,
    )
