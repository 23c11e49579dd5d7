"""Every page of the storefront."""

from fastapi import APIRouter

from webapp.storefront import crawling, home, listing, product, reading
from webapp.storefront.account import home as account
from webapp.storefront.account import (
    linking,
    orders,
    providers,
    recovering,
    registering,
    security,
    security_log,
    sign_in,
)

pages = APIRouter()
_SHOP = (home, listing, product, reading, crawling)
_ACCOUNT = (
    account,
    orders,
    security,
    security_log,
    sign_in,
    registering,
    recovering,
    providers,
    linking,
)
for _room in (*_SHOP, *_ACCOUNT):
    pages.include_router(_room.pages)
