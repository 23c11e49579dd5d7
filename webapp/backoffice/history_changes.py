"""What an event says was changed, as a person reads it: which field, from what, to what."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from webapp.kit.money import Money
from webapp.kit.text import excerpt, plain
from webapp.kit.values import Value

LONGEST = 160
"""Characters of a value that are shown."""

_LABELS = {
    "body": "Description",
    "seo_title": "Title for search engines",
    "seo_description": "Description for search engines",
    "slug": "Address",
    "path": "Address",
    "is_featured": "Featured",
    "is_gift_card": "Gift card",
    "is_taxable": "Taxed",
    "is_active": "Active",
    "is_tracked": "Counted",
    "is_filter": "Filter",
    "is_visible": "Shown",
    "is_pickup": "Fetched by the customer",
    "hs_code": "HS code",
    "sku": "SKU",
    "price_minor": "Price",
    "compare_at_minor": "Price before",
    "cost_minor": "Cost",
    "free_from_minor": "Free from",
    "weight_g": "Weight in grams",
    "min_weight_g": "Weight from, in grams",
    "max_weight_g": "Weight up to, in grams",
    "on_hand": "On hand",
    "max_downloads": "Downloads allowed",
    "expires_at": "Until",
    "committed": "Sold and not sent",
    "unavailable": "Set aside",
    "safety": "Kept back",
    "low_threshold": "Warn at",
    "images": "Picture",
    "image": "Picture shown",
    "policy": "When sold out",
    "millionths": "Rate",
    "relations.related": "Related products",
}
_UNSAID = {"position", "title_sort", "parent_id"}
"""Said better by another field, or of no interest to anybody."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")

Shown = str | int | Money | datetime | date | None
"""What a template can show; None where there was nothing."""


class Change(Value):
    """One field. ``about`` is the version of the product, where it is one of several."""

    label: str
    before: Shown
    after: Shown
    about: str = ""


def changes_in(
    payload: Mapping[str, Any], currency: str, versions: Mapping[str, str] | None = None
) -> list[Change]:
    """Every field that an event says has changed. Money is in ``currency``; ``versions`` are the
    names of a product's variants by public id."""
    found = list(_pairs(payload.get("changed"), currency))
    variants = payload.get("variants")
    for about, changed in variants.items() if isinstance(variants, dict) else ():
        found += _pairs(changed, currency, (versions or {}).get(about, ""))
    return found


def label_of(name: str) -> str:
    """What a field is called."""
    if name in _LABELS:
        return _LABELS[name]
    bare = name.rpartition(".")[2].removesuffix("_minor").removesuffix("_id").removeprefix("is_")
    return bare.replace("_", " ").replace("-", " ").capitalize()


def _pairs(changed: object, currency: str, about: str = "") -> Iterator[Change]:
    if not isinstance(changed, dict):
        return
    for name, values in changed.items():
        if name in _UNSAID or not isinstance(values, list) or len(values) != 2:
            continue
        before, after = (_value(name, value, currency) for value in values)
        yield Change(label_of(str(name)), before, after, about)


def _value(name: str, value: Any, currency: str) -> Shown:
    match value:
        case None | "" | [] | {}:
            return None
        case bool():
            return "yes" if value else "no"
        case int() if name.endswith("_minor"):
            return Money(value, currency)
        case int() if name == "millionths":
            return f"{value / 10_000:g} %"
        case int():
            return value
        case str() if _MOMENT.match(value):
            return datetime.fromisoformat(value)
        case str() if _DAY.fullmatch(value):
            return date.fromisoformat(value)
        case {"minor": int(minor), "currency": str(own)}:
            return Money(minor, own)
        case dict():
            return _short("; ".join(f"{key}: {_flat(inner)}" for key, inner in value.items()))
        case list():
            return _short(", ".join(_flat(inner) for inner in value))
    return _short(plain(str(value)))


def _flat(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case [str(name), list(values)]:
            return f"{name} ({', '.join(_flat(each) for each in values)})"
        case list():
            return " ".join(_flat(inner) for inner in value if inner)
        case dict():
            return " ".join(f"{key} {_flat(inner)}" for key, inner in value.items())
    return str(value)


def _short(text: str) -> str:
    return excerpt(text, LONGEST) or "…"
