"""Every page of the storefront."""

from fastapi import APIRouter

from webapp.storefront import crawling, home, listing, product, reading
from webapp.storefront.account import (
    addresses,
    data,
    email,
    linking,
    orders,
    profile,
    providers,
    recovering,
    registering,
    security,
    security_log,
    sign_in,
)
from webapp.storefront.account import home as account
from webapp.storefront.account.coming_in import come_in
from webapp.storefront.account.doors import ACCOUNT
from webapp.storefront.account.guarding import guarding_pages
from webapp.storefront.account.second import second_pages

pages = APIRouter()
_SHOP = (home, listing, product, reading, crawling)
_ACCOUNT = (account, orders, addresses, profile, email, security, security_log, data)
_DOOR = (sign_in, registering, recovering, providers, linking)
for _room in (*_SHOP, *_ACCOUNT, *_DOOR):
    pages.include_router(_room.pages)
pages.include_router(second_pages(ACCOUNT, come_in))
pages.include_router(guarding_pages(ACCOUNT))
