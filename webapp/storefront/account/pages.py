"""Every page under ``/account``: the doors that lead in, and what is there."""

from fastapi import APIRouter

from webapp.storefront.account import (
    addresses,
    data,
    downloads,
    email,
    home,
    linking,
    orders,
    profile,
    providers,
    recovering,
    registering,
    security,
    security_log,
    sign_in,
    unsubscribing,
)
from webapp.storefront.account.coming_in import come_in
from webapp.storefront.account.doors import ACCOUNT
from webapp.storefront.account.guarding import guarding_pages
from webapp.storefront.account.second import second_pages

pages = APIRouter()
_INSIDE = (home, orders, downloads, addresses, profile, email, security, security_log, data)
_DOORS = (sign_in, registering, recovering, providers, linking, unsubscribing)
for _room in (*_INSIDE, *_DOORS):
    pages.include_router(_room.pages)
pages.include_router(second_pages(ACCOUNT, come_in))
pages.include_router(guarding_pages(ACCOUNT))
