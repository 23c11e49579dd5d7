"""How a feature says what mail it writes: one function for each kind, collected like jobs."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from webapp.kit.values import Value
from webapp.runtime.joining import Joined

Read = Callable[..., Mapping[str, Any]]
"""``(session, **facts)`` gives what the templates show, as plain values."""
Sample = Callable[[Session], dict[str, Any] | None]
"""Finds the facts of the newest real subject, for a preview; None where there is none yet."""

_WORDS_OF_POST = {"to", "name", "about", "version", "locale", "useful_for"}


class MailKind(Value):
    """A kind of message. Its words are in ``templates/mail/<feature>/<name>.txt`` and ``.html``."""

    kind: str
    """``feature.name``."""
    read: Read
    title: str
    when: str
    """A sentence for staff: when it is sent."""
    sample: Sample
    needs: str
    """The permission of staff who may open such a message."""
    is_urgent: bool
    keeps: timedelta
    """How long a message is kept after it was sent or given up."""
    agreed_to: str = ""
    """The purpose (``marketing``) that its readers have to have agreed to, and can end by a link in
    it. Empty where the message belongs to what they asked for themselves."""

    @property
    def template(self) -> str:
        """The path of the templates, without the ending."""
        return f"mail/{self.kind.replace('.', '/')}"

    def __call__(self, session: Session, **facts: Any) -> Mapping[str, Any]:
        return self.read(session, **facts)

    def check(self, facts: Mapping[str, Any]) -> None:
        """Raise ``TypeError`` when these are not the facts it is made from."""
        inspect.signature(self.read).bind(None, **facts)


class Mails(Joined):
    """The kinds of mail of a feature, or of all of them."""

    def __init__(self, feature: str = "") -> None:
        self.feature = feature
        self._kinds: dict[str, MailKind] = {}

    def kind(
        self,
        name: str,
        *,
        title: str,
        when: str,
        sample: Sample,
        needs: str,
        is_urgent: bool = False,
        keeps: timedelta = timedelta(days=730),
        agreed_to: str = "",
    ) -> Callable[[Read], MailKind]:
        """Declare ``def name(session, **facts)`` as the one who reads what a message shows.

        It is called once, in a reading transaction of the job that sends. It may raise
        ``NotFound``: what the message was about is gone, and the message is cancelled.
        """

        def declare(read: Read) -> MailKind:
            taken = _WORDS_OF_POST & set(inspect.signature(read).parameters)
            if taken:
                raise TypeError(f"{name}: {sorted(taken)} are words of 'post'")
            full = f"{self.feature}.{name}"
            if full in self._kinds:
                raise ValueError(f"there are two kinds of mail called {full}")
            made = MailKind(full, read, title, when, sample, needs, is_urgent, keeps, agreed_to)
            self._kinds[full] = made
            return made

        return declare

    def include(self, others: "Mails") -> None:
        """Take over the kinds of a feature."""
        twice = self._kinds.keys() & others._kinds.keys()
        if twice:
            raise ValueError(f"there are two kinds of mail called {', '.join(sorted(twice))}")
        self._kinds.update(others._kinds)

    def find(self, kind: str) -> MailKind | None:
        self._joined()
        return self._kinds.get(kind)

    def __iter__(self) -> Iterator[MailKind]:
        self._joined()
        return iter(self._kinds.values())
