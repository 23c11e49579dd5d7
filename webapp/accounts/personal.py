"""What accounts keep about somebody. What belongs to the person alone goes with their row."""

from typing import Any

from sqlmodel import Session, col, or_, select

from webapp.accounts import commands
from webapp.accounts.addresses import FIELDS
from webapp.accounts.models import (
    AddressEntry,
    ApiKey,
    Authenticator,
    Consent,
    CustomerGroup,
    CustomerNote,
    CustomerTag,
    FailedSignIn,
    Grant,
    GroupMember,
    Passkey,
    Person,
    SignIn,
)
from webapp.runtime.events import EventRecord, plain
from webapp.runtime.personal import Personal, Whose

personal = Personal()


@personal.gives("account")
def account(session: Session, whose: Whose) -> object:
    """Everything but the hash of the password."""
    columns = (
        "public_id", "email", "email_verified_at", "username", "name", "role", "locale",
        "time_zone", "created_at", "last_sign_in_at", "erase_at",
    )  # fmt: skip
    return next(iter(_rows(session, Person, columns, col(Person.id) == whose.key)), {})


@personal.gives("addresses")
def addresses(session: Session, whose: Whose) -> object:
    columns = ("country", *FIELDS, "is_delivery", "is_invoice", "created_at", "updated_at")
    return _rows(session, AddressEntry, columns, col(AddressEntry.person_id) == whose.key)


@personal.gives("consents")
def consents(session: Session, whose: Whose) -> object:
    columns = ("email", "purpose", "is_given", "source", "wording", "at")
    theirs = col(Consent.person_id) == whose.key
    if whose.email:
        theirs = or_(theirs, col(Consent.email) == whose.email)
    return _rows(session, Consent, columns, theirs)


@personal.gives("sign_ins")
def sign_ins(session: Session, whose: Whose) -> object:
    columns = ("user_agent", "is_kept", "created_at", "last_seen_at", "expires_at")
    return _rows(session, SignIn, columns, col(SignIn.person_id) == whose.key)


@personal.gives("wrong_passwords")
def wrong_passwords(session: Session, whose: Whose) -> object:
    """How often somebody typed one for their account, by the hour."""
    columns = ("hour", "tries", "network", "last_at")
    theirs = col(FailedSignIn.person_id) == whose.key
    return _rows(session, FailedSignIn, columns, theirs, order_by="hour")


@personal.gives("second_factors")
def second_factors(session: Session, whose: Whose) -> object:
    """Since when they have an app, and their passkeys by name; no secret and no key."""
    of_app = col(Authenticator.person_id) == whose.key
    of_keys = col(Passkey.person_id) == whose.key
    return {
        "app": _rows(session, Authenticator, ("confirmed_at",), of_app),
        "passkeys": _rows(session, Passkey, ("name", "created_at", "last_used_at"), of_keys),
    }


@personal.gives("api_keys")
def api_keys(session: Session, whose: Whose) -> object:
    columns = ("name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at")
    return _rows(session, ApiKey, columns, col(ApiKey.person_id) == whose.key)


@personal.gives("programs")
def programs(session: Session, whose: Whose) -> object:
    """Those that they let in with their password."""
    columns = ("client", "scopes", "created_at", "expires_at", "revoked_at")
    return _rows(session, Grant, columns, col(Grant.person_id) == whose.key)


@personal.gives("notes")
def notes(session: Session, whose: Whose) -> object:
    """What staff keep of them."""
    written = ("author", "text", "created_at")
    groups = session.exec(
        select(CustomerGroup.name)
        .join(GroupMember, col(GroupMember.group_id) == col(CustomerGroup.id))
        .where(GroupMember.person_id == whose.key)
        .order_by(CustomerGroup.name)
    )
    tags = session.exec(select(CustomerTag.tag).where(CustomerTag.person_id == whose.key))
    return {
        "groups": list(groups),
        "tags": sorted(tags),
        "notes": _rows(session, CustomerNote, written, col(CustomerNote.person_id) == whose.key),
    }


@personal.gives("events")
def events(session: Session, whose: Whose) -> object:
    """What the log says of them and what it says they did."""
    about = (col(EventRecord.subject_kind) == "person") & (
        col(EventRecord.subject_id) == whose.person
    )
    columns = ("id", "name", "subject_kind", "subject_id", "at", "payload")
    by_them = col(EventRecord.actor_id) == whose.person
    return _rows(session, EventRecord, columns, or_(about, by_them), order_by="seq")


@personal.gives_files
def avatar(session: Session, whose: Whose) -> list[tuple[str, str]]:
    key = session.exec(select(Person.avatar).where(Person.id == whose.key)).first()
    return [("avatar.webp", key)] if key else []


@personal.forgets
def forget_consents(session: Session, whose: Whose) -> None:
    commands.forget_consents(session, whose.key, whose.email)


def _rows(
    session: Session, table: Any, columns: tuple[str, ...], where: Any, *, order_by: str = "id"
) -> list[Any]:
    rows = session.execute(
        select(*(getattr(table, name) for name in columns))
        .where(where)
        .order_by(getattr(table, order_by))
    )
    return [plain(dict(zip(columns, row, strict=True))) for row in rows]
