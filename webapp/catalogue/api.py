"""The catalogue for scripts: what shoppers see, nothing more."""

from collections import defaultdict
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Path, Query

from webapp.catalogue import queries
from webapp.catalogue.queries import ListingQuery
from webapp.catalogue.schemas import (
    CategoriesOut,
    CategoryOut,
    ProductDetailOut,
    ProductsOut,
)
from webapp.kit.errors import Invalid
from webapp.kit.money import Money
from webapp.shop import queries as shops
from webapp.web.deps import Db, Page

api = APIRouter(tags=["catalogue"])


class Sort(StrEnum):
    newest = "newest"
    price = "price"
    price_desc = "price-desc"
    by_title = "title"
    relevance = "relevance"


Amount = Annotated[
    str | None, Query(max_length=20, description="In the shop's currency.", examples=["12.34"])
]
Boxes = Annotated[
    list[Annotated[str, Query(max_length=250)]],
    Query(max_length=50, description="`name:value`, as often as needed.", examples=[["size:m"]]),
]
Names = Annotated[list[Annotated[str, Query(max_length=120)]], Query(max_length=50)]


@api.get("/products", name="catalogue.api.products")
def list_products(
    db: Db,
    page: Page,
    q: Annotated[str, Query(max_length=200, description="Words to search for.")] = "",
    category: Annotated[str, Query(max_length=1000, description="Path of a category.")] = "",
    brand: Names = [],  # noqa: B006 - the framework copies it
    tag: Names = [],  # noqa: B006
    option: Boxes = [],  # noqa: B006
    attribute: Boxes = [],  # noqa: B006
    min_price: Amount = None,
    max_price: Amount = None,
    in_stock: bool = False,
    on_sale: bool = False,
    sort: Sort | None = None,
) -> ProductsOut:
    """Published products, a page at a time.

    Several values of one filter widen it, several filters narrow. Follow `next_cursor` until it
    is null; every product comes once. Misspelt words are corrected (`corrected` says to what).
    """
    currency = shops.current(db).currency
    query = ListingQuery(
        category_id=queries.category_by_path(db, category).id if category else None,
        text=q,
        brands=brand,
        tags=tag,
        options=_boxes(option, "option"),
        attributes=_boxes(attribute, "attribute"),
        lowest_minor=_minor(min_price, currency, "min_price"),
        highest_minor=_minor(max_price, currency, "max_price"),
        only_available=in_stock,
        only_on_sale=on_sale,
        sort=sort,
        cursor=page.cursor,
        size=page.limit,
        with_facets=False,
    )
    return ProductsOut.of(queries.listing(db, query, currency=currency))


@api.get("/products/{slug}", name="catalogue.api.product")
def read_product(
    db: Db, slug: Annotated[str, Path(min_length=1, max_length=200)]
) -> ProductDetailOut:
    """One published product with its variants, images and attributes.

    A former address answers 404 with the present one as `to`.
    """
    currency = shops.current(db).currency
    return ProductDetailOut.of(queries.product_page(db, slug, currency=currency))


@api.get("/categories", name="catalogue.api.categories")
def list_categories(db: Db) -> CategoriesOut:
    """The whole category tree, in the merchant's order."""
    return CategoriesOut(items=[CategoryOut.of(node) for node in queries.menu(db)])


def _boxes(given: list[str], field: str) -> dict[str, list[str]]:
    boxes: dict[str, list[str]] = defaultdict(list)
    for box in given:
        name, colon, value = box.partition(":")
        if not (name and colon and value):
            raise Invalid("A filter is written like size:m.", field=field)
        boxes[name].append(value)
    return boxes


def _minor(text: str | None, currency: str, field: str) -> int | None:
    if text is None:
        return None
    try:
        minor = Money.parse(text, currency).minor
    except Invalid as bad:
        raise Invalid(bad.detail, field=field) from bad
    # The column holds no more, and no price is below nothing.
    return min(max(minor, 0), 2**31 - 1)
