"""Catalogue. Owns categories, products, their variants and groups, and how they are found."""

from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.catalogue.portraits import PORTRAITS

    return Behind(portraits=PORTRAITS)


catalogue = Feature(
    "catalogue",
    api=Late("webapp.catalogue.api:api", under=("/api",)),
    permissions={
        "catalogue:read": "See drafts and archived products",
        "catalogue:write": "Change products, categories and collections",
    },
    behind=behind,
)
