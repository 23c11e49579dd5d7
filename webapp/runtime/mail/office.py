"""What writing and sending needs, put together once by whoever starts the process."""

from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from webapp.kit.errors import Invalid
from webapp.kit.values import Value, replace
from webapp.runtime.links import Links
from webapp.runtime.mail.declaring import MailKind, Mails
from webapp.runtime.mail.envelope import Mailbox, NoAddress, mailbox, named_mailbox
from webapp.runtime.mail.letters import OURS, Draft, Letter, Letterhead, LetterPress, Sources
from webapp.runtime.mail.silence import Silence
from webapp.runtime.mail.smtp import MailServer, mail_server
from webapp.runtime.mail.way_out import PREVIEW, way_out
from webapp.settings import Settings

HeadOf = Callable[[Session], Letterhead]
SourcesOf = Callable[[Session, str], Sources]
"""``(session, kind)``: what staff wrote in place of our words."""
Agreed = Callable[[Session, str, str], bool]
"""``(session, purpose, address)``: whether whoever reads there agreed to mail of that purpose."""


def our_words(_session: Session, _kind: str) -> Sources:
    return OURS


def nobody_agreed(_session: Session, _purpose: str, _address: str) -> bool:
    return False


class Sender(Value):
    """Whom a message is from, and where an answer goes if not there."""

    mailbox: Mailbox
    reply_to: Mailbox | None


class PostOffice:
    """The shop's mail: which kinds there are, how they are written, and who carries them."""

    def __init__(
        self,
        settings: Settings,
        links: Links,
        mails: Mails,
        head_of: HeadOf,
        sources_of: SourcesOf = our_words,
        agreed: Agreed = nobody_agreed,
    ) -> None:
        """Raises ``Invalid`` for settings that name no mail server or no address."""
        self.mails = mails
        self.links = links
        self.server: MailServer | None = mail_server(settings.smtp_url)
        self.silence = Silence()
        self.press = LetterPress(settings.templates_dir, links)
        self._from = _setting("VITRINE_MAIL_FROM", settings.mail_from)
        self._reply_to = _setting("VITRINE_REPLY_TO", settings.reply_to)
        self._head_of = head_of
        self._sources_of = sources_of
        self._agreed = agreed

    @property
    def can_send(self) -> bool:
        """Whether there is a mail server at all; else messages are kept in the outbox."""
        return self.server is not None

    def is_wanted(self, session: Session, kind: str, address: str) -> bool:
        """Whether a message of this kind may go there now: it belongs to what its reader asked for,
        or they agreed to such mail and have not taken that back."""
        found = self.mails.find(kind)
        if found is None or not found.agreed_to:
            return True
        return self._agreed(session, found.agreed_to, address)

    def way_out(self, kind: str, message: str) -> str:
        """Where the reader of this message ends its sort; empty where there is nothing to end."""
        found = self.mails.find(kind)
        return way_out(self.links, message) if found is not None and found.agreed_to else ""

    def letterhead(self, session: Session) -> Letterhead:
        return self._head_of(session)

    def draft(
        self,
        session: Session,
        kind: MailKind,
        facts: dict[str, Any],
        locale: str = "",
        sources: Sources | None = None,
        message: str = PREVIEW,
    ) -> Draft:
        """Read what a message shows. ``sources`` for words that are only being tried out."""
        head = self._head_of(session)
        if locale:
            head = replace(head, manners=replace(head.manners, locale=locale))
        if sources is None:
            sources = self._sources_of(session, kind.kind)
        values = dict(kind(session, **facts))
        end = self.way_out(kind.kind, message)
        return Draft(kind, values, head, head.manners.locale, sources, end)

    def render(
        self,
        session: Session,
        kind: MailKind,
        facts: dict[str, Any],
        locale: str = "",
        sources: Sources | None = None,
    ) -> Letter:
        """The message in words, for a preview. The job that sends reads a ``draft`` and writes it
        after its transaction."""
        return self.press.write(self.draft(session, kind, facts, locale, sources))

    def sender(self, head: Letterhead) -> Sender | None:
        """The operator's address, else the merchant's; None where neither is set."""
        own = None
        if head.email:
            try:
                own = mailbox(head.email, head.name)
            except NoAddress:
                own = None
        if self._from is None:
            return Sender(own, self._reply_to) if own else None
        named = self._from if self._from.name else replace(self._from, name=head.name)
        differs = own is not None and own.address != named.address
        return Sender(named, self._reply_to or (own if differs else None))


def _setting(name: str, value: str) -> Mailbox | None:
    if not value:
        return None
    try:
        return named_mailbox(value)
    except NoAddress as error:
        raise Invalid(f"{name}: {error}") from None
