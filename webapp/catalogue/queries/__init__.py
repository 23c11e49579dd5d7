"""What the catalogue gives: values ready for a page, selecting columns and counting statements."""

from webapp.catalogue.queries.categories import (
    category_by_path,
    category_images,
    collection_by_slug,
    menu,
)
from webapp.catalogue.queries.listing import SORTS, listing
from webapp.catalogue.queries.product import picker, product_page, unit_price
from webapp.catalogue.queries.searching import find, suggest
from webapp.catalogue.values import ListingQuery

__all__ = [
    "SORTS",
    "ListingQuery",
    "category_by_path",
    "category_images",
    "collection_by_slug",
    "find",
    "listing",
    "menu",
    "picker",
    "product_page",
    "suggest",
    "unit_price",
]
