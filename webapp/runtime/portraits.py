"""What those outside are shown of a thing that something happened to."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlmodel import Session

from webapp.kit.values import Value
from webapp.runtime.events import Event
from webapp.runtime.joining import Joined

Drawing = dict[str, Any]
"""JSON values, as the API shows the thing."""


class Portrait(Value):
    """How a feature shows what it owns, many at once.

    ``draw`` takes public ids and gives what is still there by id, in a number of statements that
    does not grow with theirs. ``personal`` names what is left out of it unless the event is one
    of those that ``tell_who``.
    """

    draw: Callable[[Session, Sequence[str]], Mapping[str, Drawing]]
    personal: frozenset[str] = frozenset()


class Portraits(Joined):
    """How each kind of subject is shown, by the features that own them."""

    def __init__(self) -> None:
        self._by_kind: dict[str, Portrait] = {}

    def include(self, others: Mapping[str, Portrait]) -> None:
        self._by_kind.update(others)

    def of(self, kind: str) -> Portrait | None:
        self._joined()
        return self._by_kind.get(kind)

    def __iter__(self) -> Iterator[tuple[str, Portrait]]:
        self._joined()
        return iter(self._by_kind.items())


def portraits_of(session: Session) -> Portraits:
    """Those of this shop; none for a database that was opened without one."""
    found = session.info.get("portraits")
    return found if isinstance(found, Portraits) else Portraits()


class PublicEvent(Value):
    """A kind of event that is told outside, for people who choose among them."""

    name: str
    tells: str
    tells_who: bool

    @property
    def resource(self) -> str:
        return self.name.partition(".")[0]


def public_events() -> list[PublicEvent]:
    """Every kind that this shop tells outside, in the order of names."""
    found = {kind.name: kind for kind in _kinds(Event) if kind.name and kind.tells}
    return [
        PublicEvent(name, kind.tells, kind.tells_who)
        for name, kind in sorted(found.items())
        if kind.__module__.startswith("webapp.")
    ]


def _kinds(kind: type[Event]) -> list[type[Event]]:
    below = kind.__subclasses__()
    return below + [one for each in below for one in _kinds(each)]
