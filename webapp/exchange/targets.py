"""What a column of an unknown file can be mapped to: the choices of the mapping page."""

from __future__ import annotations

from webapp.exchange.fields import FIELDS
from webapp.kit.values import Value


class Target(Value):
    """One choice. ``code`` is what a mapping stores, ``label`` and ``hint`` are for people."""

    code: str
    label: str
    group: str
    hint: str = ""
    named: str = ""
    """What else must be told: the name of the option, attribute or field."""


_STRUCTURE = (
    Target("handle", "Address (slug)", "Identity", "what stands in the product's URL"),
    Target("id", "Number in the other shop", "Identity", "found again when you import later"),
    Target("variant_id", "Number of the variant", "Identity"),
    Target("parent", "Belongs to product", "Identity", "rows with the same value are one product"),
    Target("language", "Language of the row", "Identity", "only rows in the chosen one are read"),
    Target("option", "Option", "Options", "its cells are the values", named="Name of the option"),
    *(
        Target(f"option_{part}:{number}", f"Option {number} {part}", "Options")
        for number in range(1, 11)
        for part in ("name", "value")
    ),
    Target("options", "All options", "Options", "Colour:Blue, Size:XL"),
    Target("category", "Category", "Basics", "several columns add up"),
    Target("image", "Image", "Images", "an address or file name; several columns add up"),
    Target("image_alt", "Alternative text", "Images"),
    Target("weight", "Weight", "Shipping", "in the unit told below or in a column"),
    Target("weight_unit", "Unit of the weight", "Shipping"),
    Target("length", "Length", "Shipping"),
    Target("width", "Width", "Shipping"),
    Target("height", "Height", "Shipping"),
    Target("length_unit", "Unit of the dimensions", "Shipping"),
    Target("currency", "Currency", "Price", "amounts are taken from the rows in the chosen one"),
    Target("attribute", "Attribute", "More", "shown to shoppers", named="Name of the attribute"),
    Target("custom", "Custom field", "More", "kept, not shown", named="namespace.key"),
)
_REPLACED = frozenset({"weight_g", "length_mm", "width_mm", "height_mm", "image"})

TARGETS: tuple[Target, ...] = (
    *(
        Target(each.name, each.label, each.group, each.kind.hint)
        for each in FIELDS.values()
        if each.name not in _REPLACED
    ),
    *_STRUCTURE,
)
BY_CODE: dict[str, Target] = {target.code: target for target in TARGETS}

ADDING_UP = frozenset({"category", "categories", "image", "images", "tags", "collections"})
"""Where several columns of one target add up; of any other, the first that is filled counts."""
