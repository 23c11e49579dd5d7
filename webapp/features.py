"""The list of features, lowest first. A feature may use those before it, never those after."""

from webapp.accounts.feature import accounts
from webapp.backoffice.feature import backoffice
from webapp.cart.feature import cart
from webapp.catalogue.feature import catalogue
from webapp.checkout.feature import checkout
from webapp.downloads.feature import downloads
from webapp.exchange.feature import exchange
from webapp.feature import Feature
from webapp.identities.feature import identities
from webapp.inventory.feature import inventory
from webapp.media.feature import media
from webapp.notices.feature import notices
from webapp.ops.feature import ops
from webapp.orders.feature import orders
from webapp.payments.feature import payments
from webapp.pricing.feature import pricing
from webapp.shop.feature import shop
from webapp.storefront.feature import storefront
from webapp.tasks.feature import tasks
from webapp.webhooks.feature import webhooks

FEATURES: tuple[Feature, ...] = (
    shop,
    accounts,
    identities,
    tasks,
    media,
    catalogue,
    inventory,
    pricing,
    cart,
    payments,
    orders,
    checkout,
    downloads,
    exchange,
    webhooks,
    notices,
    storefront,
    backoffice,
    ops,
)
