"""Pages of a long list, reached by the sort key of their edge and not by counting rows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from types import UnionType
from typing import Generic, TypeVar

from webapp.kit.errors import Invalid
from webapp.kit.values import Value

T = TypeVar("T")
U = TypeVar("U")

CursorValue = str | int | datetime | None

_LONGEST = 2000  # characters; sort keys are short, and what is longer did not come from us
_LARGEST = 2**63 - 1  # what a database integer can hold


class Cursor:
    """The sort key of the last row seen, written so that it can stand in a URL.

    A cursor is neither secret nor signed: it holds only values that the page showed, and they
    are bound as parameters. Anything that is not a cursor of ours raises ``Invalid``.
    """

    @staticmethod
    def encode(values: Sequence[CursorValue]) -> str:
        """Write the values of the sort columns, in order, as URL-safe text."""
        written = [_written(value) for value in values]
        text = json.dumps(written, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode("ascii")

    @staticmethod
    def decode(text: str, *kinds: type | UnionType) -> tuple[CursorValue, ...]:
        """Read the values back. With ``kinds``, there must be one value of each, in order:

        ``Cursor.decode(text, str, int)`` or ``Cursor.decode(text, datetime | None, int)``.
        """
        try:
            if len(text) > _LONGEST:
                raise ValueError("too long")
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            read = json.loads(raw.decode("utf-8"))
            if not isinstance(read, list):
                raise ValueError("not a list")
            values = tuple(_read(value) for value in read)
        except (ValueError, RecursionError, binascii.Error) as bad:
            raise Invalid("This page link is not one of ours.", field="cursor") from bad
        if kinds and (
            len(values) != len(kinds)
            or not all(isinstance(value, kind) for value, kind in zip(values, kinds, strict=True))
        ):
            raise Invalid("This page link belongs to another list.", field="cursor")
        return values


def _written(value: CursorValue) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | datetime | None):
        raise TypeError(f"A cursor holds text, whole numbers and moments, not {value!r}.")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError("A moment in a cursor has a time zone.")
        return {"at": value.astimezone(UTC).isoformat()}
    return value


def _read(value: object) -> CursorValue:
    if isinstance(value, dict) and set(value) == {"at"} and isinstance(value["at"], str):
        moment = datetime.fromisoformat(value["at"])
        if moment.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return moment.astimezone(UTC)
    if isinstance(value, bool) or not isinstance(value, str | int | None):
        raise ValueError("not a sort key")
    if isinstance(value, int) and abs(value) > _LARGEST:
        raise ValueError("a number that no column holds")
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate cannot be bound as a parameter, nor can a NUL
        if "\0" in value:
            raise ValueError("not text")
    return value


class Page(Value, Generic[T]):
    """Some of a list, and the way on. A cursor is ``None`` where there is nothing further.

    ``total`` is the length of the whole list, where it was worth counting.
    """

    items: Sequence[T]
    next_cursor: str | None = None
    previous_cursor: str | None = None
    total: int | None = None

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def map(self, change: Callable[[T], U]) -> Page[U]:
        """The same page with every item changed."""
        items = tuple(change(item) for item in self.items)
        return Page(items, self.next_cursor, self.previous_cursor, self.total)


_FORWARD, _BACK = "next", "previous"


class Turn(Value, Generic[T]):
    """Which way a list is turned, and the sort key of the row it is turned from.

    Ask the database for ``size + 1`` rows beyond ``edge``, nearest first; ``page`` does the rest.
    """

    goes_back: bool = False
    edge: tuple[CursorValue, ...] | None = None

    @classmethod
    def of(cls, cursor: str | None, *kinds: type | UnionType) -> Turn[T]:
        """What a cursor of ``page`` asks for, the beginning without one. Raises ``Invalid``."""
        if not cursor:
            return cls()
        direction, *edge = Cursor.decode(cursor, str, *kinds)
        if direction not in {_FORWARD, _BACK}:
            raise Invalid("This page link belongs to another list.", field="cursor")
        return cls(direction == _BACK, tuple(edge))

    def page(
        self, rows: Sequence[T], size: int, key: Callable[[T], Sequence[CursorValue]]
    ) -> Page[T]:
        """The rows as a page in reading order, with the way on in both directions. ``key`` gives
        a row's sort key."""
        has_more, shown = len(rows) > size, list(rows[:size])
        if self.goes_back:
            shown.reverse()
        has_next = bool(shown) and (self.goes_back or has_more)
        has_previous = bool(shown) and (has_more if self.goes_back else self.edge is not None)
        return Page(
            tuple(shown),
            Cursor.encode([_FORWARD, *key(shown[-1])]) if has_next else None,
            Cursor.encode([_BACK, *key(shown[0])]) if has_previous else None,
        )
