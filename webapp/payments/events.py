"""Facts about money. Their subject is the payment; ``reference`` says what was paid for."""

from typing import ClassVar

from webapp.kit.money import Money
from webapp.runtime.events import Event


class MoneyMoved(Event):
    """Money came in or went back. ``amount_minor`` is positive either way."""

    payment: str
    reference: str
    amount_minor: int
    currency: str
    provider: str
    movement: int | None = None
    """The line of the ledger."""

    @property
    def subject(self) -> tuple[str, str]:
        return ("payment", self.payment)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class PaymentCaptured(MoneyMoved):
    name: ClassVar[str] = "payment.captured"
    tells: ClassVar[str] = "Money came in."


class PaymentRefunded(MoneyMoved):
    name: ClassVar[str] = "refund.succeeded"
    tells: ClassVar[str] = "Money went back."
