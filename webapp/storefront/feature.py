"""The storefront: the pages that shoppers see before the cart. Owns no table."""

from webapp.feature import Feature
from webapp.storefront.pages import pages

storefront = Feature("storefront", pages=pages)
