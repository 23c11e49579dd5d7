"""Which product of the shop a product of a file is, for a batch at once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from webapp.catalogue.columns import (
    external_ids,
    option_values,
    options,
    products,
    variant_values,
    variants,
)
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.models import ProductStatus
from webapp.exchange.records import External, ProductRecord, Reference
from webapp.kit.slugs import slugify
from webapp.runtime.markup import plain_line

OURS = "vitrine"
"""The source of external ids that are our own public ids."""
PRODUCT_SKUS = "woocommerce-sku"
"""The source under which SKUs are kept that belong to products rather than variants."""
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(slots=True)
class FoundVariant:
    id: int
    public_id: str
    sku: str | None
    price_minor: int
    custom: dict[str, Any]
    title: str = ""
    is_archived: bool = False
    options: dict[str, str] = field(default_factory=dict)
    """Value by axis, both folded."""


@dataclass(slots=True)
class FoundProduct:
    id: int
    public_id: str
    slug: str
    title: str
    status: ProductStatus
    summary: str
    custom: dict[str, Any]
    axes: dict[str, str] = field(default_factory=dict)
    """The names of its axes by their folded form, in order."""
    variants: list[FoundVariant] = field(default_factory=list)
    by: str = ""
    """How it was found: ``handle``, ``external`` or ``sku``."""


def is_slug(text: str) -> bool:
    return len(text) <= 200 and _SLUG.fullmatch(text) is not None


def externals_of(record: ProductRecord, source: str) -> tuple[External, ...]:
    """What other systems call the product. A handle that cannot be our address is such a name."""
    if record.handle and not is_slug(record.handle):
        return (*record.externals, External(f"{source}-handle"[:40], record.handle))
    return record.externals


def address_of(record: ProductRecord, source: str) -> str:
    """The slug by which the record is known, if it is known by one.

    What has neither handle nor number nor SKU is known by its title.
    """
    if record.handle:
        return record.handle if is_slug(record.handle) else ""
    skus = any(isinstance(variant.sku, str) for variant in record.variants)
    if externals_of(record, source) or skus or not isinstance(record.title, str):
        return ""
    return slugify(record.title)


def find(
    session: Session, records: Sequence[ProductRecord], source: str
) -> list[FoundProduct | None]:
    """The shop's product for each record: by address, by external id, by any variant's SKU."""
    slugs = {address for record in records if (address := address_of(record, source))}
    pairs = {pair for record in records for pair in externals_of(record, source)}
    skus = {
        plain_line(variant.sku)
        for record in records
        for variant in record.variants
        if isinstance(variant.sku, str)
    }
    by_slug = {
        slug: key
        for key, slug in in_chunks(
            session, select(products.c.id, products.c.slug), products.c.slug, sorted(slugs)
        )
    }
    by_external = targets(session, "product", pairs)
    by_sku = dict(
        in_chunks(
            session, select(variants.c.sku, variants.c.product_id), variants.c.sku, sorted(skus)
        )
    )
    ids: list[tuple[int, str] | None] = []
    for record in records:
        found: tuple[int, str] | None = None
        address = address_of(record, source)
        if address in by_slug:
            found = by_slug[address], "handle"
        for pair in externals_of(record, source) if found is None else ():
            if pair in by_external:
                found = by_external[pair], "external"
                break
        for variant in record.variants if found is None else ():
            if isinstance(variant.sku, str) and plain_line(variant.sku) in by_sku:
                found = by_sku[plain_line(variant.sku)], "sku"
                break
        ids.append(found)
    known = known_products(session, sorted({each[0] for each in ids if each}))
    outcomes: list[FoundProduct | None] = []
    for each in ids:
        product = known.get(each[0]) if each else None
        if product is not None and each is not None:
            product.by = each[1]
        outcomes.append(product)
    return outcomes


def targets(session: Session, kind: str, pairs: Iterable[External]) -> dict[External, int]:
    """The keys of products or variants by what other systems call them."""
    by_source: dict[str, set[str]] = defaultdict(set)
    for pair in pairs:
        by_source[pair.source].add(pair.id)
    found: dict[External, int] = {}
    table = products if kind == "product" else variants
    for source, ids in by_source.items():
        if source == OURS:
            query = select(table.c.public_id, table.c.id)
            rows = in_chunks(session, query, table.c.public_id, sorted(ids))
        else:
            query = select(external_ids.c.external_id, external_ids.c.target_id).where(
                external_ids.c.kind == kind, external_ids.c.source == source
            )
            rows = in_chunks(session, query, external_ids.c.external_id, sorted(ids))
        found |= {External(source, name): key for name, key in rows}
    return found


def resolve(session: Session, references: Iterable[Reference]) -> dict[Reference, int]:
    """The products that references point to; those that point nowhere are absent."""
    wanted = set(references)
    slugs = sorted({each.value for each in wanted if each.by == "handle"})
    skus = sorted({plain_line(each.value) for each in wanted if each.by == "sku"})
    by_slug = dict(
        in_chunks(session, select(products.c.slug, products.c.id), products.c.slug, slugs)
    )
    by_sku = dict(
        in_chunks(session, select(variants.c.sku, variants.c.product_id), variants.c.sku, skus)
    )
    named = {
        each: External(PRODUCT_SKUS if each.by == "sku" else each.by, each.value)
        for each in wanted
        if each.by != "handle"
    }
    others = targets(session, "product", named.values())
    found: dict[Reference, int] = {}
    for each in wanted:
        key = by_slug.get(each.value) if each.by == "handle" else None
        if each.by == "sku":
            key = by_sku.get(plain_line(each.value))
        if key is None and each in named:
            key = others.get(named[each])
        if key is not None:
            found[each] = key
    return found


def folded(text: str) -> str:
    return plain_line(text).casefold()


def known_products(session: Session, ids: Sequence[int]) -> dict[int, FoundProduct]:
    """These products with what a draft of them needs to know, by key."""
    found: dict[int, FoundProduct] = {}
    p, v = products.c, variants.c
    query = select(p.id, p.public_id, p.slug, p.title, p.status, p.summary, p.custom)
    for row in in_chunks(session, query, p.id, ids):
        found[row.id] = FoundProduct(*row)
    by_variant: dict[int, FoundVariant] = {}
    of_variants = select(
        v.product_id, v.id, v.public_id, v.sku, v.price_minor, v.custom, v.title, v.is_archived
    ).order_by(v.position, v.id)
    for row in in_chunks(session, of_variants, v.product_id, ids):
        variant = FoundVariant(*row[1:])
        found[row.product_id].variants.append(variant)
        by_variant[row.id] = variant
    axes = select(options.c.product_id, options.c.name).order_by(options.c.position, options.c.id)
    for row in in_chunks(session, axes, options.c.product_id, ids):
        found[row.product_id].axes[folded(row.name)] = row.name
    choices = (
        select(variant_values.c.variant_id, options.c.name, option_values.c.value)
        .join(options, options.c.id == variant_values.c.option_id)
        .join(option_values, option_values.c.id == variant_values.c.value_id)
    )
    for row in in_chunks(session, choices, options.c.product_id, ids):
        by_variant[row.variant_id].options[folded(row.name)] = folded(row.value)
    return found
