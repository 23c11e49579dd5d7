"""All rooms of the back office behind one door."""

from fastapi import APIRouter

from webapp.backoffice import (
    attributes,
    categories,
    collections,
    customer_groups,
    customer_merging,
    customers,
    entry,
    history,
    home,
    keys,
    mail,
    mail_sender,
    mail_words,
    order_downloads,
    orders,
    product_editor,
    product_files,
    products,
    providers,
    recovery,
    roles,
    security,
    settings,
    staff,
    stock,
    webhooks,
)

pages = APIRouter()
# What has a name before what has an id: /admin/mail/words before /admin/mail/{public_id}.
for room in (
    entry,
    recovery,
    security,
    home,
    products,
    product_files,
    product_editor,
    categories,
    collections,
    attributes,
    stock,
    order_downloads,
    orders,
    customer_groups,
    customer_merging,
    customers,
    mail_words,
    mail_sender,
    mail,
    providers,
    settings,
    staff,
    roles,
    keys,
    history,
    webhooks,
):
    pages.include_router(room.pages)
