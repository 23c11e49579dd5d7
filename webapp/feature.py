"""The record of what a feature brings to the shop."""

from collections.abc import Callable, Mapping
from pkgutil import resolve_name

from fastapi import APIRouter

from webapp.kit.values import Value, field
from webapp.runtime.events import Handlers
from webapp.runtime.jobs import Jobs
from webapp.runtime.mail import Mails
from webapp.runtime.personal import Personal
from webapp.runtime.portraits import Portrait


class Late(Value):
    """Routes that are imported when somebody first comes in: ``webapp.exchange.pages:pages``.

    They all lie ``under`` these paths, which stay closed until then (``web.rooms``).
    """

    at: str
    under: tuple[str, ...]
    joins: bool = True
    """Whether what all features do behind their pages is brought in first (``Behind``)."""

    def routes(self) -> APIRouter:
        found: APIRouter = resolve_name(self.at)
        return found


Brought = APIRouter | Late


class Behind(Value, kw_only=True):
    """What a feature brings that no page is made of."""

    handlers: Handlers | None = None
    jobs: Jobs | None = None
    mails: Mails | None = None
    portraits: Mapping[str, Portrait] = field(default_factory=dict)
    """What those outside are shown of its things, by the kind of an event's subject."""
    personal: Personal | None = None
    """What it keeps about people, and how it forgets them."""


class Feature(Value):
    """What one package adds. ``main.create_app`` installs it; nothing registers itself."""

    name: str
    pages: Brought | tuple[Brought, ...] | None = None
    api: APIRouter | Late | None = None
    permissions: Mapping[str, str] = field(default_factory=dict)
    """Permission names this feature checks, with a sentence about each."""
    behind: Callable[[], Behind] = Behind
    """Imports what goes on behind the pages: called when the first of it is needed."""
