"""What the catalogue gives: values ready for a page, selecting columns and counting statements."""

from webapp.catalogue.queries.categories import (
    category_by_path,
    category_images,
    collection_by_slug,
    menu,
)
from webapp.catalogue.queries.home import (
    cards_by_id,
    featured_collections,
    featured_products,
    newest_products,
)
from webapp.catalogue.queries.listing import SORTS, listing
from webapp.catalogue.queries.picking import picker
from webapp.catalogue.queries.product import product_page
from webapp.catalogue.queries.searching import find, suggest
from webapp.catalogue.queries.staff import (
    StaffQuery,
    pictures_of,
    product_for_edit,
    staff_products,
)
from webapp.catalogue.queries.units import unit_price
from webapp.catalogue.values import ListingQuery

__all__ = [
    "SORTS",
    "ListingQuery",
    "StaffQuery",
    "cards_by_id",
    "category_by_path",
    "category_images",
    "collection_by_slug",
    "featured_collections",
    "featured_products",
    "find",
    "listing",
    "menu",
    "newest_products",
    "picker",
    "pictures_of",
    "product_for_edit",
    "product_page",
    "staff_products",
    "suggest",
    "unit_price",
]
