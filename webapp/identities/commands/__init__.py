"""The verbs of signing in with others: say whose word is taken, link and unlink accounts."""

from webapp.identities.commands.linking import (
    begin_account,
    forget_spent,
    link,
    unlink,
    unlink_all,
    use_up,
    welcome,
)
from webapp.identities.commands.providers import (
    add_provider,
    change_provider,
    note_failure,
    note_success,
    remove_provider,
)

__all__ = [
    "add_provider",
    "begin_account",
    "change_provider",
    "forget_spent",
    "link",
    "note_failure",
    "note_success",
    "remove_provider",
    "unlink",
    "unlink_all",
    "use_up",
    "welcome",
]
