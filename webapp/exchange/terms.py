"""Which attribute of the shop a file means by a name, and by what name a file speaks of one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import select
from sqlmodel import Session

from webapp.catalogue.columns import attributes
from webapp.catalogue.commands.knowing import label_slug

code_of = lru_cache(maxsize=4096)(label_slug)
"""What an attribute, brand or tag is known by; a file says the same few names in every row."""


class Terms:
    """The attributes there are, as (code, name), the oldest first.

    People read the name and may change it, the code stays: so "Made in" may have the code
    ``origin``, and two attributes may be called "Length".
    """

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        self._codes: set[str] = set()
        self._named: dict[str, list[str]] = {}
        for code, name in known:
            self.add(code, name)

    def add(self, code: str, name: str) -> None:
        """One more that is there from now on."""
        if code not in self._codes:
            self._codes.add(code)
            self._named.setdefault(code_of(name), []).append(code)

    def code(self, name: str) -> str:
        """The code of the attribute that is meant, or what the code of a new one would be.

        The name decides; among several of that name the code that says the same, then age. Where
        nothing is called so, it may be a code itself.
        """
        word = code_of(name)
        named = self._named.get(word)
        if named:
            return word if word in named else named[0]
        return name if name in self._codes else word

    def name(self, code: str, name: str) -> str:
        """What to call it in a file so that it is found again: its name, or else its code."""
        return name if self.code(name) == code else code


def terms_of(session: Session) -> Terms:
    """Those of the shop, in one statement."""
    rows = session.execute(select(attributes.c.code, attributes.c.name).order_by(attributes.c.id))
    return Terms((code, name) for code, name in rows)
