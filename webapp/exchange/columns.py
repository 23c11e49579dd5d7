"""Header names to a dialect's own words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from webapp.kit.values import Value

_SPACES = re.compile(r"\s+")


def folded(name: str) -> str:
    """A column name for comparing: without case and without the space around and doubled in it."""
    return _SPACES.sub(" ", name).strip().casefold()


class Columns(Value):
    """Where each word of a dialect stands in a header, and which names nobody knew."""

    header: tuple[str, ...]
    places: Mapping[str, int]
    unknown: tuple[str, ...]

    def __contains__(self, word: str) -> bool:
        return word in self.places

    def name(self, word: str) -> str:
        """The file's own name of a column; empty when there is none."""
        place = self.places.get(word)
        return "" if place is None else self.header[place]


def columns_of(
    header: tuple[str, ...],
    known: Mapping[str, str],
    patterns: Iterable[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = (),
) -> Columns:
    """Match a header with ``known`` (folded name to word) and ``patterns`` (match to word).

    Where several columns have one word, the first is used and the others count as unknown.
    """
    places: dict[str, int] = {}
    unknown = []
    for place, name in enumerate(header):
        word = known.get(folded(name), "")
        for pattern, word_of in patterns if not word else ():
            found = pattern.fullmatch(" ".join(name.split()))
            if found:
                word = word_of(found)
                break
        if not word or word in places:
            unknown.append(name)
        else:
            places[word] = place
    return Columns(header, places, tuple(unknown))
