"""People: by address, by what they type to sign in, those who work here and their roles."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from webapp.accounts.models import (
    GateCount,
    MailedLink,
    Person,
    Role,
)
from webapp.accounts.permissions import ROLE_NAMES, ROLES, of_role
from webapp.kit.actors import Actor
from webapp.kit.errors import NotFound
from webapp.kit.values import Value
from webapp.runtime.personal import Whose


def by_email(session: Session, email: str) -> Person | None:
    """The person with this normalised address, if any."""
    return session.exec(select(Person).where(Person.email == email)).one_or_none()


def by_public_id(session: Session, public_id: str) -> Person:
    person = session.exec(select(Person).where(Person.public_id == public_id)).one_or_none()
    if person is None:
        raise NotFound("There is no such person.")
    return person


def whose(person: Person) -> Whose:
    """Somebody, as what is kept of them is found."""
    if person.id is None:
        raise ValueError("the person has not been stored yet")
    return Whose(person.id, person.public_id, person.email if person.is_verified else "")


class Credentials(Value):
    """What signing in needs to know of somebody. ``key`` is for joins and never leaves the shop."""

    key: int
    person: str
    name: str
    email: str
    role: str | None
    password_hash: str
    is_verified: bool
    created_at: datetime
    is_active: bool = True

    @property
    def actor(self) -> Actor:
        return actor_of(self.person, self.name, self.role)

    @classmethod
    def of(cls, person: Person) -> "Credentials":
        if person.id is None:
            raise ValueError("the person has not been stored yet")
        return cls(
            person.id,
            person.public_id,
            person.name,
            person.email,
            person.role,
            person.password_hash,
            person.is_verified,
            person.created_at,
            person.is_active,
        )


def credentials(session: Session, typed: str) -> Credentials | None:
    """Whose normalised address or user name this is, if the account is open; one statement."""
    which = Person.email == typed if "@" in typed else Person.username == typed
    row = session.exec(
        select(  # type: ignore[call-overload]
            Person.id,
            Person.public_id,
            Person.name,
            Person.email,
            Person.role,
            Person.password_hash,
            col(Person.email_verified_at).is_not(None),
            Person.created_at,
        ).where(which, col(Person.is_active).is_(True))
    ).one_or_none()
    return Credentials(*row) if row else None


def gate_counts(session: Session, since: date) -> dict[str, int]:
    """How many suspicious forms were ``shown`` a challenge since, ``passed``, ``failed``."""
    rows = session.execute(
        select(GateCount.outcome, func.sum(GateCount.number))
        .where(GateCount.day >= since)
        .group_by(GateCount.outcome)
    )
    return {outcome: int(number) for outcome, number in rows}


def link_by(session: Session, public_id: str) -> MailedLink:
    """The mailed link of this id. Raises ``NotFound``."""
    link = session.exec(select(MailedLink).where(MailedLink.public_id == public_id)).one_or_none()
    if link is None:
        raise NotFound("There is no such link.")
    return link


def actor_of(
    person: str, name: str, role: str | None, own_permissions: list[str] | None = None
) -> Actor:
    """Somebody as the one who acts. A customer's name stays out of the log, which outlives the
    account. A role of the shop's own may do what ``own_permissions`` say, nothing without them."""
    if role is None:
        return Actor("customer", person, "Customer")
    return Actor("staff", person, name, of_role(role, own_permissions))


def held_by(session: Session, role: str | None) -> frozenset[str]:
    """What a role may do at this moment, whoever made it; a statement for a role of the shop's."""
    if role is None or role in ROLES:
        return of_role(role)
    return of_role(role, session.exec(select(Role.permissions).where(Role.code == role)).first())


class RoleView(Value):
    """A role as staff see it; ``members`` are those who have it, closed accounts included."""

    code: str
    name: str
    permissions: frozenset[str]
    is_built_in: bool
    members: int


def roles(session: Session) -> list[RoleView]:
    """Every role there is: those of each shop by what they may do, then this shop's by name."""
    counted = dict(
        session.execute(
            select(Person.role, func.count())
            .where(col(Person.role).is_not(None))
            .group_by(col(Person.role))
        ).all()
    )
    own = session.exec(select(Role.code, Role.name, Role.permissions).order_by(Role.name))
    return [
        *(
            RoleView(code, ROLE_NAMES[code], held, True, counted.get(code, 0))
            for code, held in ROLES.items()
        ),
        *(
            RoleView(code, name, of_role(code, may), False, counted.get(code, 0))
            for code, name, may in own
        ),
    ]


def role_by(session: Session, code: str) -> Role:
    """A role of the shop's own. Raises ``NotFound``."""
    found = session.exec(select(Role).where(Role.code == code)).one_or_none()
    if found is None:
        raise NotFound("There is no such role.")
    return found


def staff(session: Session) -> Sequence[Person]:
    return session.exec(
        select(Person).where(col(Person.role).is_not(None)).order_by(Person.email)
    ).all()


def has_staff(session: Session) -> bool:
    """False on a fresh shop, whose first visitor to the back office becomes its owner."""
    return session.exec(select(func.count()).where(col(Person.role).is_not(None))).one() > 0


def owner_to_come(session: Session) -> Person | None:
    """The one owner of a shop into which they never came: they have no password yet."""
    owners = session.exec(
        select(Person).where(Person.role == "owner", col(Person.is_active).is_(True)).limit(2)
    ).all()
    only = owners[0] if len(owners) == 1 else None
    has_come = only is not None and (only.password_hash or only.last_sign_in_at)
    return None if has_come else only
