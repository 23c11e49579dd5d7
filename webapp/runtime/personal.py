"""What the shop keeps about somebody: given out when they ask for it, forgotten when they leave.

The floors below do not know who else keeps something of a person. Each feature therefore declares
what it gives and how it forgets, as it declares its jobs; ``main`` joins them all.
"""

from collections.abc import Callable, Iterator

from sqlmodel import Session

from webapp.kit.values import Value
from webapp.runtime.events import Event
from webapp.runtime.joining import Joined


class Whose(Value):
    """Somebody, as what is kept of them is found."""

    key: int
    person: str
    """The public id, by which facts name them."""
    email: str
    """Empty until the mailbox is known to be theirs: anybody could have typed the address."""


Gives = Callable[[Session, Whose], object]
"""Gives JSON values, as ``runtime.events.plain`` makes them."""
GivesFiles = Callable[[Session, Whose], list[tuple[str, str]]]
"""Gives (name in the copy, key in the storage)."""
Forgets = Callable[[Session, Whose], None]
Awaits = Callable[[Session, Whose], str]
"""What is under way and must end first, as a sentence; empty when nothing is."""


class Forgotten(Event):
    """The personal part of its subject is forgotten. Whoever keeps copies hears it and forgets."""


class Personal(Joined):
    """What a feature keeps about people, or all of them together."""

    def __init__(self) -> None:
        self._parts: dict[str, Gives] = {}
        self._files: list[GivesFiles] = []
        self._forgets: list[Forgets] = []
        self._awaits: list[Awaits] = []

    def gives(self, name: str) -> Callable[[Gives], Gives]:
        """Declare what goes into the copy, as ``name.json``."""

        def declare(give: Gives) -> Gives:
            if name in self._parts:
                raise ValueError(f"two features give {name} of a person")
            self._parts[name] = give
            return give

        return declare

    def gives_files(self, give: GivesFiles) -> GivesFiles:
        """Declare files that go into the copy."""
        self._files.append(give)
        return give

    def forgets(self, forget: Forgets) -> Forgets:
        """Declare how the feature forgets somebody, in the one transaction that erases them."""
        self._forgets.append(forget)
        return forget

    def awaits(self, await_: Awaits) -> Awaits:
        """Declare what keeps somebody from being erased for the time being."""
        self._awaits.append(await_)
        return await_

    def include(self, others: "Personal") -> None:
        """Take over what a feature declares."""
        twice = self._parts.keys() & others._parts.keys()
        if twice:
            raise ValueError(f"two features give {', '.join(sorted(twice))} of a person")
        self._parts.update(others._parts)
        self._files.extend(others._files)
        self._forgets.extend(others._forgets)
        self._awaits.extend(others._awaits)

    @property
    def parts(self) -> list[tuple[str, Gives]]:
        self._joined()
        return list(self._parts.items())

    def files(self, session: Session, whose: Whose) -> Iterator[tuple[str, str]]:
        self._joined()
        for give in self._files:
            yield from give(session, whose)

    def forget(self, session: Session, whose: Whose) -> None:
        """The highest features first: they find their things by what lies below."""
        self._joined()
        for forget in reversed(self._forgets):
            forget(session, whose)

    def under_way(self, session: Session, whose: Whose) -> list[str]:
        """What must end before somebody can be erased."""
        self._joined()
        return [told for await_ in self._awaits if (told := await_(session, whose))]


def personal_of(session: Session) -> Personal:
    """All that the features of this shop declare. Raises ``LookupError`` outside of a shop."""
    found = session.info.get("personal")
    if not isinstance(found, Personal):
        raise LookupError("this database was opened without saying who keeps what of people")
    return found
