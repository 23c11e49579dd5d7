"""What the address of a listing asks for, and the addresses of its variations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field

from webapp.catalogue.derived import FacetKind
from webapp.catalogue.queries import ListingQuery
from webapp.kit.values import Value, replace
from webapp.web.fields import Price
from webapp.web.submissions import Form, Submission

OPTION, ATTRIBUTE = "option-", "attribute-"
"""``option-colour=blue``: what the names of these boxes begin with."""

MOST_GROUPS = 20
MOST_BOXES = 50
LONGEST_KEY = 120

Keys = Annotated[list[Annotated[str, Field(max_length=LONGEST_KEY)]], Field(max_length=MOST_BOXES)]


class ListingForm(Form):
    """The part of a listing's address that every listing has; its boxes come beside it."""

    q: Annotated[str, Field(max_length=200)] = ""
    category: Annotated[str, Field(max_length=1000)] = ""
    brand: Keys = []
    tag: Keys = []
    min_price: Price | None = None
    max_price: Price | None = None
    in_stock: bool = False
    on_sale: bool = False
    sort: Annotated[str, Field(max_length=20)] | None = None
    cursor: Annotated[str, Field(max_length=2000)] | None = None


class Asked(Value):
    """A listing's address, read. ``pairs`` are its narrowing parts in one fixed order."""

    path: str
    pairs: tuple[tuple[str, str], ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    """What belongs to the place itself and is in every variation: the words of a search."""
    sort: str | None = None
    cursor: str | None = None

    @property
    def url(self) -> str:
        """Of this very page, in the one way that we write it."""
        return self._address(self.pairs, self.cursor)

    @property
    def bare_url(self) -> str:
        """Without any narrowing; the order stays."""
        return self._address((), None)

    def at(self, cursor: str | None) -> str | None:
        """Another page of the same list."""
        return None if cursor is None else self._address(self.pairs, cursor)

    def without(self, *names: str, value: str | None = None) -> str:
        """With everything of these names (or one value of theirs) taken away."""
        left = tuple(
            pair
            for pair in self.pairs
            if pair[0] not in names or (value is not None and pair[1] != value)
        )
        return self._address(left, None)

    def elsewhere(self, path: str) -> str:
        """The same narrowing in another place."""
        return replace(self, path=path)._address(self.pairs, None)

    def narrowed(self, name: str, value: str) -> str:
        """With one thing instead of whatever it said under that name."""
        left = tuple(pair for pair in self.pairs if pair[0] != name)
        return self._address((*left, (name, value)), None)

    def values(self, name: str) -> tuple[str, ...]:
        return tuple(value for known, value in self.pairs if known == name)

    def _address(self, pairs: Sequence[tuple[str, str]], cursor: str | None) -> str:
        query = [*self.kept, *pairs]
        if self.sort:
            query.append(("sort", self.sort))
        if cursor:
            query.append(("cursor", cursor))
        return f"{self.path}?{urlencode(query)}" if query else self.path


def read(path: str, form: Submission[ListingForm]) -> Asked:
    """The address as it was understood; what was not understood is left out of it."""
    data = form.data or ListingForm()
    pairs: list[tuple[str, str]] = []
    if data.category:
        pairs.append(("category", data.category))
    pairs += [("brand", value) for value in dict.fromkeys(data.brand)]
    pairs += [("tag", value) for value in dict.fromkeys(data.tag)]
    for name, values in sorted(_boxes(form.lists)):
        pairs += [(name, value) for value in values]
    for name in ("min_price", "max_price"):
        amount = getattr(data, name)
        if amount is not None:
            pairs.append((name, amount.decimal_string()))
    pairs += [(name, "1") for name in ("in_stock", "on_sale") if getattr(data, name)]
    kept = (("q", data.q),) if data.q else ()
    return Asked(path, tuple(pairs), kept, data.sort, data.cursor)


def query_of(
    asked: Asked,
    form: Submission[ListingForm],
    *,
    category_id: int | None = None,
    collection_id: int | None = None,
    text: str = "",
) -> ListingQuery:
    """What to ask the catalogue for in this place."""
    data = form.data or ListingForm()
    return ListingQuery(
        category_id=category_id,
        collection_id=collection_id,
        text=text,
        brands=asked.values("brand"),
        tags=asked.values("tag"),
        options=_under(asked, OPTION),
        attributes=_under(asked, ATTRIBUTE),
        lowest_minor=data.min_price.minor if data.min_price else None,
        highest_minor=data.max_price.minor if data.max_price else None,
        only_available=data.in_stock,
        only_on_sale=data.on_sale,
        sort=asked.sort,
        cursor=asked.cursor,
    )


def name_of(kind: FacetKind, name: str) -> str:
    """What a group of boxes is called in an address."""
    match kind:
        case FacetKind.option:
            return OPTION + name
        case FacetKind.attribute:
            return ATTRIBUTE + name
        case _:
            return str(kind)


def _boxes(lists: Mapping[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """The ticked boxes of options and attributes; what no box of ours could send is passed over."""
    names = [
        name
        for name in lists
        if name.startswith((OPTION, ATTRIBUTE)) and _is_key(name.partition("-")[2])
    ]
    for name in names[:MOST_GROUPS]:
        values = [value for value in dict.fromkeys(lists[name]) if _is_key(value)]
        yield name, sorted(values[:MOST_BOXES])


def _is_key(text: str) -> bool:
    return 0 < len(text) <= LONGEST_KEY and text.isprintable()


def _under(asked: Asked, start: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in asked.pairs:
        if name.startswith(start):
            found.setdefault(name.removeprefix(start), []).append(value)
    return found
