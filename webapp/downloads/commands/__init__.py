"""The verbs of files that are sold: keep and arrange them, give them to buyers, hand them out."""

from webapp.downloads.commands.arranging import (
    MOST_FILES,
    add_asset,
    forget_product,
    raise_asset,
    remove_asset,
    rename_asset,
)
from webapp.downloads.commands.granting import grant, grant_waiting, revoke
from webapp.downloads.commands.keeping import KeptFile, all_or_none, keep
from webapp.downloads.commands.taking import GRACE, ask, take

__all__ = [
    "GRACE",
    "MOST_FILES",
    "KeptFile",
    "add_asset",
    "all_or_none",
    "ask",
    "forget_product",
    "grant",
    "grant_waiting",
    "keep",
    "raise_asset",
    "remove_asset",
    "rename_asset",
    "revoke",
    "take",
]
