"""Catalogue. Owns categories, products, their variants and groups, and how they are found."""

from webapp.catalogue.portraits import PORTRAITS
from webapp.feature import Feature, Late

catalogue = Feature(
    "catalogue",
    api=Late("webapp.catalogue.api:api", under="/api"),
    permissions={
        "catalogue:read": "See drafts and archived products",
        "catalogue:write": "Change products, categories and collections",
    },
    portraits=PORTRAITS,
)
