"""Why an order is not placed, or cannot be changed like that."""

from webapp.kit.errors import Invalid, NotFound, Refused


class NoSuchOrder(NotFound):
    title = "No such order"


class EmptyCart(Refused):
    title = "Your cart is empty"


class OrderChanged(Refused):
    """The goods, their prices or the delivery are not what was shown.

    The fact ``differences`` lists them as sentences for the shopper.
    """

    title = "Something changed"


class OutsideLimits(Refused):
    """The shop does not take orders as small or as large as this."""

    title = "We cannot take this order"


class TermsNotAccepted(Invalid):
    title = "The terms"


class NotOpen(Refused):
    """The order's status forbids it."""

    title = "Not in this state"


class NothingLeft(Refused):
    title = "Nothing left to do"


class NotThatMany(Invalid):
    """The fact ``field`` is the line's public id, ``left`` how many there are."""

    title = "Not that many"


class AlreadyShipped(Refused):
    title = "Already on its way"


class KeyUsedBefore(Refused):
    """One idempotency key, two different requests."""

    title = "That key was used for something else"


class LinkSpent(Refused):
    """It was used, is too old, or was never a link of ours."""

    title = "This link has run out"
