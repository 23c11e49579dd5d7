"""What somebody shows of themselves, and whether they want our news."""

from sqlmodel import Session, col, func, or_, select

from webapp.accounts.events import AvatarChanged, ConsentSaid, GuestConsentSaid
from webapp.accounts.models import Consent, Person
from webapp.accounts.queries import Member, actor_of
from webapp.accounts.words import MARKETING
from webapp.kit.actors import SHOPPER
from webapp.runtime.events import emit


def set_avatar(session: Session, member: Member, key: str) -> None:
    """Show this file of the storage as their picture from now on; an empty key: none. The one
    before is deleted once this has committed."""
    person = session.exec(select(Person).where(Person.id == member.key).with_for_update()).one()
    if person.avatar == key:
        return
    dropped, person.avatar = person.avatar, key
    session.add(person)
    session.flush()
    emit(session, AvatarChanged(person.public_id, dropped=dropped), actor=member.actor)


def say_consent(
    session: Session,
    email: str,
    *,
    person: Person | None = None,
    is_given: bool,
    source: str,
    wording: str,
) -> bool:
    """Note that somebody said yes or no to our news, in which words and where; False where that
    was so already. What was noted is never changed. ``person`` is None for a guest."""
    is_ours = Consent.purpose == MARKETING
    latest = select(Consent.is_given).where(is_ours).order_by(col(Consent.id).desc()).limit(1)
    if person is not None:
        latest = latest.where(Consent.person_id == person.id)
    else:
        latest = latest.where(col(Consent.person_id).is_(None), Consent.email == email)
    if bool(session.exec(latest).first()) is is_given:
        return False
    said = Consent(
        person_id=person.id if person is not None else None,
        email=email,
        purpose=MARKETING,
        is_given=is_given,
        source=source,
        wording=wording,
    )
    session.add(said)
    session.flush()
    if person is not None:
        actor = actor_of(person.public_id, person.name, person.role)
        emit(session, ConsentSaid(person.public_id, is_given, source), actor=actor)
    else:
        emit(session, GuestConsentSaid(str(said.id), is_given, source), actor=SHOPPER)
    return True


def end_news(session: Session, address: str, *, wording: str) -> bool:
    """Whoever reads there wants our news no more: those whose account has the address, or had it
    when they said yes, and guests who gave it. False where nobody of them wanted any."""
    address = address.lower()
    said_there = select(Consent.person_id).where(func.lower(Consent.email) == address)
    owners = session.exec(
        select(Person)
        .where(or_(col(Person.email) == address, col(Person.id).in_(said_there)))
        .order_by(col(Person.id))
        .with_for_update()
    ).all()
    ended = [
        say_consent(
            session, address, person=who, is_given=False, source="unsubscribe", wording=wording
        )
        for who in (*owners, None)
    ]
    return any(ended)
