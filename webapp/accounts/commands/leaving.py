"""Leaving for good: asked for, thought over for three days, then everything personal is erased.

What stays is decided in docs/decisions/0008-erasure.md.
"""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, or_, select

from webapp.accounts.commands.linking import promise_link, spend_link
from webapp.accounts.commands.staff import keep_an_owner
from webapp.accounts.errors import LastOwner, NotLeaving
from webapp.accounts.events import CustomerErased, ErasureAsked, ErasureStopped
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import Consent, DataExport, MailedLink, Person
from webapp.accounts.queries import actor_of, whose
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.runtime.events import emit
from webapp.runtime.personal import Whose, personal_of

THINKING_TIME = timedelta(hours=72)
_ASKED_AGAIN = timedelta(hours=24)


def ask_for_erasure(session: Session, actor: Actor, person: Person) -> datetime:
    """Have the account erased in three days, and tell its owner by mail how to stop it; gives the
    moment. Asking twice is asking once. Theirs to ask, or staff's with ``customers:write``."""
    must_be_theirs(actor, person)
    if person.erase_at is not None:
        return person.erase_at
    keep_an_owner(session, person)
    person.erase_at = now() + THINKING_TIME
    session.add(person)
    session.flush()
    emit(session, ErasureAsked(person.public_id, at=person.erase_at), actor=actor)
    promise_link(session, person, LinkPurpose.stay)
    return person.erase_at


def stop_erasure(session: Session, actor: Actor, person: Person) -> None:
    """They stay after all. Raises ``NotLeaving``."""
    must_be_theirs(actor, person)
    if person.erase_at is None:
        raise NotLeaving("This account is not about to be erased.")
    person.erase_at = None
    session.add(person)
    session.exec(
        delete(MailedLink).where(
            col(MailedLink.person_id) == person.id, col(MailedLink.purpose) == LinkPurpose.stay
        )
    )
    emit(session, ErasureStopped(person.public_id), actor=actor)


def stay(session: Session, link: str | None) -> Person:
    """They stay, by the link that they were mailed. Raises ``LinkSpent`` or ``NotLeaving``."""
    _, person = spend_link(session, link, LinkPurpose.stay)
    stop_erasure(session, actor_of(person.public_id, person.name, person.role), person)
    return person


def erase(session: Session, public_id: str) -> bool:
    """Erase an account whose time has come: every feature forgets its part, then the person goes.

    False when there is nothing to do: they changed their mind, are the last owner by now, or an
    order of theirs is under way, which is looked at again tomorrow.
    """
    person = session.exec(
        select(Person).where(Person.public_id == public_id).with_for_update()
    ).one_or_none()
    if person is None or person.erase_at is None or person.erase_at > now():
        return False
    somebody = whose(person)
    if _is_needed(session, person) or personal_of(session).under_way(session, somebody):
        person.erase_at = now() + _ASKED_AGAIN
        session.add(person)
        session.flush()
        return False
    erase_at_once(session, SYSTEM, person, somebody)
    return True


def erase_at_once(session: Session, actor: Actor, person: Person, somebody: Whose) -> None:
    """Whatever is found of ``somebody`` is forgotten, and the row goes. Asks nothing: whoever calls
    has seen to it that nothing is needed any more."""
    kept = session.exec(
        select(DataExport.storage_key).where(DataExport.person_id == person.id)
    ).all()
    files = tuple(key for key in (*kept, person.avatar) if key)
    personal_of(session).forget(session, somebody)
    # Of the tables that hold something of a person, those that hold nothing else go with the row.
    session.exec(delete(Person).where(col(Person.id) == person.id))
    session.expunge(person)
    emit(session, CustomerErased(somebody.person, files=files), actor=actor)


def forget_consents(session: Session, key: int, email: str) -> None:
    """What somebody agreed to, as themselves or as a guest with this address."""
    theirs = col(Consent.person_id) == key
    if email:
        theirs = or_(theirs, col(Consent.email) == email)
    session.exec(delete(Consent).where(theirs))


def must_be_theirs(actor: Actor, person: Person) -> None:
    """Everybody may ask for their own; others need ``customers:write``, and for staff's account
    ``staff:write``."""
    if actor.kind != "key" and actor.id == person.public_id:
        return
    actor.must("customers:write")
    if person.role is not None:
        actor.must("staff:write")


def _is_needed(session: Session, person: Person) -> bool:
    try:
        keep_an_owner(session, person)
    except LastOwner:
        return True
    return False
