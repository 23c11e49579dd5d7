"""Staff who set their own password by a mailed link: invited, or because it was forgotten."""

from sqlmodel import Session

from webapp.accounts.commands.linking import (
    SPENT,
    drop_password_links,
    open_link,
    promise_link,
    spend_link,
)
from webapp.accounts.commands.registering import prove_mailbox
from webapp.accounts.commands.signing_in import sign_out_everywhere
from webapp.accounts.errors import LinkSpent
from webapp.accounts.events import PasswordChanged
from webapp.accounts.links import OF_STAFF, LinkPurpose, link_of
from webapp.accounts.models import Person
from webapp.accounts.queries import actor_of
from webapp.kit.actors import SYSTEM, Actor
from webapp.runtime.events import emit
from webapp.runtime.links import links_of


def invite(session: Session, actor: Actor, person: Person) -> None:
    """Have a link mailed by which they choose their own password."""
    actor.must("staff:write")
    promise_link(session, person, LinkPurpose.invite)


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
    how = "invitation" if purpose is LinkPurpose.invite else "reset"
    emit(session, PasswordChanged(person.public_id, how=how), actor=actor)
    prove_mailbox(session, person)
    return person


def _read(session: Session, token: str) -> tuple[LinkPurpose, str]:
    secret = links_of(session).secret
    for purpose in OF_STAFF:
        link = link_of(secret, purpose, token)
        if link is not None:
            return purpose, link
    raise LinkSpent(SPENT)
