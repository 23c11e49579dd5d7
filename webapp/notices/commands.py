"""Telling staff, once for all of them; reading; choosing how to be told."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select, update
from sqlmodel import Session, SQLModel, col

from webapp.accounts.models import Person
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid, NotFound
from webapp.kit.ids import public_id as new_public_id
from webapp.notices.kinds import KINDS, Told, told_of
from webapp.notices.models import Notice, NoticeChoice, Way
from webapp.runtime.events import Event
from webapp.runtime.upserting import upsert

KEPT_FOR = timedelta(days=60)
ROWS_AT_ONCE = 50
"""A multi-row insert has some fourteen parameters a row, and databases count them."""

_tables = SQLModel.metadata.tables


def tell(session: Session, facts: Sequence[Event]) -> bool:
    """Note for staff what concerns them of ``facts``: one statement however many they are, and
    however many the staff. Gives whether somebody wants a mail about any of it at once."""
    at = now()
    folded: dict[str, tuple[Told, int]] = {}
    for fact in facts:
        told = told_of(fact, at)
        if told is not None:
            first, count = folded.get(told.key, (told, 0))
            folded[told.key] = (first, count + 1)
    # In the order of their keys, so that two transactions never wait for each other in a ring.
    some = [folded[key] for key in sorted(folded)]
    due = [
        _write(session, some[start : start + ROWS_AT_ONCE], at)
        for start in range(0, len(some), ROWS_AT_ONCE)
    ]
    return any(due)


def mark_read(session: Session, actor: Actor, public_id: str) -> Notice:
    """This person has read it, as far as it goes by now. Raises ``NotFound`` for what is none of
    their business."""
    notice = session.scalars(select(Notice).where(col(Notice.public_id) == public_id)).first()
    if notice is None or not actor.may(notice.needs):
        raise NotFound("There is no such notice, or not any more.")
    row = {"person_id": _key(session, actor), "notice_id": notice.id, "count": notice.count}
    adding = upsert(session, _tables["notices_seen"]).values(row)
    session.execute(
        adding.on_conflict_do_update(
            index_elements=["person_id", "notice_id"], set_={"count": adding.excluded.count}
        )
    )
    return notice


def mark_all_read(session: Session, actor: Actor, *, until: datetime | None = None) -> None:
    """This person has read all that happened until then (or now): what came after they looked
    stays unread."""
    moment = min(until or now(), now())
    row = {"person_id": _key(session, actor), "read_until": moment}
    adding = upsert(session, _tables["notice_readers"]).values(row)
    session.execute(
        adding.on_conflict_do_update(
            index_elements=["person_id"],
            set_={"read_until": adding.excluded.read_until},
            where=_tables["notice_readers"].c.read_until < adding.excluded.read_until,
        )
    )


def choose(session: Session, actor: Actor, ways: Mapping[str, str]) -> None:
    """How this person wants to hear of each kind; a kind that is left out stays as it is."""
    person = _key(session, actor)
    open_to = {kind.code for kind in KINDS if actor.may(kind.needs)}
    for kind, way in ways.items():
        if kind not in open_to or way not in set(Way):
            raise Invalid("Choose one of these.", field=kind)
        held = session.get(NoticeChoice, (person, kind))
        if held is not None and held.way == way:
            continue
        if held is None:
            held = NoticeChoice(person_id=person, kind=kind, way=Way(way))
        held.way = Way(way)
        held.told_until = now()
        session.add(held)
    session.flush()


def forget(session: Session, before: datetime) -> int:
    """Drop notices of which nothing was heard since; gives their number."""
    dropped = session.execute(delete(Notice).where(col(Notice.last_at) < before))
    return int(dropped.rowcount)  # type: ignore[attr-defined]


def note_told(session: Session, person_id: int) -> None:
    """The daily mail has what happened to this person's kinds until now."""
    session.execute(
        update(NoticeChoice)
        .where(col(NoticeChoice.person_id) == person_id, col(NoticeChoice.way) == Way.digest)
        .values(told_until=now())
    )


def take_due(session: Session) -> list[Notice]:
    """The notices about which mail is to be written now; nobody else takes them meanwhile."""
    due = session.scalars(
        select(Notice)
        .where(col(Notice.is_mail_due).is_(True))
        .order_by(col(Notice.id))
        .limit(200)
        .with_for_update(skip_locked=True)
    ).all()
    if due:
        keys = [notice.id for notice in due]
        session.execute(update(Notice).where(col(Notice.id).in_(keys)).values(is_mail_due=False))
    return list(due)


def _write(session: Session, some: Sequence[tuple[Told, int]], at: datetime) -> bool:
    """One statement: new notices, or the count of those that are there."""
    table = _tables["notices"]
    wanted = {
        kind.code: exists().where(
            col(NoticeChoice.kind) == kind.code, col(NoticeChoice.way) == Way.mail
        )
        for kind in {told.kind for told, _ in some}
    }
    rows = [
        {
            "public_id": new_public_id("ntc"),
            "kind": told.kind.code,
            "event": told.event,
            "needs": told.kind.needs,
            "live_key": told.key,
            "subject_id": told.subject_id,
            "facts": told.facts,
            "count": count,
            "is_mail_due": wanted[told.kind.code],
            "created_at": at,
            "last_at": at,
        }
        for told, count in some
    ]
    # The statement of a single row stays compiled; one of several is put together each time.
    adding = upsert(session, table).values(rows if len(rows) > 1 else rows[0])
    statement = adding.on_conflict_do_update(
        index_elements=["live_key"],
        set_={
            "count": table.c.count + adding.excluded.count,
            "last_at": adding.excluded.last_at,
            "is_mail_due": adding.excluded.is_mail_due,
        },
    ).returning(table.c.is_mail_due)
    return any(session.execute(statement).scalars())


def _key(session: Session, actor: Actor) -> int:
    key = session.scalar(select(col(Person.id)).where(col(Person.public_id) == actor.id))
    if key is None:
        raise NotFound("Only people have notices.")
    return int(key)
