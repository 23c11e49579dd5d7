"""The shop's own words in place of ours, for each kind of message.

Only what differs from ours is kept, so that what staff never touched follows a newer version.
"""

import re
from datetime import datetime
from typing import Any

from jinja2 import TemplateSyntaxError
from sqlalchemy import Text
from sqlmodel import Field, Session, SQLModel, select

from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import Invalid
from webapp.kit.text import excerpt
from webapp.runtime.columns import utc_field
from webapp.runtime.events import emit
from webapp.runtime.mail.declaring import MailKind
from webapp.runtime.mail.events import MailWordingChanged
from webapp.runtime.mail.letters import OURS, LetterPress, Sources

LONGEST = {"subject": 300, "text": 20_000, "html": 60_000}
"""Characters of template source, by part."""

_RUNS = re.compile(r"<\s*script|<[^>{]*\son\w+\s*=|javascript:", re.IGNORECASE)
"""What mail programs take out, and spam filters hold against the sender."""

_TOLD = 200
_NAMES = {"subject": "The subject", "text": "The plain text", "html": "The HTML"}


class BadWords(Invalid):
    """These words cannot be used as a template. The fact ``field`` names the part."""

    title = "These words do not work"


class MailWording(SQLModel, table=True):
    """What staff wrote for one kind of message; null where ours is used."""

    __tablename__ = "mail_wordings"

    kind: str = Field(primary_key=True, max_length=80)
    subject: str | None = Field(default=None, sa_type=Text)
    text: str | None = Field(default=None, sa_type=Text)
    html: str | None = Field(default=None, sa_type=Text)
    changed_at: datetime = utc_field(default_factory=now)


def sources_of(session: Session, kind: str) -> Sources:
    """The shop's own words for a kind (``feature.name``), in one statement."""
    row = session.exec(
        select(MailWording.subject, MailWording.text, MailWording.html).where(
            MailWording.kind == kind
        )
    ).one_or_none()
    return Sources(*row) if row else OURS


def reworded_kinds(session: Session) -> dict[str, datetime]:
    """The kinds that have words of the shop's own, and since when."""
    rows = session.exec(select(MailWording.kind, MailWording.changed_at))
    return {kind: changed_at for kind, changed_at in rows}  # noqa: C416 (rows are no pairs to dict)


def own_words(press: LetterPress, kind: MailKind, typed: Sources) -> Sources:
    """What of ``typed`` differs from ours, with the line ends of templates.

    Raises ``BadWords`` for what is no template or too long.
    """
    ours = press.sources(kind)
    own = {
        part: _own(getattr(ours, part) or "", getattr(typed, part))
        for part in ("subject", "text", "html")
    }
    for part, source in own.items():
        if source is None:
            continue
        if not source.strip():
            raise BadWords(f"{_NAMES[part]} cannot be empty.", field=part)
        if len(source) > LONGEST[part]:
            raise BadWords(f"Use at most {LONGEST[part]:,} characters.", field=part)
        if part == "html" and _RUNS.search(source):
            raise BadWords("Mail runs no scripts: take the script out.", field=part)
        try:
            press.parse(source)
        except TemplateSyntaxError as error:
            raise BadWords(f"Line {error.lineno}: {error.message}", field=part) from None
    return Sources(**own)


def reword(
    session: Session, actor: Actor, press: LetterPress, kind: MailKind, typed: Sources
) -> Sources:
    """From now on messages of this kind say ``typed``; those already written stay as they are.

    Parts equal to ours are ours again. Raises ``BadWords``; whether the words go with real data
    is the caller's to try before (``PostOffice.render``), outside of this transaction.
    """
    actor.must("mail:write")
    own = own_words(press, kind, typed)
    before = sources_of(session, kind.kind)
    if own == before:
        return own
    row = session.get(MailWording, kind.kind)
    if own == OURS:
        if row is not None:
            session.delete(row)
    else:
        row = row or MailWording(kind=kind.kind)
        row.subject, row.text, row.html = own.subject, own.text, own.html
        row.changed_at = now()
        session.add(row)
    session.flush()
    fact = MailWordingChanged(kind.kind, _differences(before, own))
    emit(session, fact, actor=actor)
    return own


def put_ours_back(session: Session, actor: Actor, press: LetterPress, kind: MailKind) -> None:
    """Messages of this kind say what they said when the shop was new."""
    reword(session, actor, press, kind, press.sources(kind))


def _own(ours: str, typed: str | None) -> str | None:
    if typed is None:
        return None
    source = typed.replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    return None if source == ours.strip("\n") else source


def _differences(before: Sources, after: Sources) -> dict[str, list[Any]]:
    parts = ("subject", "text", "html")
    return {
        part: [_told(getattr(before, part)), _told(getattr(after, part))]
        for part in parts
        if getattr(before, part) != getattr(after, part)
    }


def _told(source: str | None) -> str:
    return "as Vitrine has it" if source is None else excerpt(source, _TOLD)
