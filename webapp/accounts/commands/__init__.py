"""The verbs of people: let staff in and out, sign in and out, make and revoke API keys."""

from webapp.accounts.commands.keys import make_key, note_key_use, revoke_key
from webapp.accounts.commands.staff import (
    SIGN_IN_LASTS,
    SIGN_INS_KEPT,
    add_staff,
    change_staff,
    check_password,
    found,
    normalised_email,
    sign_in,
    sign_out,
)

__all__ = [
    "SIGN_INS_KEPT",
    "SIGN_IN_LASTS",
    "add_staff",
    "change_staff",
    "check_password",
    "found",
    "make_key",
    "normalised_email",
    "note_key_use",
    "revoke_key",
    "sign_in",
    "sign_out",
]
