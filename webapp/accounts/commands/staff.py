"""Letting staff in and out, and saying what they may do.

Nobody gives more than they have, and nobody changes a colleague who may do more than they: so
nobody raises themselves, neither by a role nor by somebody else's password.
Whoever is added has no password and chooses one by a link (``recovering``).
"""

from sqlmodel import Session, col, delete, func, select

from webapp.accounts.commands.checking import normalised_email
from webapp.accounts.commands.linking import drop_password_links
from webapp.accounts.commands.revoking import end_grants
from webapp.accounts.commands.roles import check_giving, check_reach
from webapp.accounts.errors import AlreadyRegistered, AlreadySetUp, LastOwner
from webapp.accounts.events import StaffAdded, StaffChanged
from webapp.accounts.models import Person, SignIn
from webapp.kit.actors import SYSTEM, Actor
from webapp.runtime.events import emit


def add_staff(
    session: Session,
    actor: Actor,
    *,
    email: str,
    role: str,
    name: str = "",
    password_hash: str = "",
) -> Person:
    """A new member of staff. Only the founder and the operator bring a password, of their own; it
    comes hashed: hashing is too slow for a transaction."""
    actor.must("staff:write")
    check_giving(session, actor, role)
    address = normalised_email(email)
    person = session.exec(select(Person).where(Person.email == address)).one_or_none()
    if person is not None and person.role is not None:
        raise AlreadyRegistered("Somebody works here under that address.", field="email")
    if person is None:
        person = Person(email=address, password_hash=password_hash)
        session.add(person)
    person.role = role
    person.is_active = True
    person.password_hash = password_hash
    person.name = name or person.name or address.partition("@")[0]
    session.flush()
    # A customer who starts to work here signs in anew, at the door for staff.
    session.exec(delete(SignIn).where(col(SignIn.person_id) == person.id))
    end_grants(session, person, actor)
    emit(session, StaffAdded(person=person.public_id, role=role), actor=actor)
    return person


def found(session: Session, *, email: str, password_hash: str, name: str = "") -> Person:
    """The first owner, made on the first-run page. Refuses once there is any staff."""
    if session.exec(select(func.count()).where(col(Person.role).is_not(None))).one():
        raise AlreadySetUp("There is an owner already. Sign in instead.")
    return add_staff(
        session, SYSTEM, email=email, password_hash=password_hash, role="owner", name=name
    )


def change_staff(
    session: Session,
    actor: Actor,
    person: Person,
    *,
    role: str | None = None,
    is_active: bool | None = None,
    password_hash: str | None = None,
    name: str | None = None,
) -> None:
    """Another role, in or out, a new password: ends their sign-ins. The last owner stays. A new
    name ends nothing."""
    actor.must("staff:write")
    keep_an_owner(session, person, stays=role in (None, "owner") and is_active is not False)
    check_reach(session, actor, person)
    if role is not None and role != person.role:
        check_giving(session, actor, role)
    changed: dict[str, list[object]] = {}
    if role is not None and role != person.role:
        changed["role"] = [person.role, role]
        person.role = role
    if is_active is not None and is_active != person.is_active:
        changed["is_active"] = [person.is_active, is_active]
        person.is_active = is_active
    if password_hash is not None:
        changed["password"] = ["changed", "changed"]
        person.password_hash = password_hash
        drop_password_links(session, person)
    if changed:
        session.exec(delete(SignIn).where(col(SignIn.person_id) == person.id))
        end_grants(session, person, actor)
    if name is not None and name != person.name:
        # What somebody is called stays out of the log, which outlives the account.
        changed["name"] = ["changed", "changed"]
        person.name = name
    if not changed:
        return
    session.flush()
    emit(session, StaffChanged(person=person.public_id, changed=changed), actor=actor)


def keep_an_owner(session: Session, person: Person, *, stays: bool = False) -> None:
    """Raise ``LastOwner`` where ``person`` is the only open account of an owner, unless they stay
    one. Two who would each let the other go wait for one another here: the owners are locked, by
    key, before they are counted, and ``person`` is read anew.
    """
    owners = session.exec(
        select(Person.id)
        .where(Person.role == "owner", col(Person.is_active).is_(True))
        .order_by(col(Person.id))
        .with_for_update()
    ).all()
    session.refresh(person, with_for_update=True)
    if not stays and person.id in owners and len(owners) < 2:
        raise LastOwner("Make somebody else an owner first.")
