"""What happened to a product, in sentences."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from webapp.catalogue.models import Product
from webapp.kit.text import excerpt, plain
from webapp.runtime.events import PastEvent, history
from webapp.shop.queries import Shop

MOST = 40

_NAMES = {
    "body": "Description",
    "seo_title": "Title for search engines",
    "seo_description": "Description for search engines",
    "slug": "Address",
    "is_featured": "Featured",
    "is_gift_card": "Gift card",
    "is_taxable": "Taxed",
    "hs_code": "HS code",
    "publish_at": "Publish at",
    "sku": "SKU",
    "price_minor": "Price",
    "compare_at_minor": "Price before",
    "cost_minor": "Cost",
    "weight_g": "Weight",
}
_TOLD = {
    "product.published": "Published",
    "product.unpublished": "Hidden from the shop",
    "product.deleted": "Deleted",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline."""

    at: datetime
    text: str
    by: str


def told(session: Session, product: Product, shop: Shop) -> list[Entry]:
    """The latest facts, newest first."""
    facts = history(session, "product", product.public_id, limit=MOST)
    return [
        Entry(fact.at, text, fact.actor_name)
        for fact in reversed(facts)
        if (text := _sentence(fact, shop))
    ]


def _sentence(fact: PastEvent, shop: Shop) -> str:
    if fact.name == "product.created":
        return "Created by an import" if fact.payload.get("origin") else "Created"
    if fact.name == "product.updated":
        return ". ".join(_changes(fact.payload, shop)) or "Saved"
    if fact.name == "price.changed":
        # The same is in the update beside it.
        return ""
    return _TOLD.get(fact.name, fact.name.partition(".")[2].replace("_", " ").capitalize())


def _changes(payload: Mapping[str, Any], shop: Shop) -> Iterator[str]:
    for name, (before, after) in _pairs(payload.get("changed")):
        yield _change(name, before, after, shop)
    variants = payload.get("variants") or {}
    made = sum(1 for change in variants.values() if change == "created")
    if made:
        yield "1 version added" if made == 1 else f"{made} versions added"
    changed = [change for change in variants.values() if isinstance(change, dict) and change]
    if len(changed) > 3:
        yield f"{len(changed)} versions changed"
        return
    for change in changed:
        yield from (_change(name, before, after, shop) for name, (before, after) in _pairs(change))


def _pairs(changed: object) -> Iterator[tuple[str, list[Any]]]:
    if not isinstance(changed, dict):
        return
    for name, values in changed.items():
        if name not in {"position", "title_sort"} and isinstance(values, list) and len(values) == 2:
            yield name, values


def _change(name: str, before: Any, after: Any, shop: Shop) -> str:
    label = _NAMES.get(name, name.rpartition(".")[2].replace("_", " ").capitalize())
    say = _amount(shop) if name.endswith("_minor") else _short
    if isinstance(before, list | dict) or isinstance(after, list | dict):
        return f"{label} changed"
    if before in (None, ""):
        return f"{label} set to {say(after)}"
    if after in (None, ""):
        return f"{label} {say(before)} removed"
    return f"{label} changed from {say(before)} to {say(after)}"


def _amount(shop: Shop) -> Callable[[Any], str]:
    return lambda value: str(shop.money(value)) if isinstance(value, int) else str(value)


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"“{excerpt(plain(str(value)) or '…', 60)}”" if isinstance(value, str) else str(value)
