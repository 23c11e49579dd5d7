"""Refusals about people, signing in and keys."""

from webapp.kit.errors import Invalid, Refused, SignInNeeded


class WrongCredentials(Invalid):
    """One sentence for an unknown address, a wrong password and a closed account alike."""

    title = "That did not match"


class AlreadyRegistered(Refused):
    title = "That address is taken"


class WeakPassword(Invalid):
    title = "Choose a longer password"


class LastOwner(Refused):
    title = "The shop needs an owner"


class AlreadySetUp(Refused):
    title = "The shop has been set up"


class KeyNeeded(SignInNeeded):
    title = "An API key is needed"


class UnknownKey(SignInNeeded):
    """One sentence for a key that never was, has expired, was revoked or whose person left."""

    title = "That key opens nothing"


class TooManyKeys(Refused):
    title = "There are too many keys"
