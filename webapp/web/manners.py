"""How the shop writes amounts, dates and numbers, for one request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from starlette.requests import HTTPConnection


@dataclass(frozen=True, slots=True)
class Manners:
    """The merchant's choices: locale (``de_DE``), time zone, currency, unit of weight."""

    locale: str = "en_GB"
    time_zone: str = "UTC"
    currency: str = "EUR"
    weight_unit: str = "g"


PLAIN = Manners()

# Jinja's macros see globals but no context, so a filter used in a macro could not ask the page's
# context for the shop's locale. This holds the question (not the answer: a fragment without an
# amount should not read the settings) for the time of one rendering, in the thread that renders.
_asking: ContextVar[Callable[[], Manners] | None] = ContextVar("manners", default=None)


def manners_of(request: HTTPConnection) -> Manners:
    """What ``app.state.manners`` says for this request, asked at most once; plain ones without."""
    known = getattr(request.state, "manners", None)
    if isinstance(known, Manners):
        return known
    ask: Callable[[HTTPConnection], Manners] | None = getattr(request.app.state, "manners", None)
    found = ask(request) if ask is not None else PLAIN
    request.state.manners = found
    return found


@contextmanager
def speaking(ask: Callable[[], Manners]) -> Iterator[None]:
    """While this lasts, ``spoken()`` answers what ``ask`` says; asked when first needed."""
    before = _asking.set(ask)
    try:
        yield
    finally:
        _asking.reset(before)


def spoken() -> Manners:
    """The manners of the page that is being rendered; plain ones outside of a rendering."""
    ask = _asking.get()
    return ask() if ask is not None else PLAIN
