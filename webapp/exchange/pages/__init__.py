"""The back office's pages of catalogue files."""

from fastapi import APIRouter

from webapp.exchange.pages import importing, mapping

pages = APIRouter()
for room in (importing, mapping):
    pages.include_router(room.pages)
