"""Links that are mailed: promised, and used once by whoever reads that mailbox."""

from datetime import datetime, timedelta

from sqlmodel import Session, col, delete, select

from webapp.accounts.errors import LinkSpent
from webapp.accounts.events import LinkHanded, LinkPromised
from webapp.accounts.links import OF_CUSTOMER, OF_STAFF, LinkPurpose, path_of
from webapp.accounts.models import MailedLink, Person
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.events import emit
from webapp.runtime.links import links_of

LASTS = {
    LinkPurpose.verify: timedelta(days=3),
    LinkPurpose.reset: timedelta(hours=1),
    LinkPurpose.sign_in: timedelta(minutes=15),
    LinkPurpose.invite: timedelta(days=7),
    LinkPurpose.staff_reset: timedelta(hours=1),
    LinkPurpose.handed_staff: timedelta(days=3),
    LinkPurpose.welcome: timedelta(days=7),
    LinkPurpose.handed_customer: timedelta(days=3),
    LinkPurpose.stay: timedelta(hours=72),
    LinkPurpose.old_email: timedelta(days=3),
    LinkPurpose.new_email: timedelta(days=3),
}
SPENT = "It was used already, or is too old. Ask for a new one."


class Invitation(Value):
    """How somebody comes to a password of their own."""

    until: datetime
    path: str | None = None
    """Of a link that was made to be handed over, and is told this once; None where it is mailed."""


def promise_link(
    session: Session,
    person: Person,
    purpose: LinkPurpose,
    *,
    email: str | None = None,
    pair: str = "",
    new_email: str = "",
    by: Actor = SYSTEM,
) -> MailedLink:
    """A new link of this kind, to be mailed; the ones before it open nothing from now on."""
    link = _new_link(session, person, purpose, email=email, pair=pair, new_email=new_email)
    fact = LinkPromised(person.public_id, link=link.public_id, purpose=purpose.value)
    emit(session, fact, actor=by)
    return link


def hand_link(session: Session, actor: Actor, person: Person, purpose: LinkPurpose) -> Invitation:
    """A new link that is mailed to nobody: the actor hands it over. It takes the place of all by
    which this password could be set."""
    drop_password_links(session, person)
    link = _new_link(session, person, purpose)
    fact = LinkHanded(person.public_id, link=link.public_id, purpose=purpose.value)
    emit(session, fact, actor=actor)
    path = path_of(links_of(session).secret, purpose, link.public_id)
    return Invitation(link.expires_at, path)


def _new_link(
    session: Session,
    person: Person,
    purpose: LinkPurpose,
    *,
    email: str | None = None,
    pair: str = "",
    new_email: str = "",
) -> MailedLink:
    if person.id is None:
        raise ValueError("the person has not been stored yet")
    session.exec(
        delete(MailedLink).where(
            col(MailedLink.person_id) == person.id,
            col(MailedLink.purpose) == purpose,
            col(MailedLink.used_at).is_(None),
        )
    )
    at = now()
    link = MailedLink(
        person_id=person.id,
        purpose=purpose,
        email=email or person.email,
        pair=pair,
        new_email=new_email,
        created_at=at,
        expires_at=at + LASTS[purpose],
    )
    session.add(link)
    session.flush()
    return link


def open_link(
    session: Session, public_id: str | None, purpose: LinkPurpose, *, keeps_others_out: bool = False
) -> tuple[MailedLink, Person]:
    """The link and whose it is, as long as it is good; raises ``LinkSpent``. Looking uses nothing:
    programs that check mail for harm open every link.
    """
    row = None
    if public_id is not None:
        query = (
            select(MailedLink, Person)
            .join(Person, col(Person.id) == col(MailedLink.person_id))
            .where(
                MailedLink.public_id == public_id,
                MailedLink.purpose == purpose,
                col(MailedLink.used_at).is_(None),
                MailedLink.expires_at > now(),
                col(Person.is_active).is_(True),
            )
        )
        if keeps_others_out:
            query = query.with_for_update(of=MailedLink)
        row = session.exec(query).one_or_none()
    if row is None:
        raise LinkSpent(SPENT)
    link, person = row
    if link.email != person.email and purpose is not LinkPurpose.new_email:
        raise LinkSpent(SPENT)
    return link, person


def spend_link(
    session: Session, public_id: str | None, purpose: LinkPurpose
) -> tuple[MailedLink, Person]:
    """Use the link up; nobody can use it again. Raises ``LinkSpent``."""
    link, person = open_link(session, public_id, purpose, keeps_others_out=True)
    link.used_at = now()
    session.add(link)
    session.flush()
    return link, person


def drop_password_links(session: Session, person: Person) -> None:
    """The password was changed: what was mailed to change the old one opens nothing any more."""
    session.exec(
        delete(MailedLink).where(
            col(MailedLink.person_id) == person.id,
            col(MailedLink.purpose).in_([*OF_CUSTOMER, *OF_STAFF]),
            col(MailedLink.used_at).is_(None),
        )
    )


def forget_old_links(session: Session) -> int:
    """Delete the links that expired more than a month ago; gives their number."""
    old = col(MailedLink.expires_at) < now() - timedelta(days=30)
    number: int = session.exec(delete(MailedLink).where(old)).rowcount
    return number
