"""Why money cannot be taken or given back."""

from webapp.kit.errors import Invalid, NotFound, Refused


class NoSuchPayment(NotFound):
    title = "No such payment"


class UnknownMethod(Invalid):
    title = "Choose how to pay"


class MoreThanCaptured(Refused):
    title = "More than was paid"


class WrongCurrency(Refused):
    title = "Another currency"


class ReferenceTaken(Refused):
    """Money was recorded under this name of the bank's before: most likely it is the same money."""

    title = "Recorded already"
