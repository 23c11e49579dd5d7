"""The columns of Shopify's product CSV: the newest template in its order, and older names."""

from __future__ import annotations

import re

from webapp.exchange.columns import folded

NAME = "shopify"

# Our word for a column: its label in the newest template, then its older labels.
LABELS: dict[str, tuple[str, ...]] = {
    "title": ("Title",),
    "handle": ("URL handle", "Handle"),
    "body": ("Description", "Body (HTML)"),
    "vendor": ("Vendor",),
    "category": ("Product category", "Standardized Product Type", "Standard Product Type"),
    "type": ("Type", "Custom Product Type"),
    "tags": ("Tags",),
    "published": ("Published on online store", "Published"),
    "status": ("Status",),
    "sku": ("SKU", "Variant SKU"),
    "barcode": ("Barcode", "Variant Barcode"),
    "option1 name": ("Option1 name",),
    "option1 value": ("Option1 value",),
    "option1 linked": ("Option1 Linked To",),
    "option2 name": ("Option2 name",),
    "option2 value": ("Option2 value",),
    "option2 linked": ("Option2 Linked To",),
    "option3 name": ("Option3 name",),
    "option3 value": ("Option3 value",),
    "option3 linked": ("Option3 Linked To",),
    "price": ("Price", "Variant Price"),
    "compare": ("Compare-at price", "Compare at price", "Variant Compare At Price"),
    "cost": ("Cost per item",),
    "taxable": ("Charge tax", "Variant Taxable"),
    "tax code": ("Tax code", "Variant Tax Code"),
    "unit total": ("Unit price total measure",),
    "unit total unit": ("Unit price total measure unit",),
    "unit base": ("Unit price base measure",),
    "unit base unit": ("Unit price base measure unit",),
    "tracker": ("Inventory tracker", "Variant Inventory Tracker"),
    "quantity": ("Inventory quantity", "Variant Inventory Qty"),
    "policy": ("Continue selling when out of stock", "Variant Inventory Policy"),
    "grams": ("Weight value (grams)", "Variant Grams"),
    "weight unit": ("Weight unit for display", "Variant Weight Unit"),
    "shipping": ("Requires shipping", "Variant Requires Shipping"),
    "fulfilment": ("Fulfillment service", "Variant Fulfillment Service"),
    "image": ("Product image URL", "Image Src"),
    "image position": ("Image position",),
    "image alt": ("Image alt text",),
    "variant image": ("Variant image URL", "Variant Image"),
    "gift card": ("Gift card",),
    "seo title": ("SEO title",),
    "seo description": ("SEO description",),
    "meta:product:shopify.color-pattern": ("Color (product.metafields.shopify.color-pattern)",),
    "google:category": ("Google Shopping / Google product category",),
    "google:gender": ("Google Shopping / Gender",),
    "google:age_group": ("Google Shopping / Age group",),
    "google:mpn": (
        "Google Shopping / Manufacturer part number (MPN)",
        "Google Shopping / MPN",
    ),
    "google:ad_group": (
        "Google Shopping / Ad group name",
        "Google Shopping / AdWords Grouping",
    ),
    "google:ads_labels": (
        "Google Shopping / Ads labels",
        "Google Shopping / AdWords Labels",
    ),
    "google:condition": ("Google Shopping / Condition",),
    "google:custom_product": ("Google Shopping / Custom product",),
    "google:label_0": ("Google Shopping / Custom label 0",),
    "google:label_1": ("Google Shopping / Custom label 1",),
    "google:label_2": ("Google Shopping / Custom label 2",),
    "google:label_3": ("Google Shopping / Custom label 3",),
    "google:label_4": ("Google Shopping / Custom label 4",),
}

CARRIED = "Vitrine (product.metafields.vitrine.carried)"
CARRIED_BY_VARIANT = "Vitrine (variant.metafields.vitrine.carried)"
FOLD = " / "
"""What joins the values of the third and further options in ``Option3``."""

KNOWN = {
    **{folded(label): word for word, labels in LABELS.items() for label in labels},
    folded(CARRIED): "carried",
    folded(CARRIED_BY_VARIANT): "carried by variant",
}
METAFIELD = re.compile(r".*\((product|variant)\.metafields\.([^.()]+)\.([^()]+)\)")
OPTIONS = ("option1", "option2", "option3")


def knows(header: tuple[str, ...]) -> bool:
    """Whether the header is one of this dialect's: its handle, and a column only it has."""
    names = {folded(name) for name in header}
    older = "handle" in names and names & {
        "variant price", "variant sku", "body (html)", "image src", "option1 value", "vendor",
        "variant inventory qty",
    }  # fmt: skip
    newer = "title" in names and names & {
        "url handle", "option1 value", "published on online store", "compare-at price",
        "product image url", "weight value (grams)",
    }  # fmt: skip
    foreign = "option 1 value" in names or "option1_value" in names
    return bool(older or newer) and not foreign
