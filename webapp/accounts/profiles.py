"""What people told us about themselves, and what becomes of it: copies, and leaving."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, and_, case, col, func, or_, select

from webapp.accounts.addresses import FIELDS, Address
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import (
    AddressEntry,
    Consent,
    DataExport,
    ExportState,
    MailedLink,
    Person,
)
from webapp.accounts.queries import whose
from webapp.kit.clock import now
from webapp.kit.values import Value
from webapp.runtime.personal import Whose


def to_be_erased(session: Session) -> list[str]:
    """The public ids of those whose time to think it over has passed."""
    due = select(Person.public_id).where(col(Person.erase_at) <= now()).order_by(col(Person.id))
    return list(session.exec(due))


def whose_export(session: Session, public_id: str) -> Whose | None:
    """Whose copy is to be made; None when they or it are gone."""
    person = session.exec(
        select(Person)
        .join(DataExport, col(DataExport.person_id) == col(Person.id))
        .where(DataExport.public_id == public_id)
    ).one_or_none()
    return whose(person) if person is not None else None


class ExportRow(Value):
    """A copy of somebody's data as they see it in their list."""

    public_id: str
    state: ExportState
    job: str
    size_bytes: int
    asked_at: datetime
    expires_at: datetime | None
    storage_key: str


def exports(session: Session, person_key: int) -> list[ExportRow]:
    """The copies that somebody asked for and that are not yet swept, newest first."""
    rows = session.exec(
        select(  # type: ignore[call-overload]
            DataExport.public_id,
            DataExport.state,
            DataExport.job,
            DataExport.size_bytes,
            DataExport.asked_at,
            DataExport.expires_at,
            DataExport.storage_key,
        )
        .where(DataExport.person_id == person_key, col(DataExport.expires_at) > now())
        .order_by(col(DataExport.id).desc())
    )
    return [ExportRow(*row) for row in rows]


def erase_at(session: Session, person_key: int) -> datetime | None:
    """When somebody's account is to be erased, if it is."""
    return session.exec(select(Person.erase_at).where(Person.id == person_key)).first()


class SavedAddress(Value):
    """An address of the address book."""

    public_id: str
    address: Address
    is_delivery: bool
    is_invoice: bool


def address_book(session: Session, person_key: int) -> list[SavedAddress]:
    """Somebody's addresses: those that checkout begins with first."""
    rows = session.exec(
        select(AddressEntry)
        .where(AddressEntry.person_id == person_key)
        .order_by(
            col(AddressEntry.is_delivery).desc(),
            col(AddressEntry.is_invoice).desc(),
            col(AddressEntry.id),
        )
    )
    return [
        SavedAddress(
            row.public_id,
            Address(row.country, **{name: getattr(row, name) for name in FIELDS}),
            row.is_delivery,
            row.is_invoice,
        )
        for row in rows
    ]


class ProfileView(Value):
    """What somebody told about themselves, and the address that waits to be confirmed."""

    name: str
    username: str
    email: str
    locale: str
    time_zone: str
    avatar: str
    erase_at: datetime | None
    is_verified: bool


def profile(session: Session, person_key: int) -> ProfileView:
    row = session.exec(
        select(  # type: ignore[call-overload]
            Person.name,
            Person.username,
            Person.email,
            Person.locale,
            Person.time_zone,
            Person.avatar,
            Person.erase_at,
            col(Person.email_verified_at).is_not(None),
        ).where(Person.id == person_key)
    ).one()
    return ProfileView(row[0], row[1] or "", *row[2:])


def email_to_come(session: Session, person_key: int) -> str:
    """The address that somebody asked for and that is not confirmed yet; empty for none."""
    found = session.exec(
        select(MailedLink.new_email)
        .where(
            MailedLink.person_id == person_key,
            MailedLink.purpose == LinkPurpose.new_email,
            col(MailedLink.expires_at) > now(),
        )
        .order_by(col(MailedLink.id).desc())
        .limit(1)
    ).first()
    return found if found and found != _email(session, person_key) else ""


def _email(session: Session, person_key: int) -> str:
    return session.exec(select(Person.email).where(Person.id == person_key)).one()


class ConsentView(Value):
    """What somebody said last about our news."""

    is_given: bool
    at: datetime
    source: str
    wording: str


def consent_of(session: Session, person_key: int) -> ConsentView | None:
    """None: they never said anything, which is no."""
    row = session.exec(
        select(Consent.is_given, Consent.at, Consent.source, Consent.wording)
        .where(Consent.person_id == person_key)
        .order_by(col(Consent.id).desc())
        .limit(1)
    ).first()
    return ConsentView(*row) if row else None


def agreed(session: Session, purpose: str, address: str) -> bool:
    """Whether whoever reads there wants to be written to. Who never said anything does not."""
    return bool(who_agreed(session, purpose, [address]))


def who_agreed(session: Session, purpose: str, addresses: Collection[str]) -> set[str]:
    """Those of the addresses (any capitals) whose reader agreed, in lower case. The newest word
    counts: of whoever has the address for their account, or gave it as a guest. One statement."""
    wanted = {address.lower() for address in addresses}
    given_as = func.lower(col(Consent.email))
    is_guest = col(Consent.person_id).is_(None)
    rows = session.execute(
        select(case((is_guest, given_as), else_=col(Person.email)), Consent.is_given)
        .outerjoin(Person, col(Person.id) == col(Consent.person_id))
        .where(
            Consent.purpose == purpose,
            or_(and_(is_guest, given_as.in_(wanted)), col(Person.email).in_(wanted)),
        )
        .order_by(col(Consent.id))
    )
    newest = {address: is_given for address, is_given in rows}  # noqa: C416 (rows are no pairs to dict)
    return {address for address, is_given in newest.items() if is_given}


def avatar_of(session: Session, key: str) -> int | None:
    """Whose picture lies there."""
    return session.exec(select(Person.id).where(Person.avatar == key)).first()
