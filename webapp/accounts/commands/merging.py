"""Two accounts of one customer that become one."""

from typing import Any

from sqlmodel import Session, and_, col, func, insert, or_, select, update

from webapp.accounts.addresses import FIELDS
from webapp.accounts.commands.leaving import erase_at_once
from webapp.accounts.errors import CannotMerge
from webapp.accounts.events import CustomersMerged
from webapp.accounts.models import (
    AddressEntry,
    Consent,
    CustomerGroup,
    CustomerNote,
    CustomerTag,
    GroupMember,
    Person,
)
from webapp.accounts.words import MARKETING
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound
from webapp.runtime.events import emit
from webapp.runtime.personal import Whose

Changed = dict[str, list[Any]]


def merge_customers(session: Session, actor: Actor, kept: Person, gone: Person) -> None:
    """What is ``gone``'s is ``kept``'s from now on, and ``gone`` is erased with every sign-in,
    link, program and way in. Other features move their part when they hear ``CustomersMerged``.

    Of what both say, the kept one stays; a no to news outdoes a yes, which is never carried over to
    another mailbox. Raises ``CannotMerge``.
    """
    actor.must("customers:write")
    _must_be_mergeable(session, kept, gone)
    changed: Changed = {}
    for name, join in _PARTS:
        before, after = join(session, kept, gone)
        if before != after:
            changed[name] = [before, after]
    if gone.name and not kept.name:
        # What somebody is called stays out of the log, which outlives the account.
        kept.name, changed["name"] = gone.name, ["changed", "changed"]
        session.add(kept)
    session.flush()
    fact = CustomersMerged(kept.public_id, gone=gone.public_id, changed=changed)
    emit(session, fact, actor=actor)
    # What is known by the address of the one who goes, such as messages about orders, is the other
    # one's by now and forgotten with them: so it is not looked for.
    erase_at_once(session, actor, gone, Whose(gone.id or 0, gone.public_id, ""))


def _must_be_mergeable(session: Session, kept: Person, gone: Person) -> None:
    if kept.id == gone.id:
        raise Invalid("Choose another customer than this one.", field="other")
    for person in sorted((kept, gone), key=lambda one: one.id or 0):
        session.refresh(person, with_for_update=True)
        if person.role is not None:
            raise NotFound("There is no such customer.")
    if kept.erase_at is not None or gone.erase_at is not None:
        raise CannotMerge("One of them is about to be erased. Stop that first.", field="other")
    if gone.is_active and not kept.is_active:
        raise CannotMerge("Keep the account that is open, or open this one again.", field="other")
    if gone.is_verified and not kept.is_verified:
        # Anybody may have typed the other address: what was bought is not handed to them.
        raise CannotMerge("Keep the account whose address is confirmed.", field="other")


def _join_addresses(session: Session, kept: Person, gone: Person) -> tuple[int, int]:
    """The ones that are not there yet, word for word, each once: all of them, though the book may
    then hold more than ``MOST``. The kept one's own stay the first choice."""
    mine, theirs = (
        session.exec(
            select(AddressEntry)
            .where(AddressEntry.person_id == person.id)
            .order_by(col(AddressEntry.id))
        ).all()
        for person in (kept, gone)
    )
    known = {_written(entry) for entry in mine}
    coming: dict[tuple[str, ...], AddressEntry] = {}
    for entry in theirs:
        if _written(entry) in known:
            continue
        once = coming.setdefault(_written(entry), entry)
        once.is_delivery = not mine and (once.is_delivery or entry.is_delivery)
        once.is_invoice = not mine and (once.is_invoice or entry.is_invoice)
    for entry in coming.values():
        entry.person_id = kept.id or 0
        session.add(entry)
    return len(mine), len(mine) + len(coming)


def _written(entry: AddressEntry) -> tuple[str, ...]:
    return (entry.country, *(getattr(entry, name) for name in FIELDS))


def _join_notes(session: Session, kept: Person, gone: Person) -> tuple[int, int]:
    count = select(func.count()).select_from(CustomerNote).where(CustomerNote.person_id == kept.id)
    before = session.exec(count).one()
    session.execute(
        update(CustomerNote)
        .where(col(CustomerNote.person_id) == gone.id)
        .values(person_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    return before, session.exec(count).one()


def _join_tags(session: Session, kept: Person, gone: Person) -> tuple[list[str], list[str]]:
    mine, theirs = (
        set(session.exec(select(CustomerTag.tag).where(CustomerTag.person_id == person.id)))
        for person in (kept, gone)
    )
    rows = [{"person_id": kept.id, "tag": tag} for tag in sorted(theirs - mine)]
    if rows:
        session.execute(insert(CustomerTag), rows)
    return sorted(mine), sorted(mine | theirs)


def _join_groups(session: Session, kept: Person, gone: Person) -> tuple[list[str], list[str]]:
    mine, theirs = (
        dict(
            session.execute(
                select(CustomerGroup.id, CustomerGroup.name)
                .join(GroupMember, col(GroupMember.group_id) == col(CustomerGroup.id))
                .where(GroupMember.person_id == person.id)
            ).all()
        )
        for person in (kept, gone)
    )
    rows = [{"group_id": key, "person_id": kept.id} for key in sorted(theirs.keys() - mine.keys())]
    if rows:
        session.execute(insert(GroupMember), rows)
    return sorted(mine.values()), sorted((mine | theirs).values())


def _join_consents(session: Session, kept: Person, gone: Person) -> tuple[bool, bool]:
    """All that was said stays on record as theirs. Where the newest word would be a yes that the
    kept mailbox did not give, or that the other took back, a no is added."""
    mine, theirs = _said(session, kept), _said(session, gone)
    wanted = mine is True and theirs is not False
    session.execute(
        update(Consent)
        .where(_of(gone))
        .values(person_id=kept.id)
        .execution_options(synchronize_session=False)
    )
    if _said(session, kept) and not wanted:
        session.add(
            Consent(
                person_id=kept.id,
                email=kept.email,
                purpose=MARKETING,
                is_given=False,
                source="merge",
            )
        )
    return mine is True, wanted


def _said(session: Session, person: Person) -> bool | None:
    """Their newest word; None where they never said any."""
    return session.exec(
        select(Consent.is_given)
        .where(_of(person), Consent.purpose == MARKETING)
        .order_by(col(Consent.id).desc())
        .limit(1)
    ).first()


def _of(person: Person) -> Any:
    """What they said as themselves, or as a guest with the address that is theirs."""
    own = col(Consent.person_id) == person.id
    if not person.is_verified:
        return own
    as_guest = and_(
        col(Consent.person_id).is_(None), func.lower(col(Consent.email)) == person.email
    )
    return or_(own, as_guest)


_PARTS = (
    ("addresses", _join_addresses),
    ("notes", _join_notes),
    ("tags", _join_tags),
    ("groups", _join_groups),
    ("news", _join_consents),
)
"""Each gives what was and what is, for the record: numbers and words, no address and no note."""
