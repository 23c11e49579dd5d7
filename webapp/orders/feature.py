"""Orders. Owns orders, their lines, parcels and cancellations; listens to payments.

An order is a copy of what the shopper saw. After it is placed only counters, notes, tracking and
the status move; everything else is written once.
"""

from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.orders.handlers import handlers
    from webapp.orders.jobs import jobs
    from webapp.orders.mails import mails
    from webapp.orders.personal import personal
    from webapp.orders.portraits import PORTRAITS

    return Behind(handlers=handlers, jobs=jobs, mails=mails, portraits=PORTRAITS, personal=personal)


orders = Feature(
    "orders",
    pages=Late("webapp.orders.pages:pages", under=("/orders",)),
    api=Late("webapp.orders.api:api", under=("/api",)),
    behind=behind,
)
