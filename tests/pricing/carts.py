"""Carts for the price function: short to write, and drawn at random."""

from collections.abc import Sequence

from hypothesis import strategies as st

from webapp.kit.money import Money
from webapp.pricing.calculation import (
    Discount,
    LineInput,
    PriceCandidate,
    PriceInputs,
    PriceResult,
    Rate,
    ShippingInput,
    TaxRules,
)

VAT = {"standard": (Rate("VAT", 190_000, "DE"),), "food": (Rate("VAT", 70_000, "DE"),)}


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def line(
    key: str,
    unit: int,
    quantity: int = 1,
    *,
    currency: str = "EUR",
    tax_class: str = "standard",
    requires_shipping: bool = True,
) -> LineInput:
    return LineInput(
        key=key,
        quantity=quantity,
        prices=(PriceCandidate(Money(unit, currency)),),
        tax_class=tax_class,
        requires_shipping=requires_shipping,
    )


def post(price: int, currency: str = "EUR", tax_class: str = "standard") -> ShippingInput:
    return ShippingInput(key="post", name="Post", price=Money(price, currency), tax_class=tax_class)


def check_sums(result: PriceResult, inputs: PriceInputs) -> None:
    """What holds of every result: the books balance to the minor unit."""
    totals = result.totals
    sent = result.shipping.gross.minor if result.shipping else 0
    parts = [*result.lines, *result.fees, *([result.shipping] if result.shipping else [])]
    assert totals.total.minor == (
        sum(one.gross.minor for one in result.lines)
        + sent
        + sum(fee.gross.minor for fee in result.fees)
    )
    assert totals.total == totals.net + totals.tax
    assert totals.tax.minor == sum(one.tax.minor for one in parts)
    assert totals.tax.minor == sum(tax.amount.minor for g in result.groups for tax in g.taxes)
    assert totals.total.minor == sum(group.gross.minor for group in result.groups)
    for part in [*parts, *result.groups]:
        assert part.net + part.tax == part.gross
        assert part.tax.minor == sum(tax.amount.minor for tax in part.taxes)
        assert min(part.amount.minor, part.net.minor, part.tax.minor) >= 0
        assert all(tax.amount.minor >= 0 for tax in part.taxes)
    for rate in {tax.rate for group in result.groups for tax in group.taxes}:
        in_parts = [t.amount.minor for part in parts for t in part.taxes if t.rate == rate]
        in_groups = [t.amount.minor for g in result.groups for t in g.taxes if t.rate == rate]
        assert sum(in_parts) == sum(in_groups)
    for given in result.discounts:
        assert sum(share.minor for _, share in given.shares) == given.amount.minor > 0
    for one in result.lines:
        off = sum(share.amount.minor for share in one.discounts)
        assert one.subtotal.minor - off == one.amount.minor
    assert totals.subtotal.minor - totals.discount.minor == sum(
        one.amount.minor for one in result.lines
    )
    if inputs.savings_as is None:
        assert totals.savings.minor == sum(given.amount.minor for given in result.discounts)
    assert totals.due == totals.total - totals.tendered + totals.cash_rounding


CLASSES = ("standard", "food", "books", "luxury")
plain_rates = st.integers(0, 400_000).map(lambda millionths: (Rate("VAT", millionths),))
double_rates = st.tuples(st.integers(0, 200_000), st.integers(0, 200_000), st.booleans()).map(
    lambda drawn: (Rate("GST", drawn[0], "CA"), Rate("PST", drawn[1], "CA-QC", compound=drawn[2]))
)
rate_tables = st.fixed_dictionaries(
    {"standard": plain_rates, "food": plain_rates, "luxury": double_rates}
)


def tax_rules(**fixed: object) -> st.SearchStrategy[TaxRules]:
    choices: dict[str, object] = {
        "rates": rate_tables,
        "inclusive": st.booleans(),
        "home_rates": st.none() | rate_tables,
        "other_rate": st.sampled_from(["keep_gross", "keep_net"]),
        "rounding": st.sampled_from(["document", "line"]),
        "shipping": st.sampled_from(["own_class", "highest", "proportional"]),
    }
    for name, value in fixed.items():
        choices[name] = st.just(value)
    return st.builds(TaxRules, **choices)  # type: ignore[arg-type]


@st.composite
def lines_of(
    draw: st.DrawFn, currency: str, classes: Sequence[str] = CLASSES
) -> tuple[LineInput, ...]:
    units = draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=6))
    return tuple(
        line(
            f"line{place}",
            unit,
            draw(st.integers(1, 12)),
            currency=currency,
            tax_class=draw(st.sampled_from(classes)),
            requires_shipping=draw(st.booleans()),
        )
        for place, unit in enumerate(units)
    )


@st.composite
def discounts_of(
    draw: st.DrawFn,
    currency: str,
    levels: Sequence[str] = ("line", "order", "shipping"),
    keys: Sequence[str] = (),
    max_size: int = 4,
) -> tuple[Discount, ...]:
    drawn = []
    for place in range(draw(st.integers(0, max_size))):
        by_rate = draw(st.booleans())
        some = draw(st.none() | st.frozensets(st.sampled_from(keys))) if keys else None
        drawn.append(
            Discount(
                key=f"discount{place}",
                level=draw(st.sampled_from(levels)),  # type: ignore[arg-type]
                millionths=draw(st.integers(0, 1_000_000)) if by_rate else None,
                amount=None if by_rate else Money(draw(st.integers(0, 30_000)), currency),
                lines=some,
                combinable=draw(st.booleans()),
                priority=draw(st.integers(0, 2)),
            )
        )
    return tuple(drawn)


currencies = st.sampled_from(["EUR", "JPY", "KWD"])


@st.composite
def carts(draw: st.DrawFn, tax: st.SearchStrategy[TaxRules] | None = None) -> PriceInputs:
    """Any cart there could be, in a currency with two, no or three decimals."""
    currency = draw(currencies)
    lines = draw(lines_of(currency))
    shipping = None
    if draw(st.booleans()):
        shipping = ShippingInput(
            key="post",
            name="Post",
            price=Money(draw(st.integers(0, 3_000)), currency),
            tax_class=draw(st.sampled_from(CLASSES)),
        )
    return PriceInputs(
        currency=currency,
        lines=lines,
        discounts=draw(discounts_of(currency, keys=[one.key for one in lines])),
        shipping=shipping,
        tax=draw(tax if tax is not None else tax_rules()),
    )
