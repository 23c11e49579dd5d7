"""Why something has no price."""

from webapp.kit.errors import Invalid, NotFound, Refused


class NoDelivery(Refused):
    """No way leads there. The sentence says what the shopper can do about it."""

    title = "We cannot deliver this there"


class TooLarge(Refused):
    title = "Larger than we can handle"


class NoSuchRate(NotFound):
    title = "No such tax rate"


class NoSuchMethod(NotFound):
    title = "No such shipping method"


class BadMethod(Invalid):
    title = "This shipping method cannot work"
