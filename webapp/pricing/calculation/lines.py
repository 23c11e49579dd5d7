"""The price of one unit, and the lines as discounts come off them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from webapp.pricing.calculation.discounts import Taken, take_best
from webapp.pricing.calculation.inputs import Discount, LineInput, PriceCandidate, PriceSource
from webapp.pricing.calculation.trace import Trace

_RANK = {source: place for place, source in enumerate(PriceSource)}
_WORDS = {
    PriceSource.OVERRIDE: "price set by hand",
    PriceSource.GROUP_LIST: "price for the customer's group",
    PriceSource.MARKET_LIST: "price for the market",
    PriceSource.SALE: "sale price",
    PriceSource.REGULAR: "regular price",
}


@dataclass(slots=True)
class RunningLine:
    """A line on its way: ``amount`` is what discounts have left of ``subtotal``, in minor units."""

    line: LineInput
    price: PriceCandidate
    subtotal: int
    amount: int
    taken: list[tuple[Taken, int]] = field(default_factory=list)

    def take(self, taken: Taken, share: int) -> None:
        """Carry ``share`` of a discount."""
        if share:
            self.amount -= share
            self.taken.append((taken, share))


def priced(line: LineInput, trace: Trace) -> RunningLine:
    """The line at the price that wins. The others stay in the trace."""
    price = winning_price(line)
    subtotal = price.unit * line.quantity
    name = trace.name(line.key)
    trace.say(
        "price",
        line.key,
        f"{name}: {line.quantity} x {price.unit} = {subtotal} ({_words(price)})",
        subtotal.minor,
    )
    for other in line.prices:
        if other is not price:
            why = (
                f"counts from {other.min_quantity} units"
                if other.min_quantity > line.quantity
                else "another goes before it"
            )
            words = f"{name}: {other.unit} not taken ({_words(other)}): {why}"
            trace.say("price", line.key, words)
    return RunningLine(line, price, subtotal.minor, subtotal.minor)


def winning_price(line: LineInput) -> PriceCandidate:
    """Override before group list before market list before sale before regular, however low the
    others are; then the largest quantity reached; then the lower price.
    """
    reached = [price for price in line.prices if price.min_quantity <= line.quantity]
    return min(reached, key=lambda price: (_RANK[price.source], -price.min_quantity, price.unit))


def take_line_discounts(
    lines: Sequence[RunningLine], discounts: Sequence[Discount], trace: Trace
) -> list[tuple[Taken, str]]:
    """Let each line have its own best discounts. Gives what was taken, and from which line."""
    given = []
    for running in lines:
        key = running.line.key
        for taken in take_best(
            discounts, [key], [running.amount], stage="line discount", trace=trace
        ):
            running.take(taken, taken.amount)
            given.append((taken, key))
    return given


def take_order_discounts(
    lines: Sequence[RunningLine], discounts: Sequence[Discount], trace: Trace
) -> list[Taken]:
    """Take discounts off the sum of the lines and share them among the lines."""
    given = take_best(
        discounts,
        [running.line.key for running in lines],
        [running.amount for running in lines],
        stage="order discount",
        trace=trace,
    )
    for taken in given:
        for running, share in zip(lines, taken.shares, strict=True):
            running.take(taken, share)
    return given


def _words(price: PriceCandidate) -> str:
    words = price.label or _WORDS[price.source]
    return f"{words} from {price.min_quantity} units" if price.min_quantity > 1 else words
