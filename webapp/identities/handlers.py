"""What follows from coming in, from being linked, and from starting to work here."""

from sqlmodel import Session, col, select, update

from webapp.accounts import queries as people
from webapp.accounts.events import SignedIn, StaffAdded
from webapp.accounts.models import Person
from webapp.identities import commands, mails
from webapp.identities.events import IdentityEvent, IdentityLinked, IdentityUnlinked
from webapp.identities.models import Identity, Provider
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.runtime.events import Handlers
from webapp.runtime.mail import MailKind, post

handlers = Handlers()


@handlers.on(SignedIn)
def note_the_use(session: Session, event: SignedIn) -> None:
    """When they last came in by it is shown beside it."""
    if event.how in {"password", "link", "passkey"}:
        return
    whose = select(Person.id).where(Person.public_id == event.person).scalar_subquery()
    by = select(Provider.id).where(Provider.name == event.how).scalar_subquery()
    session.execute(
        update(Identity)
        .where(col(Identity.person_id) == whose, col(Identity.provider_id) == by)
        .values(last_used_at=now())
    )


@handlers.on(StaffAdded)
def begin_anew(session: Session, event: StaffAdded, actor: Actor) -> None:
    """What a customer has linked does not open the back office: staff link it again from within."""
    commands.unlink_all(session, event.person, actor)


@handlers.on(IdentityLinked)
def tell_of_the_link(session: Session, event: IdentityLinked) -> None:
    """Whoever has just made the account with it knows."""
    if not event.is_first:
        _tell(session, mails.linked, event)


@handlers.on(IdentityUnlinked)
def tell_of_the_end(session: Session, event: IdentityUnlinked) -> None:
    _tell(session, mails.unlinked, event)


def _tell(session: Session, kind: MailKind, event: IdentityEvent) -> None:
    person = people.by_public_id(session, event.person)
    post(
        session,
        kind,
        to=person.email,
        name=person.name,
        about=event.subject,
        version=event.identity,
        locale=person.locale,
        person=event.person,
        provider=event.title,
    )
