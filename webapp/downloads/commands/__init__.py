"""The verbs of files that are sold: keep and arrange them, give them to buyers, mind what was
given, hand it out."""

from webapp.downloads.commands.arranging import (
    MOST_FILES,
    add_asset,
    forget_product,
    raise_asset,
    remove_asset,
    rename_asset,
)
from webapp.downloads.commands.granting import (
    give_to_buyers,
    grant,
    grant_waiting,
    offer,
    revoke,
)
from webapp.downloads.commands.keeping import KeptFile, all_or_none, keep
from webapp.downloads.commands.minding import (
    MOST_DOWNLOADS,
    give_again,
    limit,
    tell_again,
    withdraw,
)
from webapp.downloads.commands.taking import GRACE, ask, take

__all__ = [
    "GRACE",
    "MOST_DOWNLOADS",
    "MOST_FILES",
    "KeptFile",
    "add_asset",
    "all_or_none",
    "ask",
    "forget_product",
    "give_again",
    "give_to_buyers",
    "grant",
    "grant_waiting",
    "keep",
    "limit",
    "offer",
    "raise_asset",
    "remove_asset",
    "rename_asset",
    "revoke",
    "take",
    "tell_again",
    "withdraw",
]
