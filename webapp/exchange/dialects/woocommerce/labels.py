"""The columns of WooCommerce's product CSV, in the order in which it exports them."""

from __future__ import annotations

import re
from collections.abc import Callable

from webapp.exchange.columns import folded

NAME = "woocommerce"
SKU_SOURCE = "woocommerce-sku"
"""External ids of products whose SKU is not that of a variant: variable and grouped ones."""
OUR_HANDLE = "vitrine:"
"""What stands for a product of ours that has no SKU of its own, as SKU and in references."""

LABELS: dict[str, str] = {
    "id": "ID",
    "type": "Type",
    "sku": "SKU",
    "gtin": "GTIN, UPC, EAN, or ISBN",
    "name": "Name",
    "published": "Published",
    "featured": "Is featured?",
    "visibility": "Visibility in catalog",
    "summary": "Short description",
    "body": "Description",
    "sale starts": "Date sale price starts",
    "sale ends": "Date sale price ends",
    "tax status": "Tax status",
    "tax class": "Tax class",
    "in stock": "In stock?",
    "stock": "Stock",
    "low stock": "Low stock amount",
    "backorders": "Backorders allowed?",
    "sold individually": "Sold individually?",
    "weight": "Weight (kg)",
    "length": "Length (cm)",
    "width": "Width (cm)",
    "height": "Height (cm)",
    "reviews": "Allow customer reviews?",
    "purchase note": "Purchase note",
    "sale": "Sale price",
    "regular": "Regular price",
    "categories": "Categories",
    "tags": "Tags",
    "shipping class": "Shipping class",
    "images": "Images",
    "download limit": "Download limit",
    "download days": "Download expiry days",
    "parent": "Parent",
    "grouped": "Grouped products",
    "upsells": "Upsells",
    "cross-sells": "Cross-sells",
    "external url": "External URL",
    "button text": "Button text",
    "position": "Position",
    "brands": "Brands",
    "cost": "Cost of goods",
}
CARRIED = "Meta: _vitrine_carried"
CARRIED_BY_VARIANT = "Meta: _vitrine_carried_by_variant"

KNOWN = {
    **{folded(label): word for word, label in LABELS.items() if "(" not in label},
    folded("Short Description"): "summary",
    folded(CARRIED): "carried",
    folded(CARRIED_BY_VARIANT): "carried by variant",
}
PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (
        re.compile(r"(Weight|Length|Width|Height)(?: \(\w+\))?", re.IGNORECASE),
        lambda found: found[1].lower(),
    ),
    (
        re.compile(r"Download ([0-9]{1,3}) (name|url|id)", re.IGNORECASE),
        lambda found: f"download {int(found[1])} {found[2].lower()}",
    ),
    (
        re.compile(
            r"Attribute ([0-9]{1,3}) (name|value|visible|global|default)(?:\(s\))?", re.IGNORECASE
        ),
        lambda found: f"attribute {int(found[1])} {found[2].lower()}",
    ),
    (re.compile(r"Meta: (.+)", re.IGNORECASE), lambda found: f"meta:{found[1]}"),
)
UNIT = re.compile(r".*\((\w+)\)")

SEO_TITLES = ("_yoast_wpseo_title", "rank_math_title", "_aioseo_title", "_seopress_titles_title")
SEO_DESCRIPTIONS = (
    "_yoast_wpseo_metadesc",
    "rank_math_description",
    "_aioseo_description",
    "_seopress_titles_desc",
)

_OUR_OWN = frozenset(
    folded(LABELS[word])
    for word in (
        "featured", "visibility", "tax status", "in stock", "backorders", "sold individually",
        "reviews", "regular", "parent", "grouped",
    )
)  # fmt: skip


def knows(header: tuple[str, ...]) -> bool:
    """Whether the header is this dialect's: a name or SKU, and columns spelled so nowhere else."""
    names = {folded(name) for name in header}
    return bool(names & {"name", "sku", "id"}) and len(names & _OUR_OWN) >= 2
