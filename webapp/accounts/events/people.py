"""Facts about people: who came, who left, what is kept of them."""

from datetime import datetime
from typing import Any, ClassVar

from webapp.runtime.events import Event, plain


class PersonEvent(Event):
    """Something about one person."""

    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {}


class StaffAdded(PersonEvent):
    name: ClassVar[str] = "staff.added"
    role: str

    def payload(self) -> dict[str, Any]:
        return {"role": self.role, "changed": {"role": [None, self.role]}}


class StaffChanged(PersonEvent):
    name: ClassVar[str] = "staff.changed"
    changed: dict[str, list[Any]]

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}


class RoleChanged(Event):
    """A role of the shop's own came, went or may do other things; ``changed``: [before, after]."""

    name: ClassVar[str] = "role.changed"
    role: str
    changed: dict[str, list[Any]]

    @property
    def subject(self) -> tuple[str, str]:
        return ("role", self.role)

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}


class CustomerCreated(PersonEvent):
    """``has_registered``: they made it themselves, with an address that anybody could have typed.
    It is told to listeners alone."""

    name: ClassVar[str] = "customer.created"
    has_registered: bool = False


class CustomerVerified(PersonEvent):
    """They showed that the mailbox is theirs."""

    name: ClassVar[str] = "customer.verified"


class CustomerUpdated(PersonEvent):
    """``changed`` names what; the values are nobody's who reads this later."""

    name: ClassVar[str] = "customer.updated"
    changed: tuple[str, ...]

    def payload(self) -> dict[str, Any]:
        return {"changed": list(self.changed)}


class CustomerKept(PersonEvent):
    """Staff grouped or tagged them: ``changed`` as [before, after]."""

    name: ClassVar[str] = "customer.kept"
    changed: dict[str, list[Any]]

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}


class CustomerNoted(PersonEvent):
    """Staff wrote something down, or took it back. The words are not here: they can be erased."""

    name: ClassVar[str] = "customer.noted"
    note: str
    is_gone: bool = False

    def payload(self) -> dict[str, Any]:
        return {"note": self.note, "is_gone": self.is_gone}


class CustomersMerged(PersonEvent):
    """``gone`` was the same customer, whose things are ``person``'s now. ``changed``: what those
    had, and have: [before, after]. Heard while ``gone`` is still there; erased right after."""

    name: ClassVar[str] = "customer.merged"
    gone: str
    changed: dict[str, list[Any]]

    def payload(self) -> dict[str, Any]:
        return {"gone": self.gone, "changed": self.changed}


class CustomerClosed(PersonEvent):
    """They cannot sign in any more; nothing of theirs is deleted."""

    name: ClassVar[str] = "customer.closed"


class CustomerOpened(PersonEvent):
    """They may sign in again."""

    name: ClassVar[str] = "customer.opened"


class GroupChanged(Event):
    """A group of customers came, went or is called otherwise: ``changed`` as [before, after]."""

    name: ClassVar[str] = "customer_group.changed"
    group: str
    changed: dict[str, list[Any]]

    @property
    def subject(self) -> tuple[str, str]:
        return ("customer_group", self.group)

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}


class RegisteredAgain(PersonEvent):
    """Somebody asked for an account with an address that has one."""

    name: ClassVar[str] = "person.registered_again"


class AvatarChanged(PersonEvent):
    """Another picture of them, or none. ``dropped`` is told to listeners alone."""

    name: ClassVar[str] = "customer.avatar_changed"
    dropped: str = ""


class ConsentSaid(PersonEvent):
    """They want our news, or do not."""

    name: ClassVar[str] = "customer.consent_said"
    is_given: bool
    source: str

    def payload(self) -> dict[str, Any]:
        return {"is_given": self.is_given, "source": self.source}


class GuestConsentSaid(Event):
    """The same of somebody without an account, whose address stands beside that word alone."""

    name: ClassVar[str] = "consent.said"
    consent: str
    is_given: bool
    source: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("consent", self.consent)

    def payload(self) -> dict[str, Any]:
        return {"is_given": self.is_given, "source": self.source}


class EmailChangeAsked(PersonEvent):
    """Their account is to have another address."""

    name: ClassVar[str] = "person.email_change_asked"


class EmailChangeStopped(PersonEvent):
    """The mailbox of the address they have said no."""

    name: ClassVar[str] = "person.email_change_stopped"


class EmailChanged(PersonEvent):
    """Both mailboxes said yes. ``former`` is told to listeners alone."""

    name: ClassVar[str] = "person.email_changed"
    former: str = ""


class ExportAsked(PersonEvent):
    """A copy of all that is kept about them is to be made."""

    name: ClassVar[str] = "customer.export_asked"
    export: str

    def payload(self) -> dict[str, Any]:
        return {"export": self.export}


class ExportReady(PersonEvent):
    name: ClassVar[str] = "customer.export_ready"
    export: str

    def payload(self) -> dict[str, Any]:
        return {"export": self.export}


class ErasureAsked(PersonEvent):
    """The account is to be erased at a time, unless somebody changes their mind."""

    name: ClassVar[str] = "customer.erasure_asked"
    at: datetime

    def payload(self) -> dict[str, Any]:
        return {"at": plain(self.at)}


class ErasureStopped(PersonEvent):
    name: ClassVar[str] = "customer.erasure_stopped"


class CustomerErased(PersonEvent):
    """They are gone, and so is what was kept of them. ``files`` is told to listeners alone."""

    name: ClassVar[str] = "customer.erased"
    files: tuple[str, ...] = ()
