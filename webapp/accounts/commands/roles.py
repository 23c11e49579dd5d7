"""Roles that a shop makes itself, and who may give which."""

from collections.abc import Collection

from sqlmodel import Session, col, delete, func, select

from webapp.accounts.errors import MayDoMore, NameTaken, RoleInUse
from webapp.accounts.events import RoleChanged
from webapp.accounts.models import Person, Role, SignIn
from webapp.accounts.permissions import PERMISSIONS, ROLE_NAMES, ROLES
from webapp.accounts.queries import held_by, role_by
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.kit.slugs import slugify
from webapp.runtime.events import emit

LONGEST_CODE = 20
ROLES_KEPT = 50


def make_role(session: Session, actor: Actor, *, name: str, permissions: Collection[str]) -> Role:
    """A role with these permissions, of which the maker has each."""
    actor.must("staff:write")
    name = _checked_name(session, name)
    _must_hold(actor, _checked(permissions))
    if session.exec(select(func.count()).select_from(Role)).one() >= ROLES_KEPT:
        raise Invalid(f"A shop has at most {ROLES_KEPT} roles of its own.", field="name")
    role = Role(code=_code_for(session, name), name=name, permissions=sorted(permissions))
    session.add(role)
    session.flush()
    changed: dict[str, list[object]] = {
        "name": [None, name],
        "permissions": [None, role.permissions],
    }
    emit(session, RoleChanged(role.code, changed), actor=actor)
    return role


def change_role(
    session: Session, actor: Actor, code: str, *, name: str, permissions: Collection[str]
) -> None:
    """Another name, other permissions. Whoever has the role is signed out when those change: it
    holds from their next request on, and a browser left open is not raised unseen.

    Nobody gives or takes by it what they do not have themselves.
    """
    actor.must("staff:write")
    role = _held_row(session, code)
    before, after = frozenset(role.permissions), _checked(permissions)
    _must_hold(actor, before | after)
    changed: dict[str, list[object]] = {}
    if name.strip() != role.name:
        fresh = _checked_name(session, name, but=role.id)
        changed["name"] = [role.name, fresh]
        role.name = fresh
    if after != before:
        changed["permissions"] = [role.permissions, sorted(after)]
        role.permissions = sorted(after)
        having = select(col(Person.id)).where(col(Person.role) == code)
        session.exec(delete(SignIn).where(col(SignIn.person_id).in_(having)))
    if not changed:
        return
    session.add(role)
    session.flush()
    emit(session, RoleChanged(code, changed), actor=actor)


def delete_role(session: Session, actor: Actor, code: str) -> None:
    """The role is no more. Raises ``RoleInUse`` while anybody has it, also one whose account is
    closed: it may be opened again."""
    actor.must("staff:write")
    role = _held_row(session, code)
    _must_hold(actor, role.permissions)
    number = session.exec(select(func.count()).where(col(Person.role) == code)).one()
    if number:
        raise RoleInUse(
            f"{number} {'person has' if number == 1 else 'people have'} this role. "
            "Give them another one first."
        )
    changed: dict[str, list[object]] = {
        "name": [role.name, None],
        "permissions": [role.permissions, None],
    }
    session.delete(role)
    session.flush()
    emit(session, RoleChanged(code, changed), actor=actor)


def check_giving(session: Session, actor: Actor, role: str) -> None:
    """Raise ``Invalid`` for a role that is none, ``MayDoMore`` for one that may do more than the
    actor. One of the shop's own stays while this transaction lasts."""
    if role not in ROLES:
        found = session.exec(select(Role.id).where(Role.code == role).with_for_update()).first()
        if found is None:
            raise Invalid(f"There is no role {role!r}.", field="role", roles=sorted(ROLES))
    _must_hold(actor, held_by(session, role))


def check_reach(session: Session, actor: Actor, person: Person) -> None:
    """Raise ``MayDoMore`` where somebody of the staff may do more than the actor: by a new
    password or a closed account they would be as much in the actor's hands as by a role."""
    _must_hold(actor, held_by(session, person.role))


def _held_row(session: Session, code: str) -> Role:
    role = role_by(session, code)
    session.refresh(role, with_for_update=True)
    return role


def _must_hold(actor: Actor, permissions: Collection[str]) -> None:
    missing = sorted(one for one in permissions if one in PERMISSIONS and not actor.may(one))
    if missing:
        raise MayDoMore("This takes rights that you do not have yourself.", needs=missing[0])


def _checked(permissions: Collection[str]) -> frozenset[str]:
    chosen = frozenset(permissions)
    unknown = sorted(chosen - set(PERMISSIONS))
    if unknown:
        raise Invalid(f"There is no permission {unknown[0]!r}.", field="permissions")
    if not chosen:
        raise Invalid("Choose at least one thing that the role may do.", field="permissions")
    return chosen


def _checked_name(session: Session, name: str, *, but: int | None = None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Invalid("Give the role a name of at most 60 characters.", field="name")
    folded = name.casefold()
    others = session.exec(select(Role.name).where(col(Role.id) != (but or 0)))
    taken = {each.casefold() for each in (*others, *ROLE_NAMES.values())}
    if folded in taken:
        raise NameTaken("There is a role of that name already.", field="name")
    return name


def _code_for(session: Session, name: str) -> str:
    """A code that is nobody's, also not of people whose role is gone."""
    stem = slugify(name, "role")[: LONGEST_CODE - 3].strip("-")
    taken = {*ROLES, *session.exec(select(Role.code)), *session.exec(select(Person.role))}
    return next(
        code
        for code in (stem, *(f"{stem}-{number}" for number in range(2, 100)))
        if code not in taken
    )
