"""The address book: where somebody's things and bills usually go."""

from sqlmodel import Session, col, select, update

from webapp.accounts.addresses import FIELDS, Address
from webapp.accounts.errors import FullAddressBook, NoSuchAddress
from webapp.accounts.events import CustomerUpdated
from webapp.accounts.models import AddressEntry, Person
from webapp.accounts.queries import Member
from webapp.kit.clock import now
from webapp.runtime.events import emit

MOST = 20
"""So many may a person have when they add one. Merging two customers keeps all that both had."""


def add_address(
    session: Session,
    member: Member,
    address: Address,
    *,
    is_delivery: bool = False,
    is_invoice: bool = False,
) -> AddressEntry:
    """Keep another address; the first is for everything. One that is there already, word for word,
    is not kept twice. Raises ``FullAddressBook``."""
    # Two browsers of one person wait for one another here, or both would be the first.
    session.exec(select(Person.id).where(Person.id == member.key).with_for_update()).one()
    there = session.exec(
        select(AddressEntry)
        .where(AddressEntry.person_id == member.key)
        .order_by(col(AddressEntry.id))
    ).all()
    same = next((one for one in there if _address(one) == address), None)
    if same is None and len(there) >= MOST:
        extra = len(there) - MOST + 1
        raise FullAddressBook(
            f"An address book holds {MOST} addresses. "
            f"Remove {'one' if extra == 1 else f'{extra} of your {len(there)}'} first."
        )
    entry = same or AddressEntry(person_id=member.key, country=address.country)
    _write(entry, address)
    session.add(entry)
    session.flush()
    _prefer(
        session, entry, is_delivery=is_delivery or not there, is_invoice=is_invoice or not there
    )
    emit(session, CustomerUpdated(member.person, ("addresses",)), actor=member.actor)
    return entry


def change_address(
    session: Session,
    member: Member,
    public_id: str,
    address: Address,
    *,
    is_delivery: bool = False,
    is_invoice: bool = False,
) -> None:
    """Write it anew. Orders that were placed with it keep what it was. Raises ``NoSuchAddress``
    for anybody else's."""
    entry = address_by(session, member, public_id)
    _write(entry, address)
    entry.updated_at = now()
    session.add(entry)
    session.flush()
    _prefer(session, entry, is_delivery=is_delivery, is_invoice=is_invoice)
    emit(session, CustomerUpdated(member.person, ("addresses",)), actor=member.actor)


def remove_address(session: Session, member: Member, public_id: str) -> None:
    """Forget it; what it was preferred for goes to the oldest that is left."""
    entry = address_by(session, member, public_id)
    session.delete(entry)
    session.flush()
    left = session.exec(
        select(AddressEntry)
        .where(AddressEntry.person_id == member.key)
        .order_by(col(AddressEntry.id))
        .limit(1)
    ).first()
    if left is not None and (entry.is_delivery or entry.is_invoice):
        left.is_delivery = left.is_delivery or entry.is_delivery
        left.is_invoice = left.is_invoice or entry.is_invoice
        session.add(left)
    emit(session, CustomerUpdated(member.person, ("addresses",)), actor=member.actor)


def address_by(session: Session, member: Member, public_id: str) -> AddressEntry:
    """One of somebody's own. Anybody else's is not found, like one that never was."""
    entry = session.exec(
        select(AddressEntry).where(
            AddressEntry.public_id == public_id, AddressEntry.person_id == member.key
        )
    ).one_or_none()
    if entry is None:
        raise NoSuchAddress("There is no such address in your address book.")
    return entry


def _address(entry: AddressEntry) -> Address:
    return Address(entry.country, **{name: getattr(entry, name) for name in FIELDS})


def _write(entry: AddressEntry, address: Address) -> None:
    entry.country = address.country
    for name in FIELDS:
        setattr(entry, name, getattr(address, name))


def _prefer(session: Session, entry: AddressEntry, *, is_delivery: bool, is_invoice: bool) -> None:
    """Make it the one to begin with. That is never taken from an address, only given to another."""
    for name, is_wanted in (("is_delivery", is_delivery), ("is_invoice", is_invoice)):
        if is_wanted:
            column = getattr(AddressEntry, name)
            session.execute(
                update(AddressEntry)
                .where(col(AddressEntry.person_id) == entry.person_id)
                .values({column: col(AddressEntry.id) == entry.id})
            )
            session.refresh(entry)
