"""What staff may do, by role. A permission is ``subject:verb``; commands ask for them."""

PERMISSIONS: dict[str, str] = {
    "catalogue:read": "See products, categories and collections in the back office",
    "catalogue:write": "Change products, categories and collections",
    "media:write": "Upload and change pictures",
    "stock:write": "Correct stock",
    "orders:read": "See orders and the people who placed them",
    "orders:write": "Mark orders paid, fulfil and cancel them",
    "notifications:write": "Write to customers",
    "imports:write": "Bring catalogue files in and take them out",
    "mail:read": "See the mail that was sent and what became of it",
    "mail:write": "Send mail again, call it off and change its words",
    "events:read": "Fetch what happened in the shop, orders and who placed them included",
    "webhooks:write": "Say who is told outside of what happens, and send it again",
    "settings:write": "Change what the merchant decides",
    "staff:write": "Invite and remove staff",
    "history:read": "See everything that happened, and who did it",
    "keys:write": "Make API keys for scripts",
    "jobs:read": "See what is done in the background",
    "jobs:write": "Retry and cancel background jobs, and read why they failed",
}

_ALL = frozenset(PERMISSIONS)
_CATALOGUE = frozenset(
    {"catalogue:read", "catalogue:write", "media:write", "stock:write", "imports:write"}
)

ROLES: dict[str, frozenset[str]] = {
    "owner": _ALL,
    "admin": _ALL,
    "manager": _CATALOGUE
    | {
        "orders:read",
        "orders:write",
        "notifications:write",
        "mail:read",
        "history:read",
        "jobs:read",
        "jobs:write",
        "keys:write",
    },
    "fulfilment": frozenset({"catalogue:read", "stock:write", "orders:read", "orders:write"}),
    "support": frozenset({"catalogue:read", "orders:read", "mail:read", "notifications:write"}),
    "editor": _CATALOGUE,
    "viewer": frozenset({"catalogue:read", "orders:read", "jobs:read"}),
}


def of_role(role: str | None) -> frozenset[str]:
    """The permissions of a role; none for a customer or a role that is no more."""
    return ROLES.get(role or "", frozenset())
