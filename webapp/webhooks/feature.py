"""Webhooks tell those outside what happens in the shop, and let them fetch it.

Owns the messages (frozen when the event commits, numbered after it), the endpoints and their
deliveries. Listens to every event that is told outside; imports no other feature but accounts.
"""

from webapp.feature import Behind, Feature, Late


def behind() -> Behind:
    from webapp.webhooks.handlers import handlers
    from webapp.webhooks.jobs import jobs

    return Behind(handlers=handlers, jobs=jobs)


webhooks = Feature(
    "webhooks",
    api=Late("webapp.webhooks.api:api", under=("/api",)),
    permissions={
        "events:read": "Fetch what happened in the shop, orders and who placed them included",
        "webhooks:write": "Say who is told outside of what happens, and send it again",
    },
    behind=behind,
)
