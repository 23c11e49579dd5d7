"""Every page of the storefront."""

from fastapi import APIRouter

from webapp.storefront import crawling, home, listing, product, reading
from webapp.storefront.account import home as account
from webapp.storefront.account import recovering, registering, sign_in

pages = APIRouter()
for _room in (home, listing, product, reading, crawling, account, sign_in, registering, recovering):
    pages.include_router(_room.pages)
