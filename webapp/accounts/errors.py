"""Refusals about people and signing in."""

from webapp.kit.errors import Invalid, Refused


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
