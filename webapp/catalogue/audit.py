"""Whether what repeats the catalogue still says what the catalogue says."""

from collections.abc import Callable, Iterator

from sqlalchemy import func, or_, select
from sqlmodel import Session

from webapp.catalogue.columns import (
    categories,
    facets,
    option_values,
    options,
    product_categories,
    product_facets,
    product_texts,
    products,
    variant_values,
    variants,
)
from webapp.catalogue.models import ProductStatus
from webapp.catalogue.queries.deriving import derived_columns, facets_of

AT_ONCE = 500

Findings = Callable[[Session], list[str]]


def listings_agree(session: Session) -> Iterator[str]:
    """The columns of ``products`` that repeat its variants."""
    wanted = derived_columns()
    named = [(products.c[name], value.label(f"true_{name}")) for name, value in wanted.items()]
    unlike = [stored.is_distinct_from(value) for (stored, _), value in zip(named, wanted.values(), strict=True)]  # fmt: skip  # noqa: E501
    query = select(products.c.slug, *(one for pair in named for one in pair)).where(or_(*unlike))
    for row in session.execute(query):
        for name in wanted:
            stored, true = getattr(row, name), getattr(row, f"true_{name}")
            if stored != true:
                yield f"product {row.slug}: {name} is {stored}, its variants say {true}"


def variants_are_complete(session: Session) -> Iterator[str]:
    """Every live variant makes one choice on every axis, of that axis, unlike its sisters."""
    axes = (
        select(func.count())
        .where(options.c.product_id == variants.c.product_id)
        .correlate(variants)
        .scalar_subquery()
    )
    made = (
        select(func.count())
        .where(variant_values.c.variant_id == variants.c.id)
        .correlate(variants)
        .scalar_subquery()
    )
    for row in session.execute(
        select(variants.c.public_id, axes.label("axes"), made.label("made")).where(
            variants.c.is_archived.is_(False), axes != made
        )
    ):
        yield f"variant {row.public_id}: makes {row.made} choices on {row.axes} options"
    for row in session.execute(
        select(variants.c.public_id)
        .join(variant_values, variant_values.c.variant_id == variants.c.id)
        .join(option_values, option_values.c.id == variant_values.c.value_id)
        .join(options, options.c.id == variant_values.c.option_id)
        .where(
            or_(
                option_values.c.option_id != variant_values.c.option_id,
                options.c.product_id != variants.c.product_id,
            )
        )
    ):
        yield f"variant {row.public_id}: has a value of another option or product"
    for row in session.execute(
        select(products.c.slug, variants.c.title, func.count().label("number"))
        .join(products, products.c.id == variants.c.product_id)
        .where(variants.c.is_archived.is_(False))
        .group_by(products.c.slug, variants.c.product_id, variants.c.title)
        .having(func.count() > 1)
    ):
        yield f"product {row.slug}: has the variant {row.title!r} {row.number} times"


def categories_agree(session: Session) -> Iterator[str]:
    """Paths are the slugs from the root; the main category is among a product's categories."""
    rows = session.execute(
        select(categories.c.id, categories.c.parent_id, categories.c.slug, categories.c.path)
    ).all()
    paths = {row.id: row.path for row in rows}
    for row in rows:
        above = paths.get(row.parent_id)
        true = f"{above}/{row.slug}" if above else row.slug
        if row.path != true:
            yield f"category {row.path}: its place in the tree makes it {true}"
    shelved = select(product_categories.c.product_id).where(
        product_categories.c.product_id == products.c.id,
        product_categories.c.category_id == products.c.category_id,
    )
    for slug in session.scalars(
        select(products.c.slug).where(
            products.c.category_id.is_not(None), ~shelved.correlate(products).exists()
        )
    ):
        yield f"product {slug}: does not stand in its main category"


def published_are_dated(session: Session) -> Iterator[str]:
    for slug in session.scalars(
        select(products.c.slug).where(
            products.c.status == ProductStatus.active, products.c.published_at.is_(None)
        )
    ):
        yield f"product {slug}: is active and has no publication date"


def facets_agree(session: Session) -> Iterator[str]:
    """An active product is in exactly the facets that its labels and options make."""
    names = {
        row.id: (row.kind, row.name, row.value)
        for row in session.execute(
            select(facets.c.id, facets.c.kind, facets.c.name, facets.c.value)
        )
    }
    ids = list(session.scalars(select(products.c.id).order_by(products.c.id)))
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        true = {key: set(found) for key, found in facets_of(session, some).items()}
        stored: dict[int, set[tuple[object, str, str]]] = {}
        for product_id, facet_id in session.execute(
            select(product_facets.c.product_id, product_facets.c.facet_id).where(
                product_facets.c.product_id.in_(some)
            )
        ):
            stored.setdefault(product_id, set()).add(names[facet_id])
        for key in some:
            if stored.get(key, set()) != true.get(key, set()):
                yield f"product {key}: its facets are not in step"


def products_can_be_found(session: Session) -> Iterator[str]:
    """Every product can be found. What its words are is made anew by ``commands.rebuild``."""
    missing = select(products.c.slug).where(
        products.c.id.not_in(select(product_texts.c.product_id))
    )
    for slug in session.scalars(missing):
        yield f"product {slug}: search does not know it"


def _listed(check: Callable[[Session], Iterator[str]]) -> Findings:
    return lambda session: list(check(session))


CHECKS: dict[str, Findings] = {
    "listings repeat their variants": _listed(listings_agree),
    "variants make one choice on every option": _listed(variants_are_complete),
    "categories stand where their path says": _listed(categories_agree),
    "what is published has a date": _listed(published_are_dated),
    "facets hold what they should": _listed(facets_agree),
    "every product can be found": _listed(products_can_be_found),
}
"""For ``vitrine audit``: the invariant's name, and what finds its breaches."""
