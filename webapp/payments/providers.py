"""The ways of paying. A provider is one door: card services join by another class in the list.

An offline provider takes no money itself: the order goes ahead and staff record what comes in.
"""

from collections.abc import Sequence
from typing import ClassVar, Protocol

from webapp.kit.values import Value
from webapp.payments.errors import UnknownMethod
from webapp.shop.queries import Shop


class Purchase(Value):
    """What a provider may look at to say whether it can be used. Amounts in minor units."""

    total_minor: int
    currency: str
    country: str
    requires_shipping: bool
    is_pickup: bool = False


class PaymentProvider(Protocol):
    """A way of paying.

    ``goes_ahead`` says whether an order may be confirmed before the money is there.
    """

    code: str
    goes_ahead: bool

    def name(self, purchase: Purchase) -> str:
        """What the shopper chooses by."""
        ...

    def description(self, purchase: Purchase) -> str:
        """One sentence about what happens next."""
        ...

    def takes(self, purchase: Purchase) -> bool:
        """Whether this purchase can be paid this way."""
        ...

    def instructions(self, shop: Shop, number: str) -> list[tuple[str, str]]:
        """What the shopper needs to pay order ``number``: (label, text), shown on its page."""
        ...


class BankTransfer:
    """The shopper sends the money; the order number is the reference."""

    code: str = "bank_transfer"
    goes_ahead: bool = True

    def name(self, purchase: Purchase) -> str:
        return "Bank transfer"

    def description(self, purchase: Purchase) -> str:
        return "You get our bank details with the order number, and we send when the money is here."

    def takes(self, purchase: Purchase) -> bool:
        return purchase.total_minor > 0

    def instructions(self, shop: Shop, number: str) -> list[tuple[str, str]]:
        rows = [("Bank details", shop.bank_details)] if shop.bank_details else []
        return [*rows, ("Reference", number)]


class CashOnDelivery:
    """The shopper pays whoever hands the goods over; only where somebody does."""

    code: str = "cash_on_delivery"
    goes_ahead: bool = True

    def name(self, purchase: Purchase) -> str:
        return "Pay when you pick it up" if purchase.is_pickup else "Cash on delivery"

    def description(self, purchase: Purchase) -> str:
        if purchase.is_pickup:
            return "You pay when you fetch your order."
        return "You pay the person who brings your parcel."

    def takes(self, purchase: Purchase) -> bool:
        return purchase.total_minor > 0 and purchase.requires_shipping

    def instructions(self, shop: Shop, number: str) -> list[tuple[str, str]]:
        return []


class NothingToPay:
    """For an order that costs nothing."""

    code: str = "free"
    goes_ahead: bool = True

    def name(self, purchase: Purchase) -> str:
        return "Nothing to pay"

    def description(self, purchase: Purchase) -> str:
        return "This order costs nothing."

    def takes(self, purchase: Purchase) -> bool:
        return purchase.total_minor == 0

    def instructions(self, shop: Shop, number: str) -> list[tuple[str, str]]:
        return []


FREE = NothingToPay()


class Providers:
    """The providers this shop knows, by code."""

    KNOWN: ClassVar[tuple[PaymentProvider, ...]] = (BankTransfer(), CashOnDelivery(), FREE)


def codes() -> list[tuple[str, str]]:
    """(code, name) of what a merchant may offer, for the settings page."""
    plain = Purchase(total_minor=1, currency="EUR", country="", requires_shipping=True)
    return [(one.code, one.name(plain)) for one in Providers.KNOWN if one is not FREE]


def by_code(code: str) -> PaymentProvider:
    """The provider of that code. Raises ``UnknownMethod``."""
    for provider in Providers.KNOWN:
        if provider.code == code:
            return provider
    raise UnknownMethod("Choose one of the ways to pay.", field="payment")


def offered(shop: Shop, purchase: Purchase) -> Sequence[PaymentProvider]:
    """The ways in which this purchase can be paid, in the merchant's order."""
    if purchase.total_minor == 0:
        return [FREE]
    chosen = [one for code in shop.payment_methods for one in Providers.KNOWN if one.code == code]
    return [provider for provider in chosen if provider.takes(purchase)]
