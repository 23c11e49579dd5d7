"""Who somebody is, by address or by the token of their browser."""

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from webapp.accounts.models import Person, SignIn
from webapp.accounts.permissions import of_role
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import NotFound
from webapp.runtime.secrets import hash_token


def by_email(session: Session, email: str) -> Person | None:
    """The person with this normalised address, if any."""
    return session.exec(select(Person).where(Person.email == email)).one_or_none()


def by_public_id(session: Session, public_id: str) -> Person:
    person = session.exec(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise NotFound("There is no such person.")
    return person


def staff_of_token(session: Session, secret: str) -> Actor | None:
    """The member of staff whose browser carries this token, as an actor; one statement."""
    row = session.exec(
        select(Person.public_id, Person.name, Person.role)
        .join(SignIn, col(SignIn.person_id) == col(Person.id))
        .where(
            SignIn.token_hash == hash_token(secret),
            SignIn.expires_at > now(),
            col(Person.is_active).is_(True),
            col(Person.role).is_not(None),
        )
    ).one_or_none()
    if row is None:
        return None
    public_id, name, role = row
    return Actor("staff", public_id, name, of_role(role))


def staff(session: Session) -> Sequence[Person]:
    return session.exec(
        select(Person).where(col(Person.role).is_not(None)).order_by(Person.email)
    ).all()


def has_staff(session: Session) -> bool:
    """False on a fresh shop, whose first visitor to the back office becomes its owner."""
    return session.exec(select(func.count()).where(col(Person.role).is_not(None))).one() > 0
