"""Facts about people and keys. They hold no name and no address: what was recorded stays."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from webapp.runtime.events import Event, plain


@dataclass(frozen=True)
class PersonEvent(Event):
    """Something about one person."""

    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("person", self.person)

    def payload(self) -> dict[str, Any]:
        return {}


@dataclass(frozen=True)
class StaffAdded(PersonEvent):
    name: ClassVar[str] = "staff.added"
    role: str

    def payload(self) -> dict[str, Any]:
        return {"role": self.role, "changed": {"role": [None, self.role]}}


@dataclass(frozen=True)
class StaffChanged(PersonEvent):
    name: ClassVar[str] = "staff.changed"
    changed: dict[str, list[Any]]

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class CustomerCreated(PersonEvent):
    """``has_registered``: they made it themselves, with an address that anybody could have typed.
    It is told to listeners alone."""

    name: ClassVar[str] = "customer.created"
    has_registered: bool = False


@dataclass(frozen=True)
class CustomerVerified(PersonEvent):
    """They showed that the mailbox is theirs."""

    name: ClassVar[str] = "customer.verified"


@dataclass(frozen=True)
class CustomerUpdated(PersonEvent):
    """``changed`` names what; the values are nobody's who reads this later."""

    name: ClassVar[str] = "customer.updated"
    changed: tuple[str, ...]

    def payload(self) -> dict[str, Any]:
        return {"changed": list(self.changed)}


@dataclass(frozen=True)
class CustomerKept(PersonEvent):
    """Staff grouped or tagged them: ``changed`` as [before, after]."""

    name: ClassVar[str] = "customer.kept"
    changed: dict[str, list[Any]]

    def payload(self) -> dict[str, Any]:
        return {"changed": self.changed}


@dataclass(frozen=True)
class CustomerNoted(PersonEvent):
    """Staff wrote something down, or took it back. The words are not here: they can be erased."""

    name: ClassVar[str] = "customer.noted"
    note: str
    is_gone: bool = False

    def payload(self) -> dict[str, Any]:
        return {"note": self.note, "is_gone": self.is_gone}


@dataclass(frozen=True)
class CustomerClosed(PersonEvent):
    """They cannot sign in any more; nothing of theirs is deleted."""

    name: ClassVar[str] = "customer.closed"


@dataclass(frozen=True)
class CustomerOpened(PersonEvent):
    """They may sign in again."""

    name: ClassVar[str] = "customer.opened"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class SignedIn(PersonEvent):
    """``how``: ``password``, ``link``, ``passkey``, the name of a provider. ``second``: what was
    shown beside it (``code``, ``recovery``, ``passkey``), where something was. ``network`` is too
    rough to be anybody's (``web.limits.roughly``), so that it may stay."""

    name: ClassVar[str] = "person.signed_in"
    how: str = "password"
    sign_in: str = ""
    is_new_device: bool = False
    device: str = ""
    network: str = ""
    second: str = ""

    def payload(self) -> dict[str, Any]:
        told = {
            "how": self.how,
            "sign_in": self.sign_in,
            "is_new_device": self.is_new_device,
            "device": self.device,
            "network": self.network,
        }
        return {**told, "second": self.second} if self.second else told


@dataclass(frozen=True)
class SignedOut(PersonEvent):
    """One browser, or (``sign_in`` empty) every other one."""

    name: ClassVar[str] = "person.signed_out"
    sign_in: str = ""

    def payload(self) -> dict[str, Any]:
        return {"sign_in": self.sign_in}


@dataclass(frozen=True)
class PasswordChanged(PersonEvent):
    """``how``: ``known`` (the old one was typed), ``reset`` (by a mailed link)."""

    name: ClassVar[str] = "person.password_changed"
    how: str

    def payload(self) -> dict[str, Any]:
        return {"how": self.how}


@dataclass(frozen=True)
class SecondFactorOn(PersonEvent):
    """From now on a password alone does not open the account."""

    name: ClassVar[str] = "person.second_factor_on"


@dataclass(frozen=True)
class SecondFactorOff(PersonEvent):
    """``how``: ``own`` (they took the last one away), ``reset`` (somebody did it for them)."""

    name: ClassVar[str] = "person.second_factor_off"
    how: str = "own"

    def payload(self) -> dict[str, Any]:
        return {"how": self.how}


@dataclass(frozen=True)
class AuthenticatorAdded(PersonEvent):
    """The app that makes one-time codes; it takes the place of one that was there."""

    name: ClassVar[str] = "person.authenticator_added"


@dataclass(frozen=True)
class AuthenticatorRemoved(PersonEvent):
    name: ClassVar[str] = "person.authenticator_removed"


@dataclass(frozen=True)
class RecoveryCodesMade(PersonEvent):
    """Ten new ones; those before them (where they are not ``first``) open nothing."""

    name: ClassVar[str] = "person.recovery_codes_made"
    first: bool = False

    def payload(self) -> dict[str, Any]:
        return {"first": self.first}


@dataclass(frozen=True)
class RecoveryCodeUsed(PersonEvent):
    """``left``: how many remain."""

    name: ClassVar[str] = "person.recovery_code_used"
    left: int

    def payload(self) -> dict[str, Any]:
        return {"left": self.left}


@dataclass(frozen=True)
class PasskeyEvent(PersonEvent):
    """Something about one passkey of somebody."""

    passkey: str

    def payload(self) -> dict[str, Any]:
        return {"passkey": self.passkey}


@dataclass(frozen=True)
class PasskeyAdded(PasskeyEvent):
    name: ClassVar[str] = "passkey.added"


@dataclass(frozen=True)
class PasskeyRenamed(PasskeyEvent):
    name: ClassVar[str] = "passkey.renamed"


@dataclass(frozen=True)
class PasskeyRemoved(PasskeyEvent):
    name: ClassVar[str] = "passkey.removed"


@dataclass(frozen=True)
class PasskeyDoubted(PasskeyEvent):
    """It counted backwards, as only a copy does: it opens nothing any more."""

    name: ClassVar[str] = "passkey.doubted"


@dataclass(frozen=True)
class LinkPromised(PersonEvent):
    """A link is to be mailed; ``purpose`` as in ``LinkPurpose``."""

    name: ClassVar[str] = "person.link_promised"
    link: str
    purpose: str

    def payload(self) -> dict[str, Any]:
        return {"link": self.link, "purpose": self.purpose}


@dataclass(frozen=True)
class RegisteredAgain(PersonEvent):
    """Somebody asked for an account with an address that has one."""

    name: ClassVar[str] = "person.registered_again"


@dataclass(frozen=True)
class AvatarChanged(PersonEvent):
    """Another picture of them, or none. ``dropped`` is told to listeners alone."""

    name: ClassVar[str] = "customer.avatar_changed"
    dropped: str = ""


@dataclass(frozen=True)
class ConsentSaid(PersonEvent):
    """They want our news, or do not."""

    name: ClassVar[str] = "customer.consent_said"
    is_given: bool
    source: str

    def payload(self) -> dict[str, Any]:
        return {"is_given": self.is_given, "source": self.source}


@dataclass(frozen=True)
class EmailChangeAsked(PersonEvent):
    """Their account is to have another address."""

    name: ClassVar[str] = "person.email_change_asked"


@dataclass(frozen=True)
class EmailChangeStopped(PersonEvent):
    """The mailbox of the address they have said no."""

    name: ClassVar[str] = "person.email_change_stopped"


@dataclass(frozen=True)
class EmailChanged(PersonEvent):
    """Both mailboxes said yes. ``former`` is told to listeners alone."""

    name: ClassVar[str] = "person.email_changed"
    former: str = ""


@dataclass(frozen=True)
class ExportAsked(PersonEvent):
    """A copy of all that is kept about them is to be made."""

    name: ClassVar[str] = "customer.export_asked"
    export: str

    def payload(self) -> dict[str, Any]:
        return {"export": self.export}


@dataclass(frozen=True)
class ExportReady(PersonEvent):
    name: ClassVar[str] = "customer.export_ready"
    export: str

    def payload(self) -> dict[str, Any]:
        return {"export": self.export}


@dataclass(frozen=True)
class ErasureAsked(PersonEvent):
    """The account is to be erased at a time, unless somebody changes their mind."""

    name: ClassVar[str] = "customer.erasure_asked"
    at: datetime

    def payload(self) -> dict[str, Any]:
        return {"at": plain(self.at)}


@dataclass(frozen=True)
class ErasureStopped(PersonEvent):
    name: ClassVar[str] = "customer.erasure_stopped"


@dataclass(frozen=True)
class CustomerErased(PersonEvent):
    """They are gone, and so is what was kept of them. ``files`` is told to listeners alone."""

    name: ClassVar[str] = "customer.erased"
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyMade(Event):
    name: ClassVar[str] = "key.made"
    key: str
    person: str
    title: str
    prefix: str
    scopes: tuple[str, ...]
    expires_at: datetime | None

    @property
    def subject(self) -> tuple[str, str]:
        return ("key", self.key)

    def payload(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "name": self.title,
            "prefix": self.prefix,
            "scopes": plain(self.scopes),
            "expires_at": plain(self.expires_at),
        }


@dataclass(frozen=True)
class KeyRevoked(Event):
    name: ClassVar[str] = "key.revoked"
    key: str
    person: str

    @property
    def subject(self) -> tuple[str, str]:
        return ("key", self.key)

    def payload(self) -> dict[str, Any]:
        return {"person": self.person}


@dataclass(frozen=True)
class GrantMade(PersonEvent):
    """A program was let in with the person's password."""

    name: ClassVar[str] = "person.grant_made"
    grant: str
    client: str
    scopes: tuple[str, ...]
    is_new_client: bool = False

    def payload(self) -> dict[str, Any]:
        return {
            "grant": self.grant,
            "client": self.client,
            "scopes": plain(self.scopes),
            "is_new_client": self.is_new_client,
        }


@dataclass(frozen=True)
class GrantEnded(PersonEvent):
    """``how``: ``signed_out`` by the program itself, ``reused`` when a refresh token came twice,
    ``replaced`` by newer ones, ``everywhere`` (``grant`` is empty) with the person's browsers."""

    name: ClassVar[str] = "person.grant_ended"
    grant: str
    how: str

    def payload(self) -> dict[str, Any]:
        return {"grant": self.grant, "how": self.how}
