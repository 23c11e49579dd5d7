"""The headers we know: Shopify's, WooCommerce's and our own. Others are understood by a mapping."""

from __future__ import annotations

from webapp.exchange.dialect import Dialect
from webapp.exchange.dialects.shopify import labels as shopify_labels
from webapp.exchange.dialects.shopify import reading as shopify
from webapp.exchange.dialects.vitrine import labels as vitrine_labels
from webapp.exchange.dialects.vitrine import reading as vitrine
from webapp.exchange.dialects.woocommerce import labels as woocommerce_labels
from webapp.exchange.dialects.woocommerce import reading as woocommerce
from webapp.exchange.lines import Choices


def recognised(header: tuple[str, ...], choices: Choices) -> Dialect | None:
    """The dialect whose header this is, ready to read; None where a mapping is needed.

    Refuses with ``NotUnderstood`` a known header that lacks a column its others depend on.
    """
    if vitrine_labels.knows(header):
        return vitrine.of(header, choices)
    if woocommerce_labels.knows(header):
        return woocommerce.of(header, choices)
    if shopify_labels.knows(header):
        return shopify.of(header, choices)
    return None
