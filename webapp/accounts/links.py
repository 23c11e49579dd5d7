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
    handed_staff = "handed_staff"
    welcome = "welcome"
    handed_customer = "handed_customer"
    stay = "stay"
    old_email = "old_email"
    new_email = "new_email"


_PLACES = {
    LinkPurpose.verify: "/account/verify",
    LinkPurpose.reset: "/account/reset",
    LinkPurpose.sign_in: "/account/link",
    LinkPurpose.invite: "/admin/password",
    LinkPurpose.staff_reset: "/admin/password",
    LinkPurpose.handed_staff: "/admin/password",
    LinkPurpose.welcome: "/account/reset",
    LinkPurpose.handed_customer: "/account/reset",
    LinkPurpose.stay: "/account/stay",
    LinkPurpose.old_email: "/account/email/old",
    LinkPurpose.new_email: "/account/email/new",
}


OF_STAFF = (LinkPurpose.invite, LinkPurpose.staff_reset, LinkPurpose.handed_staff)
"""By which staff set their own password, at the door of the back office."""

OF_CUSTOMER = (LinkPurpose.reset, LinkPurpose.welcome, LinkPurpose.handed_customer)
"""By which customers set theirs."""

HANDED = (LinkPurpose.handed_staff, LinkPurpose.handed_customer)
"""Told on a screen, where no mail can be sent, and handed over by whoever asked for them: so they
show nothing of a mailbox."""

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


def which_link(
    secret: str, purposes: tuple[LinkPurpose, ...], token: str
) -> tuple[LinkPurpose, str | None]:
    """For which of these the token was made, and the public id in it; None where for none."""
    for purpose in purposes:
        public_id = link_of(secret, purpose, token)
        if public_id is not None:
            return purpose, public_id
    return purposes[0], None


def _signer(secret: str, purpose: LinkPurpose) -> Signer:
    return Signer(secret, f"accounts.{purpose}")
