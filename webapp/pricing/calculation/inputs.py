"""What the price function is told. Everything is decided already: it looks nothing up.

Rates and percentages are whole millionths (8.25 % is 82_500), amounts are ``Money`` of one
currency. A record that makes no sense raises ``ValueError`` when it is made: that is a mistake in
our code, since what people type is checked before it comes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from webapp.kit.money import MixedCurrencies, Money
from webapp.kit.values import Value, field

MILLION = 1_000_000


class PriceSource(StrEnum):
    """Where a unit price comes from, the most specific first: the first that has a price wins."""

    OVERRIDE = "override"
    GROUP_LIST = "group_list"
    MARKET_LIST = "market_list"
    SALE = "sale"
    REGULAR = "regular"


class PriceCandidate(Value):
    """A price that one unit could have. One with ``min_quantity`` counts from that many units on.

    Among those of one source the largest quantity reached wins, then the lower price.
    """

    unit: Money
    source: PriceSource = PriceSource.REGULAR
    label: str = ""
    min_quantity: int = 1

    def __post_init__(self) -> None:
        _not_negative(self.unit, "A unit price")


class LineInput(Value, kw_only=True):
    """So many units of one thing. ``key`` names the line for the caller, ``label`` for people."""

    key: str
    quantity: int
    prices: tuple[PriceCandidate, ...]
    label: str = ""
    tax_class: str = "standard"
    requires_shipping: bool = True
    weight_g: int = 0

    def __post_init__(self) -> None:
        if type(self.quantity) is not int or self.quantity < 1:
            raise ValueError(f"A line has a quantity of at least one, not {self.quantity!r}.")
        if not any(price.min_quantity <= self.quantity for price in self.prices):
            raise ValueError(f"Line {self.key} has no price for {self.quantity}.")
        if self.weight_g < 0:
            raise ValueError("A weight is not negative.")


class Discount(Value, kw_only=True):
    """A discount that somebody decided to give. Either ``millionths`` or ``amount`` says how much.

    On level ``line`` it comes off each of its ``lines`` (``None``: all), on ``order`` once off
    their sum and is shared among them, on ``shipping`` off the shipping price. Those that are
    ``combinable`` follow each other by ``priority`` (the lower first), then ``key``; one that is
    not stands alone, and the shopper gets whichever saves more.
    """

    key: str
    level: Literal["line", "order", "shipping"]
    label: str = ""
    millionths: int | None = None
    amount: Money | None = None
    lines: frozenset[str] | None = None
    combinable: bool = True
    priority: int = 0

    def __post_init__(self) -> None:
        if (self.millionths is None) == (self.amount is None):
            raise ValueError("A discount is either a percentage or an amount.")
        if self.millionths is not None and not 0 <= self.millionths <= MILLION:
            raise ValueError("A discount is between 0 and 100 %.")
        if self.amount is not None:
            _not_negative(self.amount, "A discount")


class ShippingInput(Value, kw_only=True):
    """The way chosen for the goods. Free when they come to at least ``free_from``: by default what
    is left after discounts; with ``free_from_before_discounts`` what they cost before.
    """

    key: str
    name: str
    price: Money
    tax_class: str = "standard"
    free_from: Money | None = None
    free_from_before_discounts: bool = False

    def __post_init__(self) -> None:
        _not_negative(self.price, "A shipping price")


class FeeInput(Value, kw_only=True):
    """What is charged beside goods and shipping: a payment surcharge, gift wrap."""

    key: str
    label: str
    amount: Money
    tax_class: str = "standard"

    def __post_init__(self) -> None:
        _not_negative(self.amount, "A fee")


class Rate(Value):
    """One tax. A ``compound`` one is also taken on the taxes that are not."""

    name: str
    millionths: int
    jurisdiction: str = ""
    compound: bool = False

    def __post_init__(self) -> None:
        if type(self.millionths) is not int or self.millionths < 0:
            raise ValueError(f"A rate is a whole number of millionths, not {self.millionths!r}.")


class Exemption(Value):
    """Why no tax is charged, in the words that the invoice must show."""

    kind: Literal["exempt", "reverse_charge"]
    wording: str


class TaxRules(Value, kw_only=True):
    """How this order is taxed.

    ``rates`` are those of the place the goods go to, by tax class; a class that is not listed is
    not taxed. With ``inclusive`` prices ``home_rates`` are the rates inside the prices, where
    those differ (``None``: the same); ``other_rate`` says what then stays: what the shopper pays
    (``keep_gross``) or what the merchant earns (``keep_net``, always so for an exemption).
    """

    rates: Mapping[str, tuple[Rate, ...]] = field(default_factory=dict)
    inclusive: bool = False
    home_rates: Mapping[str, tuple[Rate, ...]] | None = None
    other_rate: Literal["keep_gross", "keep_net"] = "keep_gross"
    rounding: Literal["document", "line"] = "document"
    shipping: Literal["own_class", "highest", "proportional"] = "own_class"
    exemption: Exemption | None = None

    def rates_of(self, tax_class: str) -> tuple[Rate, ...]:
        """What is charged on this class: nothing under an exemption."""
        return () if self.exemption else self.rates.get(tax_class, ())

    def rates_inside(self, tax_class: str) -> tuple[Rate, ...]:
        """What an inclusive price of this class contains."""
        inside = self.rates if self.home_rates is None else self.home_rates
        return inside.get(tax_class, ())


class TenderInput(Value, kw_only=True):
    """Money the shopper has with us (a gift card, store credit) and wants to pay with."""

    key: str
    label: str
    balance: Money

    def __post_init__(self) -> None:
        _not_negative(self.balance, "A balance")


class PriceInputs(Value, kw_only=True):
    """All that decides what an order costs. Tenders pay in the order given.

    ``cash_step`` is the smallest sum that cash can pay (0.05 in Swiss francs); give it for cash
    methods only. ``savings_as`` says whether savings are shown with or without tax (``None``: as
    the prices are entered).
    """

    currency: str
    lines: tuple[LineInput, ...] = ()
    discounts: tuple[Discount, ...] = ()
    shipping: ShippingInput | None = None
    fees: tuple[FeeInput, ...] = ()
    tax: TaxRules = field(default_factory=TaxRules)
    tenders: tuple[TenderInput, ...] = ()
    cash_step: Money | None = None
    savings_as: Literal["gross", "net"] | None = None

    def __post_init__(self) -> None:
        keys = [line.key for line in self.lines]
        if len(set(keys)) != len(keys):
            raise ValueError("Two lines have one key.")
        if self.cash_step is not None and self.cash_step.minor < 1:
            raise ValueError("A cash step is at least one minor unit.")
        for amount in self._amounts():
            if amount is not None and amount.currency != self.currency:
                raise MixedCurrencies(f"{amount} in a calculation in {self.currency}.")

    def _amounts(self) -> list[Money | None]:
        amounts: list[Money | None] = [price.unit for line in self.lines for price in line.prices]
        amounts += [discount.amount for discount in self.discounts]
        amounts += [fee.amount for fee in self.fees]
        amounts += [tender.balance for tender in self.tenders]
        if self.shipping is not None:
            amounts += [self.shipping.price, self.shipping.free_from]
        return [*amounts, self.cash_step, Money.zero(self.currency)]


def _not_negative(amount: Money, what: str) -> None:
    if amount.minor < 0:
        raise ValueError(f"{what} is not negative: {amount}.")
