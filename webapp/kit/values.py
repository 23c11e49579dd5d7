"""Values: what is made whole and then stays as it is.

A view for a page, a fact, an amount: nearly every class of ours that is no table is one. They are
structs of msgspec, since a dataclass has its methods written and compiled for each class at every
start: for four hundred that is a third of a second and four megabytes. What changes while it is
used is a ``dataclass``.
"""

from typing import Any, dataclass_transform

from msgspec import Struct, field
from msgspec.structs import astuple, replace

__all__ = ["Value", "asdict", "astuple", "field", "names_of", "replace"]


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True):
    """Fields as in a frozen dataclass; two with equal fields are equal and hash alike.

    ``class Line(Value, kw_only=True)`` takes its fields by name only. ``field`` is the one of this
    module: the one of ``dataclasses`` would be taken for a default.
    """


def names_of(value: Value | type[Value]) -> tuple[str, ...]:
    """The names of its fields, in order."""
    return value.__struct_fields__


def asdict(value: Value) -> dict[str, Any]:
    """Its fields by name; values inside become dictionaries as well, also in lists and tuples."""
    return {name: _apart(getattr(value, name)) for name in value.__struct_fields__}


def _apart(part: Any) -> Any:
    match part:
        case Value():
            return asdict(part)
        case list():
            return [_apart(each) for each in part]
        case tuple():
            return tuple(_apart(each) for each in part)
        case dict():
            return {key: _apart(each) for key, each in part.items()}
    return part
