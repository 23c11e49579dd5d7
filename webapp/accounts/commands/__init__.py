"""The verbs of people: register, sign in and out, let staff in and out, make and revoke keys."""

from webapp.accounts.commands.checking import (
    check_password,
    normalised_email,
    normalised_username,
)
from webapp.accounts.commands.keys import make_key, note_key_use, revoke_key
from webapp.accounts.commands.linking import forget_old_links, open_link, promise_link, spend_link
from webapp.accounts.commands.recovering import colleague_of_link, invite, set_password
from webapp.accounts.commands.registering import (
    Registration,
    ask_for_link,
    change_password,
    come_in_by_link,
    prove_mailbox,
    register,
    reset_password,
    verify,
)
from webapp.accounts.commands.signing_in import (
    KEPT,
    PASSING,
    STAFF,
    Browser,
    Span,
    admit,
    confirm,
    forget_ended,
    note_seen,
    sign_in,
    sign_out,
    sign_out_device,
    sign_out_everywhere,
    span_of,
)
from webapp.accounts.commands.staff import add_staff, change_staff, found

__all__ = [
    "KEPT",
    "PASSING",
    "STAFF",
    "Browser",
    "Registration",
    "Span",
    "add_staff",
    "admit",
    "ask_for_link",
    "change_password",
    "change_staff",
    "check_password",
    "colleague_of_link",
    "come_in_by_link",
    "confirm",
    "forget_ended",
    "forget_old_links",
    "found",
    "invite",
    "make_key",
    "normalised_email",
    "normalised_username",
    "note_key_use",
    "note_seen",
    "open_link",
    "promise_link",
    "prove_mailbox",
    "register",
    "reset_password",
    "revoke_key",
    "set_password",
    "sign_in",
    "sign_out",
    "sign_out_device",
    "sign_out_everywhere",
    "span_of",
    "spend_link",
    "verify",
]
