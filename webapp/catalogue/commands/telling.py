"""The facts that a batch of written plans comes to."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import Session

from webapp.catalogue.commands.planning import Plan
from webapp.catalogue.drafts import Changes
from webapp.catalogue.events import (
    PriceChanged,
    ProductCreated,
    ProductPublished,
    ProductUnpublished,
    ProductUpdated,
)
from webapp.catalogue.models import Product, ProductStatus
from webapp.kit.actors import Actor
from webapp.kit.text import excerpt, plain
from webapp.runtime.events import Event, emit_all

_LONGEST = 120


def tell(session: Session, actor: Actor, plans: Sequence[Plan], *, origin: str) -> None:
    """State what was created, changed, published and repriced."""
    emit_all(session, [fact for made in plans for fact in _facts(made, origin)], actor=actor)


def _facts(made: Plan, origin: str) -> Iterator[Event]:
    product = made.product
    if product is None:
        return
    named = {"product": product.public_id, "slug": product.slug}
    if made.save.id is None:
        yield ProductCreated(**named, title=product.title, status=product.status, origin=origin)
        if product.status is ProductStatus.active:
            yield published(product)
        return
    variants = {
        variant.row.public_id: "created" if variant.is_new else _short(variant.changed)
        for variant in made.shape.variants
        if variant.row is not None and variant.state != "unchanged"
    }
    yield ProductUpdated(**named, changed=_short(made.changed), variants=variants, origin=origin)
    if "status" in made.changed:
        before, after = made.changed["status"]
        if after is ProductStatus.active:
            yield published(product)
        elif before is ProductStatus.active:
            yield ProductUnpublished(**named, status=product.status)
    elif "publish_at" in made.changed and product.status is ProductStatus.active:
        yield published(product)
    for variant in made.shape.variants:
        price = variant.changed.get("price_minor")
        if price and variant.row is not None and not variant.is_new:
            yield PriceChanged(
                **named, variant=variant.row.public_id, before_minor=price[0], after_minor=price[1]
            )


def published(product: Product) -> ProductPublished:
    at = product.publish_at or product.published_at
    return ProductPublished(
        product=product.public_id, slug=product.slug, at=at.isoformat() if at else ""
    )


def _short(changed: Changes) -> Changes:
    """Texts cut to what tells them apart: a fact is kept for ever."""
    return {name: [_shortened(value) for value in values] for name, values in changed.items()}


def _shortened(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return excerpt(plain(value) if "<" in value else value, _LONGEST)
    if isinstance(value, dict):
        return sorted(value)
    return value
