"""The columns of our own product CSV: one for each field, and one for each thing of a kind."""

from __future__ import annotations

import re
from collections.abc import Callable

from webapp.exchange.columns import folded
from webapp.exchange.fields import PRODUCT_FIELDS, VARIANT_FIELDS

NAME = "vitrine"

HANDLE = "Handle"
EXTERNALS = "External ids"
VARIANT_EXTERNALS = "Variant external ids"
LABELS: dict[str, str] = {
    "handle": HANDLE,
    "externals": EXTERNALS,
    **{each.name: each.label for each in PRODUCT_FIELDS},
    "variant externals": VARIANT_EXTERNALS,
    **{each.name: each.label for each in VARIANT_FIELDS},
}
KNOWN = {folded(label): word for word, label in LABELS.items()}

# ``Option 1 name``; ``Attribute: Width [number, mm]``; ``Field: shop.note``
PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"Option ([0-9]{1,3}) (name|values?)", re.IGNORECASE),
        lambda found: f"option {int(found[1])} {found[2].lower()}",
    ),
    (re.compile(r"Attribute: (.+)", re.IGNORECASE), lambda found: f"attribute:{found[1]}"),
    (re.compile(r"Field: (.+)", re.IGNORECASE), lambda found: f"field:{found[1]}"),
    (re.compile(r"Variant field: (.+)", re.IGNORECASE), lambda found: f"variant field:{found[1]}"),
)
ATTRIBUTE = re.compile(r"(.+?)(?: \[(text|number|boolean|date|choice)(?:, (.{1,20}))?\])?")

_OUR_OWN = frozenset(
    folded(LABELS[word])
    for word in ("externals", "compare_at", "weight_g", "when sold out", "policy", "unit_price")
    if word in LABELS
) | {"option 1 value", "option 1 name", "variant external ids"}


def knows(header: tuple[str, ...]) -> bool:
    """Whether the header is ours: a handle, and columns that are spelled so nowhere else."""
    names = {folded(name) for name in header}
    return folded(HANDLE) in names and len(names & _OUR_OWN) >= 2


def attribute_label(name: str, kind: str, unit: str) -> str:
    if kind == "text" and not unit and not name.endswith("]"):
        return f"Attribute: {name}"
    return f"Attribute: {name} [{kind}{', ' + unit if unit else ''}]"
