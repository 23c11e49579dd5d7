"""Refusals about people, signing in and keys."""

from webapp.kit.errors import Invalid, NotAllowed, NotFound, Refused, SignInNeeded


class WrongCredentials(Invalid):
    """One sentence for an unknown address, a wrong password and a closed account alike."""

    title = "That did not match"


class AlreadyRegistered(Refused):
    title = "That address is taken"


class WeakPassword(Invalid):
    title = "Choose a longer password"


class CannotMerge(Refused):
    title = "These two cannot be merged"


class LastOwner(Refused):
    title = "The shop needs an owner"


class AlreadySetUp(Refused):
    title = "The shop has been set up"


class KeyNeeded(SignInNeeded):
    title = "An API key is needed"


class UnknownKey(SignInNeeded):
    """One sentence for a key that never was, has expired, was revoked or whose person left."""

    title = "That key opens nothing"


class UnknownToken(SignInNeeded):
    """One sentence for a token that was forged, has expired, was revoked or whose person left."""

    title = "That token opens nothing"


class ScopeNeeded(NotAllowed):
    """What was shown is good, and was given less than this takes."""

    title = "The token was not given the right to do this"


class WrongPassword(SignInNeeded):
    """As ``WrongCredentials``, to a program."""

    title = "That did not match"


class GrantSpent(SignInNeeded):
    """One sentence for a refresh token that was used, has expired or never was."""

    title = "That cannot be renewed"


class TooManyKeys(Refused):
    title = "There are too many keys"


class NoSuchDevice(NotFound):
    title = "Not signed in there"


class ConfirmationNeeded(SignInNeeded):
    """They are signed in, and this asks for their password once more."""

    title = "Please confirm that it is you"


class SecondFactorNeeded(SignInNeeded):
    """The first was right, and the account asks for a second."""

    title = "One more step"


class SecondFactorMissing(SignInNeeded):
    """They are signed in, and the shop wants staff to have a second factor first."""

    title = "Please set up a second factor"


class WrongCode(Invalid):
    """One sentence for a code that never was, is too old or was used already."""

    title = "That code does not work"


class NoAuthenticator(Refused):
    title = "There is no app yet"


class NoSuchPasskey(NotFound):
    title = "There is no such passkey"


class PasskeyRefused(Invalid):
    """One sentence for an answer that is not from a passkey, is for another place or comes late."""

    title = "That passkey does not work here"


class PasskeyKnown(Refused):
    title = "That passkey is known already"


class TooManyPasskeys(Refused):
    title = "There are too many passkeys"


class SecondFactorRequired(Refused):
    """Staff keep one where the shop says so."""

    title = "Keep a second factor"


class LinkSpent(Refused):
    """One sentence for a link that was used, has expired, was forged or is not for this."""

    title = "This link opens nothing any more"


class NameTaken(Refused):
    title = "That name is taken"


class RoleInUse(Refused):
    title = "Somebody has this role"


class MayDoMore(NotAllowed):
    """Nobody gives more than they have, nor changes somebody who may do more than they."""

    title = "That is more than you may do"


class NotLeaving(Refused):
    title = "Nothing to stop"


class FullAddressBook(Refused):
    title = "The address book is full"


class NoSuchAddress(NotFound):
    title = "No such address"
