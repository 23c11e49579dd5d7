"""What staff may do, by role. A permission is ``subject:verb``; commands ask for them.

The roles here stand in the code and are in every shop; a shop makes further ones (``Role``).
"""

from collections.abc import Collection

PERMISSIONS: dict[str, str] = {
    "catalogue:read": "See products, categories and collections in the back office",
    "catalogue:write": "Change products, categories and collections",
    "media:write": "Upload and change pictures",
    "stock:write": "Correct stock",
    "orders:read": "See orders and the people who placed them",
    "orders:write": "Mark orders paid, fulfil and cancel them",
    "customers:read": "See customers, what they bought and how they sign in",
    "customers:write": "Note, tag and group customers, and help them with their account",
    "notifications:write": "Write to customers",
    "imports:write": "Bring catalogue files in and take them out",
    "mail:read": "See the mail that was sent and what became of it",
    "mail:write": "Send mail again, call it off and change its words",
    "events:read": "Fetch what happened in the shop, orders and who placed them included",
    "webhooks:write": "Say who is told outside of what happens, and send it again",
    "settings:write": "Change what the merchant decides",
    "staff:read": "See who works here and how they sign in",
    "staff:write": "Invite and remove staff, and say what a role may do",
    "shop:own": "Say who owns the shop",
    "history:read": "See everything that happened, and who did it",
    "keys:write": "Make API keys for scripts",
    "jobs:read": "See what is done in the background",
    "ops:read": "See how the server is: its health in detail and its figures",
    "jobs:write": "Retry and cancel background jobs, and read why they failed",
}

_ALL = frozenset(PERMISSIONS)
_CATALOGUE = frozenset(
    {"catalogue:read", "catalogue:write", "media:write", "stock:write", "imports:write"}
)

ROLES: dict[str, frozenset[str]] = {
    "owner": _ALL,
    "admin": _ALL - {"shop:own"},
    "manager": _CATALOGUE
    | {
        "orders:read",
        "orders:write",
        "customers:read",
        "customers:write",
        "notifications:write",
        "mail:read",
        "history:read",
        "jobs:read",
        "jobs:write",
        "keys:write",
    },
    "fulfilment": frozenset({"catalogue:read", "stock:write", "orders:read", "orders:write"}),
    "support": frozenset(
        {
            "catalogue:read",
            "orders:read",
            "customers:read",
            "customers:write",
            "mail:read",
            "notifications:write",
        }
    ),
    "editor": _CATALOGUE,
    "viewer": frozenset({"catalogue:read", "orders:read", "customers:read", "jobs:read"}),
}

ROLE_NAMES: dict[str, str] = {
    "owner": "Owner",
    "admin": "Administrator",
    "manager": "Manager",
    "fulfilment": "Fulfilment",
    "support": "Support",
    "editor": "Editor",
    "viewer": "Viewer",
}


def of_role(role: str | None, own: Collection[str] | None = None) -> frozenset[str]:
    """The permissions of a role; none for a customer or a role that is no more.

    ``own`` are those of a role that the shop has made itself, where it has been looked up. What
    is no permission any more is left out.
    """
    if own is not None and role not in ROLES:
        return _ALL.intersection(own)
    return ROLES.get(role or "", frozenset())
