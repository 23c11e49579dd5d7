"""Staff who set their own password by a link: invited, or because it was forgotten.

Nobody chooses the password of somebody else, nor learns it: the link is mailed to the one it is
for, and only where the shop can send no mail is it told to a colleague, who hands it over.
"""

from sqlmodel import Session

from webapp.accounts.commands.linking import (
    SPENT,
    Invitation,
    drop_password_links,
    hand_link,
    open_link,
    promise_link,
    spend_link,
)
from webapp.accounts.commands.registering import prove_mailbox
from webapp.accounts.commands.roles import check_reach
from webapp.accounts.commands.signing_in import sign_out_everywhere
from webapp.accounts.errors import LinkSpent
from webapp.accounts.events import PasswordChanged
from webapp.accounts.links import HANDED, OF_STAFF, LinkPurpose, which_link
from webapp.accounts.models import Person
from webapp.accounts.queries import actor_of
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.errors import NotFound, Refused
from webapp.runtime.events import emit
from webapp.runtime.links import links_of


def invite(session: Session, actor: Actor, person: Person) -> Invitation:
    """Have a link mailed to a colleague, by which they choose their first password or another. What
    they have is good until then. Raises ``MayDoMore``."""
    actor.must("staff:write")
    _must_be_colleague(session, actor, person)
    purpose = LinkPurpose.staff_reset if person.password_hash else LinkPurpose.invite
    return Invitation(promise_link(session, person, purpose, by=actor).expires_at)


def hand_staff_link(session: Session, actor: Actor, person: Person) -> Invitation:
    """The same where no mail can be sent: whoever asks is told the link. Raises ``MayDoMore``."""
    actor.must("staff:write")
    _must_be_colleague(session, actor, person)
    return hand_link(session, actor, person, LinkPurpose.handed_staff)


def colleague_of_link(session: Session, token: str) -> Person:
    """Whose password the link sets. Raises ``LinkSpent``."""
    purpose, link = _read(session, token)
    _, person = open_link(session, link, purpose)
    if not person.is_staff:
        raise LinkSpent(SPENT)
    return person


def set_password(session: Session, token: str, *, password_hash: str) -> Person:
    """Set the password of whoever has the link, and sign them out everywhere. Raises ``LinkSpent``.
    The password was checked, and hashed outside of the transaction."""
    purpose, link = _read(session, token)
    _, person = spend_link(session, link, purpose)
    if not person.is_staff:
        raise LinkSpent(SPENT)
    person.password_hash = password_hash
    session.add(person)
    drop_password_links(session, person)
    sign_out_everywhere(session, person, SYSTEM)
    actor = actor_of(person.public_id, person.name, person.role)
    emit(session, PasswordChanged(person.public_id, how=_HOW[purpose]), actor=actor)
    if purpose not in HANDED:
        prove_mailbox(session, person)
    return person


_HOW = {
    LinkPurpose.invite: "invitation",
    LinkPurpose.staff_reset: "reset",
    LinkPurpose.handed_staff: "handed",
}


def _must_be_colleague(session: Session, actor: Actor, person: Person) -> None:
    if person.role is None:
        raise NotFound("There is no such person.")
    check_reach(session, actor, person)
    if not person.is_active:
        raise Refused("The account is closed. Open it again first.")


def _read(session: Session, token: str) -> tuple[LinkPurpose, str | None]:
    return which_link(links_of(session).secret, OF_STAFF, token)
