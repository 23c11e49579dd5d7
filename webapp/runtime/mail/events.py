"""What staff should hear of: mail that did not arrive, and a server that does not take ours."""

from typing import Any, ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event


class MailBounced(Event):
    """A message was given up. ``mail`` is its public id; the words of the server say why."""

    name: ClassVar[str] = "mail.bounced"
    mail: str
    kind: str
    code: int | None
    answer: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("mail", self.mail)


class MailServerRefused(Event):
    """The mail server takes nothing from us: password, sender address or certificate is wrong, or
    it has not answered for a while.

    Stated once a day at most, while messages wait.
    """

    name: ClassVar[str] = "mail_server.refused"
    host: str
    code: int | None
    answer: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("mail_server", self.host)


class MailWordingChanged(Event):
    """Messages of a kind say something else from now on; ``changed`` by part, shortened."""

    name: ClassVar[str] = "mail_wording.changed"
    kind: str
    changed: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def subject(self) -> tuple[str, str]:
        return ("mail_wording", self.kind)
