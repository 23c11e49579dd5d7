"""The storefront: the pages that shoppers see before the cart, and those of their account. Owns no
table."""

from webapp.feature import Feature, Late
from webapp.storefront.pages import pages

storefront = Feature(
    "storefront",
    pages=(pages, Late("webapp.storefront.account.pages:pages", under=("/account",))),
)
