"""What holds of every cart, in currencies with two, no and three decimals."""

from hypothesis import given
from hypothesis import strategies as st

from tests.pricing.carts import (
    carts,
    check_sums,
    currencies,
    discounts_of,
    line,
    lines_of,
    tax_rules,
)
from webapp.kit.money import Money
from webapp.kit.values import replace
from webapp.pricing.calculation import (
    Discount,
    Exemption,
    LineInput,
    PriceCandidate,
    PriceInputs,
    PriceSource,
    calculate,
    refund_for_units,
)


@given(carts())
def test_the_books_balance(inputs: PriceInputs) -> None:
    check_sums(calculate(inputs), inputs)


@given(carts())
def test_the_same_cart_costs_the_same(inputs: PriceInputs) -> None:
    assert calculate(inputs) == calculate(inputs)


@given(carts(), st.data())
def test_permuting_lines_changes_no_line_and_no_total(
    inputs: PriceInputs, data: st.DataObject
) -> None:
    """Without order discounts and shared roundings nothing depends on the order of the lines."""
    rules = replace(inputs.tax, rounding="line", shipping="own_class")
    own = tuple(one for one in inputs.discounts if one.level != "order")
    inputs = replace(inputs, discounts=own, tax=rules)
    shuffled = replace(inputs, lines=tuple(data.draw(st.permutations(inputs.lines))))

    one, other = calculate(inputs), calculate(shuffled)

    assert {line.key: line for line in one.lines} == {line.key: line for line in other.lines}
    assert one.totals == other.totals


@given(carts(), st.data())
def test_permuting_lines_moves_at_most_the_odd_cents(
    inputs: PriceInputs, data: st.DataObject
) -> None:
    """Where a rest is shared, a tie goes to the earlier line: no sum moves, a line by one unit."""
    order = tuple(one for one in inputs.discounts if one.level == "order")[:1]
    inputs = replace(inputs, discounts=order, tax=replace(inputs.tax, rounding="document"))
    shuffled = replace(inputs, lines=tuple(data.draw(st.permutations(inputs.lines))))

    one, other = calculate(inputs), calculate(shuffled)

    assert one.totals.subtotal == other.totals.subtotal
    assert one.totals.discount == other.totals.discount
    for priced in one.lines:
        moved = abs(priced.amount.minor - other.line(priced.key).amount.minor)
        assert moved <= 1


@given(carts(), st.integers(0, 20_000), st.integers(1, 9))
def test_adding_and_removing_a_line_restores_everything(
    inputs: PriceInputs, unit: int, quantity: int
) -> None:
    before = calculate(inputs)
    more = line("extra", unit, quantity, currency=inputs.currency)

    calculate(replace(inputs, lines=(*inputs.lines, more)))

    assert calculate(inputs) == before


@given(carts(tax=tax_rules(shipping="own_class")))
def test_discounts_never_make_a_cart_dearer(inputs: PriceInputs) -> None:
    plain = calculate(replace(inputs, discounts=()))

    discounted = calculate(inputs)

    assert discounted.totals.total <= plain.totals.total
    assert discounted.totals.tax <= plain.totals.tax
    for one in discounted.lines:
        assert one.amount <= plain.line(one.key).amount


@given(currencies, st.data())
def test_one_more_discount_never_makes_the_goods_dearer(currency: str, data: st.DataObject) -> None:
    lines = data.draw(lines_of(currency, classes=["standard"]))
    some = data.draw(discounts_of(currency, levels=["line", "order"]))
    (more,) = data.draw(discounts_of(currency, levels=["line", "order"], max_size=1).filter(bool))
    rules = data.draw(tax_rules(rounding="document", home_rates=None))
    without = PriceInputs(currency=currency, lines=lines, discounts=some, tax=rules)
    with_it = replace(without, discounts=(*some, replace(more, key="more")))

    assert calculate(with_it).totals.total <= calculate(without).totals.total


@given(carts(tax=tax_rules(rounding="document", shipping="own_class")), st.data())
def test_splitting_a_line_changes_no_tax(inputs: PriceInputs, data: st.DataObject) -> None:
    inputs = replace(inputs, discounts=())
    split: list[LineInput] = []
    for one in inputs.lines:
        first = data.draw(st.integers(0, one.quantity - 1))
        if first:
            split.append(replace(one, key=f"{one.key}a", quantity=first))
        split.append(replace(one, key=f"{one.key}b", quantity=one.quantity - first))

    whole, parts = calculate(inputs), calculate(replace(inputs, lines=tuple(split)))

    assert (whole.totals.net, whole.totals.tax) == (parts.totals.net, parts.totals.tax)
    assert whole.totals.total == parts.totals.total
    assert [group.taxes for group in whole.groups] == [group.taxes for group in parts.groups]


@given(carts())
def test_all_given_away_leaves_nothing_to_pay(inputs: PriceInputs) -> None:
    everything = (
        Discount(key="all", level="order", millionths=1_000_000),
        Discount(key="post", level="shipping", millionths=1_000_000),
    )

    totals = calculate(replace(inputs, discounts=everything)).totals

    assert (totals.total.minor, totals.tax.minor, totals.net.minor) == (0, 0, 0)


@given(carts(tax=tax_rules(inclusive=True, other_rate="keep_gross")))
def test_kept_gross_is_what_the_price_said(inputs: PriceInputs) -> None:
    result = calculate(inputs)

    assert result.totals.home_tax_relief.is_zero
    for one in result.lines:
        assert one.gross == one.amount


@given(carts())
def test_an_exempt_cart_bears_no_tax(inputs: PriceInputs) -> None:
    exempt = replace(inputs.tax, exemption=Exemption("exempt", "Not taxed"))

    result = calculate(replace(inputs, tax=exempt))

    assert result.totals.tax.is_zero
    assert result.totals.total <= Money.sum(
        [
            *(one.amount for one in result.lines),
            *([result.shipping.amount] if result.shipping else []),
        ],
        inputs.currency,
    )


@given(st.integers(0, 50_000), st.integers(1, 200), st.integers(1, 200))
def test_more_units_never_cost_less(unit: int, fewer: int, more: int) -> None:
    few, many = sorted([fewer, more])

    def subtotal(quantity: int) -> int:
        inputs = PriceInputs(currency="EUR", lines=(line("a", unit, quantity),))
        return calculate(inputs).line("a").subtotal.minor

    assert subtotal(few) <= subtotal(many)


@given(st.integers(0, 10**9), st.integers(1, 60), st.data())
def test_refunds_sum_exactly_however_the_units_are_split(
    total: int, quantity: int, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, quantity), max_size=5)))
    edges = [0, *cuts, quantity]
    money = Money(total, "KWD")

    parts = [
        refund_for_units(money, quantity, first, last)
        for first, last in zip(edges, edges[1:], strict=False)
    ]

    assert Money.sum(parts, "KWD") == money
    assert min(part.minor for part in parts) >= 0


@given(st.lists(st.tuples(st.sampled_from(PriceSource), st.integers(0, 999)), min_size=1))
def test_the_most_specific_price_wins_whatever_the_order(
    drawn: list[tuple[PriceSource, int]],
) -> None:
    prices = tuple(PriceCandidate(Money(unit, "EUR"), source) for source, unit in drawn)
    inputs = PriceInputs(currency="EUR", lines=(LineInput(key="a", quantity=1, prices=prices),))

    result = calculate(inputs).line("a")

    best = min(drawn, key=lambda one: (list(PriceSource).index(one[0]), one[1]))
    assert (result.source, result.unit.minor) == best
    assert sum("not taken" in step.words for step in calculate(inputs).trace) == len(drawn) - 1
