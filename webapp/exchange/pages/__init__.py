"""The back office's pages of catalogue files."""

from fastapi import APIRouter

from webapp.exchange.pages import importing, mapping, reverting

pages = APIRouter()
for room in (importing, mapping, reverting):
    pages.include_router(room.pages)
