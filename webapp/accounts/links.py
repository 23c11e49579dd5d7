"""The addresses of mailed links. What a link carries is signed for its one purpose, so that none
can be made from the database, and none passes for another."""

from enum import StrEnum

from webapp.kit.ids import is_public_id
from webapp.runtime.secrets import Signer


class LinkPurpose(StrEnum):
    """What a mailed link does once its button is pressed."""

    verify = "verify"
    reset = "reset"
    sign_in = "sign_in"
    invite = "invite"
    staff_reset = "staff_reset"
    stay = "stay"
    old_email = "old_email"
    new_email = "new_email"


_PLACES = {
    LinkPurpose.verify: "/account/verify",
    LinkPurpose.reset: "/account/reset",
    LinkPurpose.sign_in: "/account/link",
    LinkPurpose.invite: "/admin/password",
    LinkPurpose.staff_reset: "/admin/password",
    LinkPurpose.stay: "/account/stay",
    LinkPurpose.old_email: "/account/email/old",
    LinkPurpose.new_email: "/account/email/new",
}


OF_STAFF = (LinkPurpose.invite, LinkPurpose.staff_reset)
"""By which staff set their own password, at the door of the back office."""

OF_NEW_EMAIL = (LinkPurpose.old_email, LinkPurpose.new_email)
"""Both of them change the address of an account, neither alone."""


def path_of(secret: str, purpose: LinkPurpose, public_id: str) -> str:
    """The path that a mail gives for the link with this public id."""
    return f"{_PLACES[purpose]}/{_signer(secret, purpose).sign(public_id)}"


def link_of(secret: str, purpose: LinkPurpose, token: str) -> str | None:
    """The public id in the token; None when it was forged, damaged or made for something else."""
    if len(token) > 300:
        return None
    public_id = _signer(secret, purpose).read(token)
    return public_id if isinstance(public_id, str) and is_public_id(public_id, "lnk") else None


def _signer(secret: str, purpose: LinkPurpose) -> Signer:
    return Signer(secret, f"accounts.{purpose}")
