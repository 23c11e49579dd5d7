"""Refusals about other people's word for who somebody is."""

from webapp.kit.errors import Invalid, NotFound, Refused, Unavailable


class NoSuchProvider(NotFound):
    title = "There is no such way in"


class ProviderFailed(Unavailable):
    """The provider, or what the merchant entered about it, is at fault. The fact ``reason`` is for
    staff."""

    title = "That way in does not work at the moment"


class TripLost(Refused):
    """It came back too late, twice, to another browser, or from somebody else."""

    title = "Please start again"


class SaidNo(Refused):
    """The person thought better of it there."""

    title = "Nothing was signed in"


class IdentityTaken(Refused):
    title = "That belongs to another account"


class AccountThere(Refused):
    """An account has this address: nobody is let into it on a provider's word alone."""

    title = "There is an account with that address"


class NotConfirmed(Refused):
    """An address that anybody could have typed owns nothing that could be linked."""

    title = "Confirm your address first"


class NotForStaff(Refused):
    title = "Not a way in for staff"


class LastWayIn(Refused):
    title = "It is the only way in"


class TooManyIdentities(Refused):
    title = "That is enough"


class BadProvider(Invalid):
    title = "Please check what you entered"
