"""Facts about how somebody comes in: signing in, passwords, second factors, links."""

from typing import Any, ClassVar

from webapp.accounts.events.people import PersonEvent


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


class SignedOut(PersonEvent):
    """One browser, or (``sign_in`` empty) every other one."""

    name: ClassVar[str] = "person.signed_out"
    sign_in: str = ""

    def payload(self) -> dict[str, Any]:
        return {"sign_in": self.sign_in}


class PasswordChanged(PersonEvent):
    """``how``: ``known`` (the old one was typed), ``reset`` or ``invitation`` (by a mailed link),
    ``handed`` (by one that was handed over)."""

    name: ClassVar[str] = "person.password_changed"
    how: str

    def payload(self) -> dict[str, Any]:
        return {"how": self.how}


class SecondFactorOn(PersonEvent):
    """From now on a password alone does not open the account."""

    name: ClassVar[str] = "person.second_factor_on"


class SecondFactorOff(PersonEvent):
    """``how``: ``own`` (they took the last one away), ``reset`` (somebody did it for them)."""

    name: ClassVar[str] = "person.second_factor_off"
    how: str = "own"

    def payload(self) -> dict[str, Any]:
        return {"how": self.how}


class AuthenticatorAdded(PersonEvent):
    """The app that makes one-time codes; it takes the place of one that was there."""

    name: ClassVar[str] = "person.authenticator_added"


class AuthenticatorRemoved(PersonEvent):
    name: ClassVar[str] = "person.authenticator_removed"


class RecoveryCodesMade(PersonEvent):
    """Ten new ones; those before them (where they are not ``first``) open nothing."""

    name: ClassVar[str] = "person.recovery_codes_made"
    first: bool = False

    def payload(self) -> dict[str, Any]:
        return {"first": self.first}


class RecoveryCodeUsed(PersonEvent):
    """``left``: how many remain."""

    name: ClassVar[str] = "person.recovery_code_used"
    left: int

    def payload(self) -> dict[str, Any]:
        return {"left": self.left}


class PasskeyEvent(PersonEvent):
    """Something about one passkey of somebody."""

    passkey: str

    def payload(self) -> dict[str, Any]:
        return {"passkey": self.passkey}


class PasskeyAdded(PasskeyEvent):
    name: ClassVar[str] = "passkey.added"


class PasskeyRenamed(PasskeyEvent):
    name: ClassVar[str] = "passkey.renamed"


class PasskeyRemoved(PasskeyEvent):
    name: ClassVar[str] = "passkey.removed"


class PasskeyDoubted(PasskeyEvent):
    """It counted backwards, as only a copy does: it opens nothing any more."""

    name: ClassVar[str] = "passkey.doubted"


class LinkPromised(PersonEvent):
    """A link is to be mailed; ``purpose`` as in ``LinkPurpose``."""

    name: ClassVar[str] = "person.link_promised"
    link: str
    purpose: str

    def payload(self) -> dict[str, Any]:
        return {"link": self.link, "purpose": self.purpose}


class LinkHanded(PersonEvent):
    """A link was told to whoever hands it over, where no mail can be sent."""

    name: ClassVar[str] = "person.link_handed"
    link: str
    purpose: str

    def payload(self) -> dict[str, Any]:
        return {"link": self.link, "purpose": self.purpose}
