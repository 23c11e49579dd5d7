"""Another address for an account: the old mailbox and the new one both have to say yes."""

from sqlmodel import Session, col, delete, select

from webapp.accounts.commands.linking import SPENT, open_link, promise_link, spend_link
from webapp.accounts.commands.signing_in import sign_out_everywhere
from webapp.accounts.errors import LinkSpent
from webapp.accounts.events import EmailChangeAsked, EmailChanged, EmailChangeStopped
from webapp.accounts.links import OF_NEW_EMAIL, LinkPurpose
from webapp.accounts.models import MailedLink, Person
from webapp.accounts.queries import actor_of
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.kit.ids import random_text
from webapp.runtime.events import emit


def ask_for_new_email(session: Session, actor: Actor, person: Person, email: str) -> None:
    """Mail a link to the old address and one to the new; both have to be opened.

    ``email`` is normalised. Nobody learns here whether another account has it: its owner is told
    by mail, and whoever asked sees the same as ever.
    """
    if email == person.email:
        raise Invalid("This is the address you have already.", field="email")
    drop_email_links(session, person)
    pair = random_text(20)
    emit(session, EmailChangeAsked(person.public_id), actor=actor)
    for purpose, to in (
        (LinkPurpose.old_email, person.email),
        (LinkPurpose.new_email, email),
    ):
        promise_link(session, person, purpose, email=to, pair=pair, new_email=email)


def confirm_email(
    session: Session, link: str | None, purpose: LinkPurpose, *, keeping: str | None = None
) -> tuple[Person, bool]:
    """One of the two mailboxes says yes; True once both have, which is when the address changes.

    Every browser is signed out then but ``keeping`` (the public id of its sign-in). Raises
    ``LinkSpent``, also where another account has got the address meanwhile.
    """
    found, person = open_link(session, link, purpose)
    # The two of a pair wait for one another here: the second sees that the first was pressed.
    session.exec(select(Person.id).where(Person.id == person.id).with_for_update()).one()
    spend_link(session, link, purpose)
    waiting = session.exec(
        select(MailedLink.id).where(
            MailedLink.pair == found.pair, col(MailedLink.used_at).is_(None)
        )
    ).first()
    if waiting is not None:
        return person, False
    if session.exec(select(Person.id).where(Person.email == found.new_email)).first() is not None:
        raise LinkSpent(SPENT)
    person.email, person.email_verified_at = found.new_email, now()
    session.add(person)
    session.flush()
    drop_links(session, person)
    actor = actor_of(person.public_id, person.name, person.role)
    sign_out_everywhere(session, person, actor, but=keeping)
    emit(session, EmailChanged(person.public_id, former=found.email), actor=actor)
    return person, True


def stop_new_email(session: Session, link: str | None) -> Person:
    """The old mailbox says no. Raises ``LinkSpent``."""
    _, person = spend_link(session, link, LinkPurpose.old_email)
    drop_email_links(session, person)
    actor = actor_of(person.public_id, person.name, person.role)
    emit(session, EmailChangeStopped(person.public_id), actor=actor)
    return person


def drop_email_links(session: Session, person: Person) -> None:
    session.exec(
        delete(MailedLink).where(
            col(MailedLink.person_id) == person.id, col(MailedLink.purpose).in_(OF_NEW_EMAIL)
        )
    )


def drop_links(session: Session, person: Person) -> None:
    """What was mailed to the former address, and not used, opens nothing any more."""
    session.exec(
        delete(MailedLink).where(
            col(MailedLink.person_id) == person.id, col(MailedLink.used_at).is_(None)
        )
    )
