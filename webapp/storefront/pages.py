"""Every page of the storefront but those of an account."""

from fastapi import APIRouter

from webapp.storefront import crawling, home, listing, product, reading

pages = APIRouter()
for _room in (home, listing, product, reading, crawling):
    pages.include_router(_room.pages)
