"""The choices inside a select."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

from markupsafe import Markup

Pair: TypeAlias = tuple[object, object]
"""(value, text), or (label of a group, its pairs)."""


def options(pairs: Iterable[Pair], chosen: str) -> Markup:
    """The ``<option>`` elements, with ``chosen`` selected.

    A tuple is the same for everybody (the countries: 250 of them, twice on a checkout) and is
    drawn once.
    """
    drawn = _of_everybody(pairs) if isinstance(pairs, tuple) else _drawn(pairs)
    opening = Markup('<option value="{}"').format(chosen)
    return Markup(drawn.replace(f"{opening}>", f"{opening} selected>", 1))  # noqa: S704 (escaped)


@lru_cache(maxsize=16)
def _of_everybody(pairs: tuple[Pair, ...]) -> str:
    return _drawn(pairs)


def _drawn(pairs: Iterable[Pair]) -> str:
    return "\n".join(_one(value, text) for value, text in pairs)


def _one(value: object, text: object) -> str:
    if isinstance(text, Sequence) and not isinstance(text, str):
        group = Markup('<optgroup label="{}">').format(value)
        return f"{group}\n{_drawn(text)}\n</optgroup>"
    return str(Markup('<option value="{}">{}</option>').format(value, text))
