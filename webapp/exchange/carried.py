"""What a dialect has no column for travels in one cell beside the rest, so that nothing is lost.

The cell is a JSON object: field name to ``[seal, text]``. The seal is a digest of what the
dialect's own columns said when the file was written. Where they say something else now, a person
has edited them, and the carried value is dropped in favour of the edit.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import Any, TypeVar

from webapp.catalogue.models import AttributeType
from webapp.catalogue.words import askable
from webapp.exchange.fields import (
    AXES,
    EXTERNALS,
    PAIRS,
    PRODUCT_FIELDS,
    TEXT,
    VARIANT_FIELDS,
    Kind,
)
from webapp.exchange.lines import within
from webapp.exchange.records import KEEP, Attribute, Custom, ProductRecord, VariantRecord
from webapp.exchange.values import BadCell, Style, amount, paths, written_paths
from webapp.kit.values import replace

Record = TypeVar("Record", ProductRecord, VariantRecord)

_STYLE = Style()
_ATTRIBUTE_KINDS = frozenset(AttributeType)
_NOT_OURS = "This cell was written by us and cannot be edited; empty it or restore it."


def _attributes(text: str, _: Style) -> tuple[Attribute, ...]:
    found = paths(text, ";")
    if any(len(path) < 3 or path[0] not in _ATTRIBUTE_KINDS for path in found):
        raise BadCell(_NOT_OURS)
    return tuple(Attribute(p[1], p[2], p[0], p[3] if len(p) > 3 else "") for p in found)


def _text_of_attributes(value: tuple[Attribute, ...]) -> str:
    each = ((a.kind, a.name, a.value or "", *([a.unit] if a.unit else [])) for a in value)
    return written_paths(list(each), ";")


def _custom(text: str, _: Style) -> tuple[Custom, ...]:
    found = {_sound(str(key)): _sound(str(value)) for key, value in _object(text).items()}
    return tuple(Custom(key, value) for key, value in found.items())


_OWN_KINDS: dict[str, Kind] = {
    "handle": TEXT,
    "externals": EXTERNALS,
    "axes": AXES,
    "options": PAIRS,
    "attributes": Kind(_attributes, _text_of_attributes),
    "custom": Kind(_custom, lambda v: json.dumps({c.key: c.value for c in v}, ensure_ascii=False)),
}
_MONEY = frozenset({"price", "compare_at", "cost"})
# Amounts were written by us in the shop's currency: as they stand, whatever the file's style.
_KINDS: dict[str, Kind] = {
    **{each.name: each.kind for each in (*PRODUCT_FIELDS, *VARIANT_FIELDS)},
    **dict.fromkeys(_MONEY, TEXT),
    **_OWN_KINDS,
}
_NAMES: dict[type, tuple[str, ...]] = {
    ProductRecord: (
        "handle",
        "externals",
        *(each.name for each in PRODUCT_FIELDS),
        "axes",
        "attributes",
        "custom",
    ),
    VariantRecord: ("externals", "options", *(each.name for each in VARIANT_FIELDS), "custom"),
}


def packed(record: Record, back: Record, *, without_variants: bool = False) -> str:
    """The cell for ``record`` whose own columns read as ``back`` (both settled); may be empty.

    ``without_variants`` also says that a product has none, where its first row looks like one.
    """
    lost: dict[str, list[str | None]] = {
        name: [_seal(name, getattr(back, name)), _written(name, getattr(record, name))]
        for name in _NAMES[type(record)]
        if getattr(record, name) != getattr(back, name)
    }
    if without_variants:
        lost["variants"] = ["", None]
    return json.dumps(lost, ensure_ascii=False, separators=(",", ":")) if lost else ""


def says_without_variants(text: str) -> bool:
    """Whether the cell was written for a product that has no variants."""
    return '"variants":["",null]' in text


def unpacked(record: Record, settled: Record, text: str, style: Style) -> Record:
    """``record`` with the values carried in ``text``; ``settled`` is its settled form.

    Refuses with ``BadCell`` a text that we did not write.
    """
    changes: dict[str, Any] = {}
    for name, pair in _object(text).items():
        if name not in _NAMES[type(record)] or not _is_pair(pair):
            continue
        seal, value = pair
        if seal == _seal(name, getattr(settled, name)):
            changes[name] = _read(name, value, style)
    return replace(record, **changes)


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadCell(_NOT_OURS)
    return found


def _sound(text: str) -> str:
    """JSON can spell what no database keeps: NUL, and halves of characters."""
    if text != askable(text):
        raise BadCell(_NOT_OURS)
    return text


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, list)
        and len(pair) == 2
        and isinstance(pair[0], str)
        and (pair[1] is None or isinstance(pair[1], str))
    )


def _seal(name: str, value: Any) -> str:
    text = _written(name, value)
    return "" if text is None else blake2b(text.encode(), digest_size=4).hexdigest()


def _written(name: str, value: Any) -> str | None:
    if value is None or value is KEEP or value == ():
        return None
    return _KINDS[name].write(value)


def _read(name: str, text: str | None, style: Style) -> Any:
    plural = name in {"externals", "axes", "attributes", "custom", "options"}
    if text is None:
        return () if plural else None
    if name in _MONEY:
        # Still an amount of this shop's currency, never any text that somebody put there.
        return amount(text, Style(style.currency))
    try:
        return within(name, _KINDS[name].read(_sound(text), _STYLE))
    except ValueError:
        raise BadCell(_NOT_OURS) from None
