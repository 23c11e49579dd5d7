"""How wide a file must be: what the catalogue uses of the things that need a column each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from webapp.exchange.records import ProductRecord


@dataclass(slots=True)
class Shape:
    """Seen before the header is written, so that the rows can be streamed."""

    axes: int = 0
    attributes: int = 0
    """The most attributes of one product."""
    downloads: int = 0
    attribute_names: set[tuple[str, str, str]] = field(default_factory=set)
    """(name, kind, unit)"""
    custom: set[str] = field(default_factory=set)
    variant_custom: set[str] = field(default_factory=set)

    def see(self, record: ProductRecord) -> None:
        self.axes = max(self.axes, len(record.axes))
        self.attributes = max(self.attributes, len(record.attributes) + len(record.axes))
        self.attribute_names.update((a.name, a.kind, a.unit) for a in record.attributes)
        self.custom.update(each.key for each in record.custom)
        for variant in record.variants:
            self.variant_custom.update(each.key for each in variant.custom)
            if isinstance(variant.downloads, tuple):
                self.downloads = max(self.downloads, len(variant.downloads))

    @classmethod
    def of(cls, records: Iterable[ProductRecord]) -> Shape:
        shape = cls()
        for record in records:
            shape.see(record)
        return shape
