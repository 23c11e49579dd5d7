"""Why something does not go into the cart, or not so many of it."""

from webapp.kit.errors import Invalid, NotFound, Refused


class UnknownItem(NotFound):
    title = "We do not sell that"


class NoSuchLine(NotFound):
    title = "Not in your cart"


class NotForSale(Refused):
    title = "Not for sale"


class NotEnough(Refused):
    """The fact ``left`` is how many can still be had."""

    title = "Not that many left"


class QuantityOutOfBounds(Invalid):
    title = "Another quantity, please"


class CartIsClosed(Refused):
    """It became an order, or went into another cart."""

    title = "This cart is closed"


class CartIsFull(Refused):
    title = "Your cart is full"
