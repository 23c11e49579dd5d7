"""What machines read beside the page: schema.org documents as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from webapp.catalogue.values import ProductPage, VariantView
from webapp.inventory.queries import HintKind
from webapp.kit.money import Money
from webapp.storefront.frame import Frame
from webapp.storefront.tiles import product_url

Document = dict[str, Any]

_CONTEXT = "https://schema.org"
_STATES = {
    HintKind.in_stock: "InStock",
    HintKind.few: "LimitedAvailability",
    HintKind.back_order: "BackOrder",
    HintKind.preorder: "PreOrder",
    HintKind.sold_out: "OutOfStock",
}


def website(frame: Frame) -> Document:
    """The shop itself, and how it is searched."""
    base = frame.absolute("/")
    return {
        "@context": _CONTEXT,
        "@type": "WebSite",
        "name": frame.shop.name,
        "url": base,
        "potentialAction": {
            "@type": "SearchAction",
            "target": f"{base}search?q={{search_term_string}}",
            "query-input": "required name=search_term_string",
        },
    }


def breadcrumb(frame: Frame, trail: Sequence[tuple[str, str | None]]) -> Document:
    """The way from the front page to this one."""
    return {"@context": _CONTEXT, **_steps(frame, trail)}


def product(
    frame: Frame,
    page: ProductPage,
    trail: Sequence[tuple[str, str | None]],
    *,
    description: str,
    sellable: Sequence[VariantView],
    state: HintKind | None,
) -> Document:
    """The product with what it costs, and the way to it.

    ``state`` is that of its one variant; with several, ``sellable`` are those that can be bought.
    """
    made: Document = {
        "@type": "Product",
        "name": page.title,
        "url": frame.absolute(product_url(page.slug)),
        "offers": _offers(frame, page, sellable, state),
    }
    if description:
        made["description"] = description
    if page.pictures:
        made["image"] = [frame.absolute(one.image.url(1280)) for one in page.pictures[:6]]
    if page.brand:
        made["brand"] = {"@type": "Brand", "name": page.brand}
    if len(page.variants) == 1:
        made |= _numbers(page.variants[0])
    return {"@context": _CONTEXT, "@graph": [made, _steps(frame, trail)]}


def _offers(
    frame: Frame, page: ProductPage, sellable: Sequence[VariantView], state: HintKind | None
) -> Document:
    if state is None:
        state = HintKind.in_stock if sellable else HintKind.sold_out
    made: Document = {
        "@type": "Offer",
        "url": frame.absolute(product_url(page.slug)),
        "priceCurrency": page.price_from.currency,
        "availability": f"{_CONTEXT}/{_STATES[state]}",
    }
    if len(page.variants) > 1:
        return made | {
            "@type": "AggregateOffer",
            "offerCount": len(page.variants),
            "lowPrice": _plain(page.price_from),
            "highPrice": _plain(page.price_to),
        }
    return made | {"price": _plain(page.price_from)}


def _numbers(variant: VariantView) -> Document:
    made: Document = {}
    if variant.sku:
        made["sku"] = variant.sku
    if variant.barcode.isdigit() and len(variant.barcode) in {8, 12, 13, 14}:
        made["gtin"] = variant.barcode
    return made


def _steps(frame: Frame, trail: Sequence[tuple[str, str | None]]) -> Document:
    steps: list[Document] = []
    for place, (name, path) in enumerate(trail, start=1):
        step: Document = {"@type": "ListItem", "position": place, "name": name}
        if path:
            step["item"] = frame.absolute(path)
        steps.append(step)
    return {"@type": "BreadcrumbList", "itemListElement": steps}


def _plain(amount: Money) -> str:
    return amount.decimal_string()
