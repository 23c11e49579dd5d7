"""Steps that every dialect shares when it puts a product together from its lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from webapp.exchange.carried import Record, says_without_variants, unpacked
from webapp.exchange.dialect import Key
from webapp.exchange.lines import Line
from webapp.exchange.records import (
    KEEP,
    Axis,
    Custom,
    Image,
    ProductRecord,
    Role,
    RowUse,
    VariantRecord,
    settled,
)
from webapp.exchange.values import BadCell
from webapp.kit.values import replace


def sku_key(line: Line) -> tuple[Key, ...]:
    """The SKU of the row as what must be unique in the file, for its outline."""
    sku = line.raw("sku")
    return (Key(f"The SKU “{sku}”", line.named("sku")),) if sku else ()


def axes_of(variants: Iterable[VariantRecord], declared: Sequence[Axis] = ()) -> tuple[Axis, ...]:
    """The axes that the variants use: declared values first, then new ones as they appear."""
    found: dict[str, dict[str, None]] = {axis.name: dict.fromkeys(axis.values) for axis in declared}
    used: set[str] = set()
    for variant in variants:
        for name, value in variant.options:
            found.setdefault(name, {})[value] = None
            used.add(name)
    return tuple(Axis(name, tuple(values)) for name, values in found.items() if name in used)


def images_of(found: Iterable[tuple[float, Image]]) -> tuple[Image, ...]:
    """Images by position, each source once; a later row may bring the alternative text."""
    kept: dict[str, Image] = {}
    for _, image in sorted(found, key=lambda each: each[0]):
        before = kept.get(image.source)
        if before is None or (image.alt and not before.alt):
            kept[image.source] = image
    return tuple(kept.values())


def uses(lines: Iterable[Line], roles: dict[int, Role]) -> tuple[RowUse, ...]:
    """Which rows made the product, and as what."""
    return tuple(
        RowUse(line.number, roles.get(line.number, Role.product), line.row.cells) for line in lines
    )


def customs(line: Line, columns: Iterable[tuple[str, str]]) -> tuple[Custom, ...]:
    """The free-form fields in ``columns`` (word, key): empty cells clear, absent ones keep."""
    found = []
    for word, key in columns:
        value = line.text(word)
        if value is not KEEP:
            found.append(Custom(key[:_LONGEST_KEY], value and line.whole(word)))
    return tuple(found)


_LONGEST_KEY = 200


def with_carried(
    record: ProductRecord, lines: Sequence[Line], word: str, each: str
) -> ProductRecord:
    """``record`` with what our own export put into the cells ``word`` and ``each`` (variants')."""
    if not any(line.raw(word) or line.raw(each) for line in lines):
        return record
    plain = settled(record)
    by_number = {line.number: line for line in lines}
    variants = [
        _restored(variant, settled_variant, by_number[variant.row], each)
        for variant, settled_variant in zip(record.variants, plain.variants, strict=True)
    ]
    record = replace(record, variants=tuple(variants))
    bearer = next((line for line in lines if line.raw(word)), None)
    if bearer is None:
        return record
    if says_without_variants(bearer.raw(word)):
        record = replace(record, variants=tuple(v for v in variants if v.sku or v.price))
    return _restored(record, plain, bearer, word)


def _restored(record: Record, plain: Record, line: Line, word: str) -> Record:
    text = line.raw(word)
    if not text:
        return record
    try:
        return unpacked(record, plain, text, line.choices.style)
    except BadCell as bad:
        line.wrong(word, bad.sentence)
        return record
