"""The back office: staff pages, one module for each feature it shows. Owns no table."""

from fastapi import APIRouter

from webapp.backoffice import (
    attributes,
    categories,
    collections,
    entry,
    history,
    home,
    keys,
    orders,
    product_editor,
    products,
    settings,
    staff,
    stock,
)
from webapp.feature import Feature

pages = APIRouter()
# The list before the editor: /admin/products before /admin/products/{public_id}.
for room in (
    entry,
    home,
    products,
    product_editor,
    categories,
    collections,
    attributes,
    stock,
    orders,
    settings,
    staff,
    keys,
    history,
):
    pages.include_router(room.pages)

backoffice = Feature("backoffice", pages=pages)
