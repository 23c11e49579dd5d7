"""Every table of the shop in one metadata: what migrations and tests compare with the database."""

from sqlmodel import SQLModel

import webapp.accounts.models
import webapp.cart.models
import webapp.catalogue.derived
import webapp.catalogue.models
import webapp.downloads.models
import webapp.exchange.models
import webapp.identities.models
import webapp.inventory.models
import webapp.media.models
import webapp.notices.models
import webapp.orders.models
import webapp.payments.models
import webapp.pricing.models
import webapp.runtime.events
import webapp.runtime.jobs
import webapp.runtime.mail
import webapp.shop.models
import webapp.tasks.models
import webapp.webhooks.models  # noqa: F401

METADATA = SQLModel.metadata
