"""What the home page shows: featured collections, and single featured products."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlmodel import Session

from webapp.catalogue.columns import collection_products, collections, products
from webapp.catalogue.queries.cards import (
    AT,
    CARD_COLUMNS,
    card,
    select_cards,
    visible,
    with_card_tables,
)
from webapp.catalogue.values import Card, HomeCollection
from webapp.kit.clock import now


def featured_collections(
    session: Session,
    *,
    currency: str,
    at: datetime | None = None,
    size: int = 8,
    most: int = 6,
) -> tuple[HomeCollection, ...]:
    """The first ``most`` featured collections with their first products, in one statement.

    A collection without visible products is left out.
    """
    rows = session.execute(_asks_for_collections(), {"at": at or now(), "size": size})
    shown: dict[int, tuple[Any, list[Card]]] = {}
    for row in rows:
        shown.setdefault(row.collection_id, (row, []))[1].append(card(row, currency))
    return tuple(
        HomeCollection(
            id=row.collection_id,
            slug=row.collection_slug,
            title=row.collection_title,
            description=row.collection_description,
            products=tuple(cards),
        )
        for row, cards in list(shown.values())[:most]
    )


@cache
def _asks_for_collections() -> Select[Any]:
    """Made once: to make it takes longer than to ask it."""
    place = (
        func.row_number()
        .over(
            partition_by=collection_products.c.collection_id,
            order_by=(collection_products.c.position, collection_products.c.product_id),
        )
        .label("place")
    )
    first = (
        select(collection_products.c.collection_id, collection_products.c.product_id, place)
        .join(products, products.c.id == collection_products.c.product_id)
        .join(collections, collections.c.id == collection_products.c.collection_id)
        .where(collections.c.is_featured.is_(True), visible(AT))
        .subquery()
    )
    return (
        select(
            *CARD_COLUMNS,
            collections.c.id.label("collection_id"),
            collections.c.slug.label("collection_slug"),
            collections.c.title.label("collection_title"),
            collections.c.description.label("collection_description"),
        )
        .select_from(
            with_card_tables(
                products.join(first, first.c.product_id == products.c.id).join(
                    collections, collections.c.id == first.c.collection_id
                )
            )
        )
        .where(first.c.place <= bindparam("size", type_=Integer))
        .order_by(collections.c.position, collections.c.id, first.c.place)
    )


def featured_products(
    session: Session, *, currency: str, at: datetime | None = None, size: int = 8
) -> tuple[Card, ...]:
    """Featured products, the newest first; the newest of all where none is featured."""
    rows = session.execute(
        select_cards()
        .where(visible(at or now()))
        .order_by(
            products.c.is_featured.desc(), products.c.published_at.desc(), products.c.id.desc()
        )
        .limit(size)
    )
    return tuple(card(row, currency) for row in rows)


def newest_products(
    session: Session, *, currency: str, at: datetime | None = None, size: int = 8
) -> tuple[Card, ...]:
    """What was published last."""
    rows = session.execute(
        select_cards()
        .where(visible(at or now()))
        .order_by(products.c.published_at.desc(), products.c.id.desc())
        .limit(size)
    )
    return tuple(card(row, currency) for row in rows)


def cards_by_id(
    session: Session, product_ids: list[int], *, currency: str, at: datetime | None = None
) -> tuple[Card, ...]:
    """These products in this order, those that shoppers may see."""
    rows = session.execute(
        select_cards().where(products.c.id.in_(product_ids), visible(at or now()))
    )
    found = {row.id: card(row, currency) for row in rows}
    return tuple(found[one] for one in product_ids if one in found)
