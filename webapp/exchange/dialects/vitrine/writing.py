"""Writing our own product CSV: every field has a column, so that nothing needs to be carried."""

from __future__ import annotations

from webapp.exchange.dialects.vitrine.labels import LABELS, attribute_label
from webapp.exchange.fields import EXTERNALS, PRODUCT_FIELDS, VARIANT_FIELDS
from webapp.exchange.lines import Choices
from webapp.exchange.records import ProductRecord, VariantRecord
from webapp.exchange.shape import Shape
from webapp.exchange.sheet import Cells, filled
from webapp.exchange.values import written_words


def words_of(shape: Shape) -> dict[str, str]:
    """The columns for what ``shape`` has seen: our word to the label."""
    words: dict[str, str] = {}
    for word, label in LABELS.items():
        if word == "variant externals":
            words |= _options(shape.axes)
        words[word] = label
    attributes = (attribute_label(*each) for each in sorted(shape.attribute_names))
    words |= {label: label for label in attributes}
    words |= {f"field:{key}": f"Field: {key}" for key in sorted(shape.custom)}
    words |= {
        f"variant field:{key}": f"Variant field: {key}" for key in sorted(shape.variant_custom)
    }
    return words


def _options(axes: int) -> dict[str, str]:
    return {
        f"option {number} {part}": f"Option {number} {part}"
        for number in range(1, axes + 1)
        for part in ("name", "value", "values")
    }


def cells_of(record: ProductRecord, _: Choices) -> list[Cells]:
    """The rows of one product, as our word to the text of the cell."""
    rows = [_variant(variant, record) for variant in record.variants] or [{}]
    rows[0] |= _product(record)
    for row in rows:
        row["handle"] = record.handle or ""
        row["externals"] = EXTERNALS.write(record.externals)
    return rows


def _product(record: ProductRecord) -> Cells:
    cells = filled(record, {each.name: each.name for each in PRODUCT_FIELDS})
    for number, axis in enumerate(record.axes, start=1):
        cells[f"option {number} name"] = axis.name
        cells[f"option {number} values"] = written_words(axis.values, ";")
    for each in record.attributes:
        cells[attribute_label(each.name, each.kind, each.unit)] = each.value or ""
    for custom in record.custom:
        cells[f"field:{custom.key}"] = custom.value or ""
    return cells


def _variant(variant: VariantRecord, record: ProductRecord) -> Cells:
    cells = filled(variant, {each.name: each.name for each in VARIANT_FIELDS})
    cells["variant externals"] = EXTERNALS.write(variant.externals)
    chosen = dict(variant.options)
    for number, axis in enumerate(record.axes, start=1):
        cells[f"option {number} name"] = axis.name
        cells[f"option {number} value"] = chosen.get(axis.name, "")
    for custom in variant.custom:
        cells[f"variant field:{custom.key}"] = custom.value or ""
    return cells
