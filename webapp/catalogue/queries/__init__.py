"""What the catalogue gives: values ready for a page, selecting columns and counting statements."""

from webapp.catalogue.queries.categories import (
    category_by_path,
    category_images,
    collection_by_slug,
    menu,
)
from webapp.catalogue.queries.product import picker, product_page, unit_price

__all__ = [
    "category_by_path",
    "category_images",
    "collection_by_slug",
    "menu",
    "picker",
    "product_page",
    "unit_price",
]
