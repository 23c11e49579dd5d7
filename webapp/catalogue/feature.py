"""Catalogue. Owns categories, products, their variants and groups, and how they are found."""

from webapp.catalogue.api import api
from webapp.catalogue.portraits import PORTRAITS
from webapp.feature import Feature

catalogue = Feature(
    "catalogue",
    api=api,
    permissions={
        "catalogue:read": "See drafts and archived products",
        "catalogue:write": "Change products, categories and collections",
    },
    portraits=PORTRAITS,
)
