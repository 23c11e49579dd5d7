"""Everything a product page shows, in three statements."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    case,
    cast,
    literal,
    or_,
    select,
    union_all,
)
from sqlmodel import Session

from webapp.catalogue import words
from webapp.catalogue.columns import (
    attributes,
    brands,
    categories,
    former_addresses,
    media_files,
    option_values,
    options,
    product_attributes,
    product_categories,
    product_images,
    product_relations,
    product_tags,
    products,
    tags,
    variant_values,
    variants,
)
from webapp.catalogue.errors import Moved
from webapp.catalogue.models import RelationKind
from webapp.catalogue.queries.cards import (
    AT,
    CARD_COLUMNS,
    card,
    card_shaped,
    image,
    money_or_none,
    visible,
    with_card_tables,
)
from webapp.catalogue.queries.units import unit_price
from webapp.catalogue.values import (
    AttributeView,
    Card,
    CategoryNode,
    Choice,
    ChoiceValue,
    Picture,
    ProductPage,
    TagView,
    VariantView,
)
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.kit.money import Money

RELATED = 4
"""Products shown below a product: those chosen by hand, else others of its category."""

_PRODUCT = bindparam("product", type_=Integer)
# The statements of this page are made once: to make them took longer than to ask them.


def product_page(
    session: Session,
    slug: str,
    *,
    currency: str,
    at: datetime | None = None,
    hidden_too: bool = False,
) -> ProductPage:
    """A published product with all that its page shows, in three statements.

    Raises ``Moved`` for a former slug, ``NotFound`` for what shoppers may not see (unless
    ``hidden_too``, for staff's preview).
    """
    moment = at or now()
    head, breadcrumb = _head(session, words.askable(slug), moment, hidden_too)
    choices, views = _variants(session, head.id, currency)
    extras = _extras(session, head.id, head.category_id, moment)
    pictures = [row for row in extras if row.kind == "picture"]
    return ProductPage(
        id=head.id,
        public_id=head.public_id,
        slug=head.slug,
        title=head.title,
        summary=head.summary,
        body=head.body,
        brand=head.brand or "",
        brand_slug=head.brand_slug or "",
        breadcrumb=breadcrumb,
        category_id=head.category_id,
        price_from=Money(head.price_from_minor, currency),
        price_to=Money(head.price_to_minor, currency),
        compare_at=money_or_none(head.compare_at_minor, currency),
        is_on_sale=head.is_on_sale,
        is_available=head.is_available,
        is_gift_card=head.is_gift_card,
        minimum_quantity=head.minimum_quantity,
        maximum_quantity=head.maximum_quantity,
        seo_title=head.seo_title,
        seo_description=head.seo_description,
        updated_at=head.updated_at,
        options=choices,
        variants=views,
        pictures=tuple(
            Picture(row.id, shown) for row in pictures if (shown := image(row)) is not None
        ),
        attributes=tuple(
            AttributeView(row.slug, row.title, row.public_id, row.alt, row.brand)
            for row in extras
            if row.kind == "attribute"
        ),
        tags=tuple(TagView(row.slug, row.title) for row in extras if row.kind == "tag"),
        related=_related(extras, currency),
    )


def _head(
    session: Session, slug: str, at: datetime, hidden_too: bool
) -> tuple[Any, tuple[CategoryNode, ...]]:
    """The product's row, and the way to it from the root: a row for each step."""
    rows = session.execute(_asks_for_head(), {"slug": slug, "at": at}).all()
    if not rows or not (rows[0].is_visible or hidden_too):
        raise _moved_or_gone(session, slug, at)
    steps = sorted((row for row in rows if row.step_id is not None), key=_depth)
    return rows[0], tuple(
        CategoryNode(row.step_id, row.step_slug, row.step_path, row.step_name) for row in steps
    )


@cache
def _asks_for_head() -> Select[Any]:
    step = categories.alias("step")
    return (
        select(
            products,
            visible(AT).label("is_visible"),
            brands.c.name.label("brand"),
            brands.c.slug.label("brand_slug"),
            step.c.id.label("step_id"),
            step.c.slug.label("step_slug"),
            step.c.path.label("step_path"),
            step.c.name.label("step_name"),
        )
        .select_from(
            products.outerjoin(brands, brands.c.id == products.c.brand_id)
            .outerjoin(categories, categories.c.id == products.c.category_id)
            .outerjoin(
                step,
                or_(
                    step.c.id == categories.c.id,
                    categories.c.path.like(step.c.path + literal("/%")),
                ),
            )
        )
        .where(products.c.slug == bindparam("slug", type_=String))
    )


def _depth(row: Any) -> int:
    return str(row.step_path).count("/")


def _moved_or_gone(session: Session, slug: str, at: datetime) -> NotFound:
    to = session.execute(
        select(products.c.slug)
        .join(former_addresses, former_addresses.c.target_id == products.c.id)
        .where(
            former_addresses.c.kind == "product",
            former_addresses.c.address == slug,
            products.c.slug != slug,
            visible(at),
        )
    ).scalar()
    if to is not None:
        return Moved("This product has another address now.", to=to)
    return NotFound("We do not sell that, or not any more.", slug=slug)


def _variants(
    session: Session, product_id: int, currency: str
) -> tuple[tuple[Choice, ...], tuple[VariantView, ...]]:
    """Live variants with their choices: a row for each variant and axis."""
    rows = session.execute(_asks_for_variants(), {"product": product_id}).all()
    made: dict[int, dict[int, int]] = {}
    first: dict[int, Any] = {}
    axes: dict[tuple[int, int], str] = {}
    values: dict[int, dict[tuple[int, int], ChoiceValue]] = {}
    for row in rows:
        first.setdefault(row.id, row)
        chosen = made.setdefault(row.id, {})
        if row.axis_id is not None:
            chosen[row.axis_id] = row.value_id
            axes[(row.axis_place, row.axis_id)] = row.axis
            values.setdefault(row.axis_id, {})[(row.value_place, row.value_id)] = ChoiceValue(
                row.value_id, row.value, row.swatch
            )
    choices = tuple(
        Choice(
            axis_id, name, tuple(value for _, value in sorted(values[axis_id].items(), key=_key))
        )
        for (_, axis_id), name in sorted(axes.items())
    )
    order = [choice.id for choice in choices]
    return choices, tuple(
        _variant(row, {axis: made[key][axis] for axis in order if axis in made[key]}, currency)
        for key, row in first.items()
    )


@cache
def _asks_for_variants() -> Select[Any]:
    return (
        select(
            variants,
            options.c.id.label("axis_id"),
            options.c.name.label("axis"),
            options.c.position.label("axis_place"),
            option_values.c.id.label("value_id"),
            option_values.c.value,
            option_values.c.swatch,
            option_values.c.position.label("value_place"),
        )
        .select_from(
            variants.outerjoin(variant_values, variant_values.c.variant_id == variants.c.id)
            .outerjoin(option_values, option_values.c.id == variant_values.c.value_id)
            .outerjoin(options, options.c.id == variant_values.c.option_id)
        )
        .where(variants.c.product_id == _PRODUCT, variants.c.is_archived.is_(False))
        .order_by(variants.c.position, variants.c.id)
    )


def _key(item: tuple[tuple[int, int], ChoiceValue]) -> tuple[int, int]:
    return item[0]


def _variant(row: Any, chosen: dict[int, int], currency: str) -> VariantView:
    price = Money(row.price_minor, currency)
    above = row.compare_at_minor is not None and row.compare_at_minor > row.price_minor
    return VariantView(
        id=row.id,
        public_id=row.public_id,
        title=row.title,
        sku=row.sku or "",
        barcode=row.barcode,
        price=price,
        compare_at=Money(row.compare_at_minor, currency) if above else None,
        unit_price=unit_price(
            price, row.unit_amount, row.unit, row.unit_base_amount, row.unit_base
        ),
        is_available=row.is_available,
        requires_shipping=row.requires_shipping,
        is_digital=row.is_digital,
        weight_g=row.weight_g,
        image_id=row.image_id,
        values=chosen,
    )


def _extras(
    session: Session, product_id: int, category_id: int | None, at: datetime
) -> Sequence[Any]:
    """Pictures, attributes, tags and related products, as one statement of cards and near-cards."""
    asked = {"product": product_id, "at": at}
    if category_id is not None:
        asked["category"] = category_id
    return session.execute(_asks_for_extras(category_id is not None), asked).all()


@cache
def _asks_for_extras(with_neighbours: bool) -> Select[Any]:
    parts = [_pictures(), _attributes(), _tags(), _chosen_by_hand()]
    if with_neighbours:
        parts.append(_neighbours())
    everything: CompoundSelect[Any] = union_all(*(select(part.subquery()) for part in parts))
    order = everything.subquery()
    return select(order).order_by(order.c.kind, order.c.place, order.c.id)


def _pictures() -> Select[Any]:
    return (
        select(
            *card_shaped(
                "picture",
                product_images.c.position,
                id=product_images.c.id,
                alt=product_images.c.alt,
                sha256=media_files.c.sha256,
                extension=media_files.c.extension,
                width=media_files.c.width,
                height=media_files.c.height,
                colour=media_files.c.colour,
            )
        )
        .join(media_files, media_files.c.id == product_images.c.file_id)
        .where(product_images.c.product_id == _PRODUCT)
    )


def _attributes() -> Select[Any]:
    return (
        select(
            *card_shaped(
                "attribute",
                attributes.c.position,
                id=attributes.c.id,
                slug=attributes.c.code,
                title=attributes.c.name,
                public_id=cast(attributes.c.type, String),
                alt=product_attributes.c.text,
                brand=attributes.c.unit,
            )
        )
        .join(attributes, attributes.c.id == product_attributes.c.attribute_id)
        .where(product_attributes.c.product_id == _PRODUCT)
    )


def _tags() -> Select[Any]:
    return (
        select(*card_shaped("tag", literal(0), id=tags.c.id, slug=tags.c.slug, title=tags.c.name))
        .join(tags, tags.c.id == product_tags.c.tag_id)
        .where(product_tags.c.product_id == _PRODUCT)
    )


def _chosen_by_hand() -> Select[Any]:
    """What the merchant chose; up-sells before the plainly related."""
    kind = case((product_relations.c.kind == RelationKind.upsell, 0), else_=1)
    place = cast(kind * 10_000 + product_relations.c.position, Integer)
    return (
        select(literal("related", String).label("kind"), place.label("place"), *CARD_COLUMNS)
        .select_from(
            with_card_tables(
                products.join(product_relations, product_relations.c.other_id == products.c.id)
            )
        )
        .where(product_relations.c.product_id == _PRODUCT, visible(AT))
    )


def _neighbours() -> Select[Any]:
    """Others of the category, those on sale in stock first, the nearest in age first."""
    place = case((products.c.is_available.is_(True), 0), else_=1)
    newest = (
        select(product_categories.c.product_id)
        .where(product_categories.c.category_id == bindparam("category", type_=Integer))
        .where(product_categories.c.product_id != _PRODUCT)
        .order_by(product_categories.c.product_id.desc())
        .limit(RELATED * 8)
    )
    return (
        select(literal("same", String).label("kind"), place.label("place"), *CARD_COLUMNS)
        .select_from(with_card_tables())
        .where(products.c.id.in_(newest), visible(AT))
        .order_by(place, products.c.id.desc())
        .limit(RELATED)
    )


def _related(extras: Sequence[Any], currency: str) -> tuple[Card, ...]:
    chosen = [row for row in extras if row.kind == "related"]
    newest_first = sorted(extras, key=lambda row: (row.place, -row.id))
    chosen += [row for row in newest_first if row.kind == "same"]
    shown = {row.id: row for row in reversed(chosen)}
    unlike = list(dict.fromkeys(row.id for row in chosen))[:RELATED]
    return tuple(card(shown[one], currency) for one in unlike)
