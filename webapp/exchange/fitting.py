"""What a record says that the shop has no room for: told before anything is made for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from webapp.catalogue.commands.categories import DEEPEST
from webapp.exchange.finding import externals_of
from webapp.exchange.lines import LONGEST, LONGEST_NAME
from webapp.exchange.records import (
    KEEP,
    Attribute,
    External,
    Image,
    Problem,
    ProductRecord,
    VariantRecord,
)
from webapp.kit.values import replace
from webapp.runtime.markup import plain_line

T = TypeVar("T")

LONGEST_ID = 200
LONGEST_SOURCE = 40
LONGEST_VALUE = 2_000
LONGEST_CHOICE = 200
LONGEST_UNIT = 20


def fitted(record: ProductRecord, source: str) -> tuple[ProductRecord, list[Problem]]:
    """The record without what cannot be made or kept, and why not.

    ``source`` is that of the file: its handles may be names of another system.
    """
    found: list[Problem] = []
    row = record.rows[0].number if record.rows else 0
    handle = [each for each in externals_of(record, source) if each not in record.externals]
    record = replace(
        record,
        handle=record.handle if _only(handle, _of_external, row, found) == handle else None,
        externals=tuple(_only(record.externals, _of_external, row, found)),
        attributes=tuple(_only(_named(record.attributes), _of_attribute, row, found)),
        variants=tuple(_fitted_variant(variant, found) for variant in record.variants),
    )
    if isinstance(record.categories, tuple):
        paths = _only(record.categories, _of_path, row, found)
        record = replace(record, categories=tuple(paths) or KEEP)
    if isinstance(record.images, tuple):
        images = _only(record.images, _of_image, row, found)
        record = replace(record, images=tuple(images))
    return record, found


def _fitted_variant(variant: VariantRecord, found: list[Problem]) -> VariantRecord:
    kept = tuple(_only(variant.externals, _of_external, variant.row, found))
    return variant if kept == variant.externals else replace(variant, externals=kept)


def _only(
    values: Iterable[T], reason_of: Callable[[T], str], row: int, found: list[Problem]
) -> list[T]:
    """The values that can be kept; the reasons of the others are added to ``found``."""
    kept = []
    for value in values:
        reason = reason_of(value)
        if reason:
            found.append(Problem(row, "", reason))
        else:
            kept.append(value)
    return kept


def _named(attributes: Iterable[Attribute]) -> list[Attribute]:
    return [
        each if each.name == (name := plain_line(each.name)) else replace(each, name=name)
        for each in attributes
    ]


def _of_external(each: External) -> str:
    if not each.id.strip():
        return "The number of another system is empty."
    return _too_long("The number of another system", each.id, LONGEST_ID) or _too_long(
        "The name of another system", each.source, LONGEST_SOURCE
    )


def _of_attribute(each: Attribute) -> str:
    if not each.name:
        return "An attribute has no name."
    most = LONGEST_CHOICE if each.kind == "choice" else LONGEST_VALUE
    return (
        _too_long("The name of an attribute", each.name, LONGEST_NAME)
        or _too_long("The unit of an attribute", each.unit, LONGEST_UNIT)
        or _too_long("The value of an attribute", each.value or "", most)
    )


def _of_path(path: tuple[str, ...]) -> str:
    if len(path) > DEEPEST:
        return f"Categories go {DEEPEST} levels deep at most: {' > '.join(path)[:120]}."
    return "" if all(plain_line(name) for name in path) else "A category has no name."


def _of_image(image: Image) -> str:
    return _too_long("The address of a picture", image.source, LONGEST["image"])


def _too_long(what: str, text: str, most: int) -> str:
    if len(text) <= most:
        return ""
    return f"{what} has {len(text):,} characters; at most {most:,} are kept."
