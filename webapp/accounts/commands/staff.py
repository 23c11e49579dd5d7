"""Making staff accounts, signing in and out."""

from datetime import timedelta

from email_validator import EmailNotValidError, validate_email
from sqlmodel import Session, col, delete, func, select

from webapp.accounts.errors import AlreadyRegistered, AlreadySetUp, LastOwner, WeakPassword
from webapp.accounts.events import SignedIn, SignedOut, StaffAdded, StaffChanged
from webapp.accounts.models import Person, SignIn
from webapp.accounts.passwords import MAXIMUM_LENGTH, MINIMUM_LENGTH
from webapp.accounts.permissions import ROLES
from webapp.kit.actors import SYSTEM, Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.kit.ids import token
from webapp.runtime.events import emit
from webapp.runtime.secrets import hash_token

SIGN_IN_LASTS = timedelta(days=14)
SIGN_INS_KEPT = 20
"""Browsers one person may be signed in with; the oldest gives way."""


def normalised_email(text: str) -> str:
    """The address as we store and compare it. Raises ``Invalid`` for what is none."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as problem:
        raise Invalid("Enter an email address like name@example.com.", field="email") from problem
    return (checked.ascii_email or checked.normalized).lower()


def check_password(password: str) -> None:
    """Raise ``WeakPassword`` for one too short, too long or of a single character."""
    if len(password) < MINIMUM_LENGTH:
        raise WeakPassword(
            f"Use at least {MINIMUM_LENGTH} characters; a few words are easy to remember.",
            field="password",
        )
    if len(password) > MAXIMUM_LENGTH:
        raise WeakPassword(f"Use at most {MAXIMUM_LENGTH} characters.", field="password")
    if len(set(password)) < 4:
        raise WeakPassword("Use a password that is harder to guess.", field="password")


def add_staff(
    session: Session, actor: Actor, *, email: str, password_hash: str, role: str, name: str = ""
) -> Person:
    """A new member of staff. The password comes hashed: hashing is too slow for a transaction."""
    actor.must("staff:write")
    if role not in ROLES:
        raise Invalid(f"There is no role {role!r}.", field="role", roles=sorted(ROLES))
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
) -> None:
    """Another role, in or out, a new password; ends their sign-ins. The last owner stays."""
    actor.must("staff:write")
    if role is not None and role not in ROLES:
        raise Invalid(f"There is no role {role!r}.", field="role", roles=sorted(ROLES))
    loses_ownership = person.role == "owner" and (
        (role is not None and role != "owner") or is_active is False
    )
    if loses_ownership and _active_owners(session) < 2:
        raise LastOwner("Make somebody else an owner first.")
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
    if not changed:
        return
    session.exec(delete(SignIn).where(col(SignIn.person_id) == person.id))
    session.flush()
    emit(session, StaffChanged(person=person.public_id, changed=changed), actor=actor)


def sign_in(session: Session, person: Person, *, user_agent: str = "") -> str:
    """Remember this browser; returns the token for its cookie. The password was checked before."""
    secret = token()
    at = now()
    _make_room(session, person)
    session.add(
        SignIn(
            token_hash=hash_token(secret),
            person_id=_key(person),
            user_agent=user_agent[:200],
            expires_at=at + SIGN_IN_LASTS,
        )
    )
    person.last_sign_in_at = at
    session.add(person)
    session.flush()
    actor = Actor("staff", person.public_id, person.name)
    emit(session, SignedIn(person=person.public_id), actor=actor)
    return secret


def sign_out(session: Session, secret: str) -> None:
    """Forget the browser that carries this token. Signing out twice is signing out once."""
    person = session.exec(
        select(Person)
        .join(SignIn, col(SignIn.person_id) == col(Person.id))
        .where(SignIn.token_hash == hash_token(secret))
    ).one_or_none()
    if person is None:
        return
    session.exec(delete(SignIn).where(col(SignIn.token_hash) == hash_token(secret)))
    actor = Actor("staff", person.public_id, person.name)
    emit(session, SignedOut(person=person.public_id), actor=actor)


def _make_room(session: Session, person: Person) -> None:
    session.exec(delete(SignIn).where(col(SignIn.expires_at) < now()))
    kept = session.exec(
        select(SignIn.id)
        .where(SignIn.person_id == person.id)
        .order_by(col(SignIn.id).desc())
        .offset(SIGN_INS_KEPT - 1)
    ).all()
    if kept:
        session.exec(delete(SignIn).where(col(SignIn.id).in_(kept)))


def _active_owners(session: Session) -> int:
    return session.exec(
        select(func.count()).where(Person.role == "owner", col(Person.is_active).is_(True))
    ).one()


def _key(person: Person) -> int:
    if person.id is None:
        raise ValueError("the person has not been stored yet")
    return person.id
