"""The verbs of the catalogue, by what they change."""

from webapp.catalogue.commands.products import (
    archive,
    create_product,
    delete_product,
    duplicate,
    product_by_public_id,
    publish,
    schedule,
    update_product,
    withdraw,
)
from webapp.catalogue.commands.refreshing import rebuild, refresh, refresh_columns
from webapp.catalogue.commands.saving import plan_products, save_product, save_products

__all__ = [
    "archive",
    "create_product",
    "delete_product",
    "duplicate",
    "plan_products",
    "product_by_public_id",
    "publish",
    "rebuild",
    "refresh",
    "refresh_columns",
    "save_product",
    "save_products",
    "schedule",
    "update_product",
    "withdraw",
]
