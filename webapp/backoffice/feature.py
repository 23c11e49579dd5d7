"""The back office: staff pages, one module for each feature it shows. Owns no table."""

from fastapi import APIRouter

from webapp.backoffice import entry, settings
from webapp.feature import Feature

pages = APIRouter()
for room in (entry, settings):
    pages.include_router(room.pages)

backoffice = Feature("backoffice", pages=pages)
