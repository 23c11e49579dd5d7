"""What staff keep of customers: groups, tags, notes, and whether they may come in."""

from collections.abc import Collection

from sqlmodel import Session, col, delete, func, insert, select

from webapp.accounts.commands.checking import normalised_email
from webapp.accounts.commands.linking import Invitation, hand_link, promise_link
from webapp.accounts.commands.signing_in import sign_out_everywhere
from webapp.accounts.errors import AlreadyRegistered, NameTaken
from webapp.accounts.events import (
    CustomerClosed,
    CustomerCreated,
    CustomerKept,
    CustomerNoted,
    CustomerOpened,
    CustomerUpdated,
    GroupChanged,
)
from webapp.accounts.links import LinkPurpose
from webapp.accounts.models import (
    CustomerGroup,
    CustomerNote,
    CustomerTag,
    GroupMember,
    Person,
)
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid, NotFound, Refused
from webapp.runtime.events import emit

GROUPS_KEPT = 100
TAGS_KEPT = 30
LONGEST_TAG = 40
LONGEST_NOTE = 2000


def add_group(session: Session, actor: Actor, name: str) -> CustomerGroup:
    actor.must("customers:write")
    name = _free_name(session, name)
    if session.exec(select(func.count()).select_from(CustomerGroup)).one() >= GROUPS_KEPT:
        raise Refused(f"A shop has at most {GROUPS_KEPT} groups.", field="name")
    group = CustomerGroup(name=name, folded=name.casefold())
    session.add(group)
    session.flush()
    emit(session, GroupChanged(group.public_id, {"name": [None, name]}), actor=actor)
    return group


def rename_group(session: Session, actor: Actor, group: CustomerGroup, name: str) -> None:
    actor.must("customers:write")
    before = group.name
    name = _free_name(session, name, but=group.id)
    if name == before:
        return
    group.name, group.folded = name, name.casefold()
    session.add(group)
    session.flush()
    emit(session, GroupChanged(group.public_id, {"name": [before, name]}), actor=actor)


def delete_group(session: Session, actor: Actor, group: CustomerGroup) -> None:
    """Its customers stay; they belong to one group less."""
    actor.must("customers:write")
    gone = GroupChanged(group.public_id, {"name": [group.name, None]})
    session.exec(delete(GroupMember).where(col(GroupMember.group_id) == group.id))
    session.delete(group)
    session.flush()
    emit(session, gone, actor=actor)


def group_customer(session: Session, actor: Actor, person: Person, groups: Collection[str]) -> None:
    """They belong to these groups (public ids) and no others."""
    actor.must("customers:write")
    _must_be_customer(session, person)
    wanted = dict(
        session.execute(
            select(CustomerGroup.id, CustomerGroup.name).where(
                col(CustomerGroup.public_id).in_(groups)
            )
        ).all()
    )
    if len(wanted) != len(set(groups)):
        raise Invalid("One of these groups is gone. Choose again.", field="groups")
    had = dict(
        session.execute(
            select(CustomerGroup.id, CustomerGroup.name)
            .join(GroupMember, col(GroupMember.group_id) == col(CustomerGroup.id))
            .where(GroupMember.person_id == person.id)
        ).all()
    )
    if had.keys() == wanted.keys():
        return
    session.exec(delete(GroupMember).where(col(GroupMember.person_id) == person.id))
    if wanted:
        rows = [{"group_id": key, "person_id": person.id} for key in wanted]
        session.execute(insert(GroupMember), rows)
    session.flush()
    changed: dict[str, list[object]] = {"groups": [sorted(had.values()), sorted(wanted.values())]}
    emit(session, CustomerKept(person.public_id, changed), actor=actor)


def tag_customer(session: Session, actor: Actor, person: Person, tags: Collection[str]) -> None:
    """They have these tags and no others. Capitals and outer blanks say nothing."""
    actor.must("customers:write")
    _must_be_customer(session, person)
    wanted = sorted({" ".join(tag.split()).casefold() for tag in tags} - {""})
    if len(wanted) > TAGS_KEPT:
        raise Invalid(f"Put at most {TAGS_KEPT} tags to somebody.", field="tags")
    if any(len(tag) > LONGEST_TAG for tag in wanted):
        raise Invalid(f"A tag has at most {LONGEST_TAG} characters.", field="tags")
    had = sorted(
        session.exec(select(CustomerTag.tag).where(CustomerTag.person_id == person.id)).all()
    )
    if had == wanted:
        return
    session.exec(delete(CustomerTag).where(col(CustomerTag.person_id) == person.id))
    if wanted:
        rows = [{"person_id": person.id, "tag": tag} for tag in wanted]
        session.execute(insert(CustomerTag), rows)
    session.flush()
    emit(session, CustomerKept(person.public_id, {"tags": [had, wanted]}), actor=actor)


def note_customer(session: Session, actor: Actor, person: Person, text: str) -> CustomerNote:
    """Write something down for colleagues. The same note sent twice in a row is one note."""
    actor.must("customers:write")
    _must_be_customer(session, person)
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise Invalid(f"Write a note of at most {LONGEST_NOTE:,} characters.", field="note")
    latest = session.exec(
        select(CustomerNote)
        .where(CustomerNote.person_id == person.id)
        .order_by(col(CustomerNote.id).desc())
        .limit(1)
    ).one_or_none()
    if latest is not None and latest.text == text and latest.author_id == actor.id:
        return latest
    if person.id is None:
        raise ValueError("the person has not been stored yet")
    note = CustomerNote(
        person_id=person.id,
        author_id=actor.id,
        author=actor.name,
        text=text,
    )
    session.add(note)
    session.flush()
    emit(session, CustomerNoted(person.public_id, note.public_id), actor=actor)
    return note


def forget_note(session: Session, actor: Actor, person: Person, note_id: str) -> None:
    """Take a note back: one's own, or anybody's for who may let staff in and out."""
    actor.must("customers:write")
    note = session.exec(
        select(CustomerNote).where(
            CustomerNote.person_id == person.id, CustomerNote.public_id == note_id
        )
    ).one_or_none()
    if note is None:
        raise NotFound("That note is gone already.")
    if note.author_id != actor.id:
        actor.must("staff:write")
    session.delete(note)
    session.flush()
    emit(session, CustomerNoted(person.public_id, note_id, is_gone=True), actor=actor)


def add_customer(session: Session, actor: Actor, *, email: str, name: str = "") -> Person:
    """A new customer without a password: they choose one by a link (``welcome_customer``, or
    ``hand_customer_link``). Raises ``AlreadyRegistered``."""
    actor.must("customers:write")
    address = normalised_email(email)
    if session.exec(select(Person.id).where(Person.email == address)).first() is not None:
        raise AlreadyRegistered("There is an account with that address.", field="email")
    person = Person(email=address, name=name, password_hash="")
    session.add(person)
    session.flush()
    emit(session, CustomerCreated(person.public_id), actor=actor)
    return person


def welcome_customer(session: Session, actor: Actor, person: Person) -> Invitation:
    """Mail them the link by which they choose their first password."""
    actor.must("customers:write")
    _must_be_unclaimed(session, person)
    return Invitation(promise_link(session, person, LinkPurpose.welcome, by=actor).expires_at)


def hand_customer_link(session: Session, actor: Actor, person: Person) -> Invitation:
    """The same where no mail can be sent: whoever asks is told the link. It shows nothing of the
    mailbox, so nothing that was bought with the address as a guest comes along."""
    actor.must("customers:write")
    _must_be_unclaimed(session, person)
    return hand_link(session, actor, person, LinkPurpose.handed_customer)


def rename_customer(session: Session, actor: Actor, person: Person, name: str) -> None:
    actor.must("customers:write")
    _must_be_customer(session, person)
    if name == person.name:
        return
    person.name = name
    session.add(person)
    session.flush()
    emit(session, CustomerUpdated(person.public_id, changed=("name",)), actor=actor)


def close_customer(session: Session, actor: Actor, person: Person) -> None:
    """They are signed out and come in no more until it is opened again. Twice is once."""
    actor.must("customers:write")
    _must_be_customer(session, person)
    if not person.is_active:
        return
    person.is_active = False
    session.add(person)
    session.flush()
    sign_out_everywhere(session, person, actor)
    emit(session, CustomerClosed(person.public_id), actor=actor)


def open_customer(session: Session, actor: Actor, person: Person) -> None:
    """Let them in again, with the password they had. Twice is once."""
    actor.must("customers:write")
    _must_be_customer(session, person)
    if person.is_active:
        return
    person.is_active = True
    session.add(person)
    session.flush()
    emit(session, CustomerOpened(person.public_id), actor=actor)


def help_customer(session: Session, actor: Actor, person: Person, purpose: LinkPurpose) -> None:
    """Mail them a link to a new password, or to confirm their address; staff do not see it."""
    actor.must("customers:write")
    _must_be_customer(session, person)
    if purpose not in (LinkPurpose.reset, LinkPurpose.verify):
        raise Invalid("That is not mailed to customers.", field="purpose")
    _must_be_open(person)
    if purpose is LinkPurpose.verify and person.is_verified:
        raise Refused("The address is confirmed already.")
    if purpose is LinkPurpose.reset and not (person.password_hash or person.is_verified):
        purpose = LinkPurpose.welcome
    promise_link(session, person, purpose, by=actor)


def hand_customer_password(session: Session, actor: Actor, person: Person) -> Invitation:
    """A link to a new password where no mail can be sent: whoever asks is told it, hands it over
    and answers for whom. It is on record, for them as well, and shows nothing of the mailbox."""
    actor.must("customers:write")
    _must_be_customer(session, person)
    _must_be_open(person)
    return hand_link(session, actor, person, LinkPurpose.handed_customer)


def sign_customer_out(session: Session, actor: Actor, person: Person) -> int:
    """End every browser of theirs; gives their number."""
    actor.must("customers:write")
    _must_be_customer(session, person)
    return sign_out_everywhere(session, person, actor)


def _must_be_customer(session: Session, person: Person) -> None:
    """Staff are the business of those who let staff in and out. Locks the row: two colleagues
    that tag somebody at once leave what the second of them saw."""
    session.refresh(person, with_for_update=True)
    if person.role is not None:
        raise NotFound("There is no such customer.")


def _must_be_open(person: Person) -> None:
    if not person.is_active:
        raise Refused("The account is closed. Open it again first.")


def _must_be_unclaimed(session: Session, person: Person) -> None:
    """Where somebody has come in already, they are not welcomed again."""
    _must_be_customer(session, person)
    if person.password_hash or person.is_verified:
        raise Refused("They have an account that is theirs. Mail them a link to a new password.")


def _free_name(session: Session, name: str, *, but: int | None = None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > 60:
        raise Invalid("Give the group a name of at most 60 characters.", field="name")
    taken = select(CustomerGroup.id).where(
        CustomerGroup.folded == name.casefold(), col(CustomerGroup.id) != (but or 0)
    )
    if session.exec(taken).first() is not None:
        raise NameTaken("There is a group of that name already.", field="name")
    return name
