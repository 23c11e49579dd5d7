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
    mail,
    mail_sender,
    mail_words,
    orders,
    product_editor,
    products,
    settings,
    staff,
    stock,
)
from webapp.feature import Feature

pages = APIRouter()
# What has a name before what has an id: /admin/mail/words before /admin/mail/{public_id}.
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
    mail_words,
    mail_sender,
    mail,
    settings,
    staff,
    keys,
    history,
):
    pages.include_router(room.pages)

backoffice = Feature("backoffice", pages=pages)
