"""The rules one by one, with figures worked out by hand."""

import ast
from pathlib import Path

import pytest

from tests.pricing.carts import VAT, check_sums, euros, line, post
from webapp.kit import money
from webapp.kit.money import MixedCurrencies, Money
from webapp.kit.values import replace
from webapp.pricing import calculation
from webapp.pricing.calculation import (
    Discount,
    Exemption,
    FeeInput,
    LineInput,
    PriceCandidate,
    PriceInputs,
    PriceSource,
    Rate,
    ShippingInput,
    TaxRules,
    TenderInput,
    calculate,
    percent,
)

INCLUSIVE = TaxRules(rates=VAT, inclusive=True)


def priced(*lines: LineInput, **more: object) -> calculation.PriceResult:
    inputs = PriceInputs(currency="EUR", lines=lines, **more)  # type: ignore[arg-type]
    result = calculate(inputs)
    check_sums(result, inputs)
    return result


def with_prices(quantity: int, *prices: PriceCandidate) -> LineInput:
    return LineInput(key="a", quantity=quantity, prices=prices)


def test_an_empty_cart_costs_nothing() -> None:
    result = priced(shipping=post(500), tax=INCLUSIVE)

    assert result.totals.total.is_zero
    assert result.shipping is None


def test_a_price_list_goes_before_a_lower_sale_price_which_stays_in_the_trace() -> None:
    result = priced(
        with_prices(
            2,
            PriceCandidate(euros(1000)),
            PriceCandidate(euros(700), PriceSource.SALE, "Winter sale"),
            PriceCandidate(euros(900), PriceSource.GROUP_LIST, "Trade"),
        )
    )

    assert result.line("a").unit == euros(900)
    assert result.line("a").source is PriceSource.GROUP_LIST
    assert result.explain().splitlines()[:3] == [
        "price: a: 2 x 9.00 EUR = 18.00 EUR (Trade)",
        "price: a: 10.00 EUR not taken (regular price): another goes before it",
        "price: a: 7.00 EUR not taken (Winter sale): another goes before it",
    ]


@pytest.mark.parametrize(
    ("quantity", "subtotal"), [(1, 1000), (9, 9000), (10, 9000), (49, 44100), (50, 40000)]
)
def test_a_quantity_break_counts_once_it_is_reached(quantity: int, subtotal: int) -> None:
    result = priced(
        with_prices(
            quantity,
            PriceCandidate(euros(1000)),
            PriceCandidate(euros(900), min_quantity=10),
            PriceCandidate(euros(800), min_quantity=50),
        )
    )

    assert result.line("a").subtotal == euros(subtotal)


def discount(key: str, percent_off: int, level: str = "line", **more: object) -> Discount:
    return Discount(
        key=key,
        level=level,  # type: ignore[arg-type]
        millionths=percent_off * 10_000,
        **more,  # type: ignore[arg-type]
    )


def test_combinable_discounts_follow_each_other_by_priority() -> None:
    ten_off = Discount(key="ten", level="line", amount=euros(1000), priority=2)
    half = discount("half", 50, priority=1)

    result = priced(line("a", 5000), discounts=(ten_off, half))

    assert [(one.key, one.amount.minor) for one in result.discounts] == [
        ("half", 2500),
        ("ten", 1000),
    ]


def test_a_discount_that_stands_alone_wins_when_it_saves_more_than_the_others_together() -> None:
    alone = discount("alone", 30, combinable=False)
    others = (discount("x", 10), discount("y", 10))

    result = priced(line("a", 10_000), discounts=(alone, *others))

    assert [(one.key, one.amount.minor) for one in result.discounts] == [("alone", 3000)]
    assert "x not taken: it would save 10.00 EUR" in result.explain()


def test_a_discount_that_stands_alone_loses_when_the_others_together_save_more() -> None:
    alone = discount("alone", 15, combinable=False)
    others = (discount("x", 10), discount("y", 10))

    result = priced(line("a", 10_000), discounts=(alone, *others))

    assert [(one.key, one.amount.minor) for one in result.discounts] == [("x", 1000), ("y", 900)]


@pytest.mark.parametrize(("priorities", "winner"), [((1, 2), "b"), ((2, 1), "a"), ((1, 1), "a")])
def test_equal_savings_go_by_priority_then_by_key(priorities: tuple[int, int], winner: str) -> None:
    two = (
        discount("b", 20, combinable=False, priority=priorities[0]),
        discount("a", 20, combinable=False, priority=priorities[1]),
    )

    assert [one.key for one in priced(line("x", 1000), discounts=two).discounts] == [winner]


def test_every_line_has_its_own_best() -> None:
    half = discount("half", 50, combinable=False, lines=frozenset({"cheap"}))
    ten = Discount(key="ten", level="line", amount=euros(1000), combinable=False)

    result = priced(line("cheap", 1500), line("dear", 9000), discounts=(half, ten))

    assert {one.key: one.discounts[0].key for one in result.lines} == {
        "cheap": "ten",
        "dear": "ten",
    }
    assert result.line("cheap").amount == euros(500)


def test_an_amount_is_capped_at_what_is_left() -> None:
    result = priced(
        line("a", 300),
        line("b", 200),
        discounts=(
            Discount(key="line", level="line", amount=euros(250)),
            Discount(key="order", level="order", amount=euros(9_999)),
        ),
    )

    assert [one.amount.minor for one in result.discounts] == [250, 200, 50]
    assert result.totals.total.is_zero


def test_an_order_discount_rests_on_its_own_lines_and_on_what_line_discounts_left() -> None:
    result = priced(
        line("a", 1000),
        line("b", 1000),
        line("c", 5000),
        discounts=(
            discount("half", 50, lines=frozenset({"a"})),
            discount("tenth", 10, "order", lines=frozenset({"a", "b"})),
        ),
    )

    tenth = result.discounts[-1]
    assert tenth.amount == euros(150)
    assert tenth.shares == (("a", euros(50)), ("b", euros(100)))


def test_shipping_is_free_from_what_is_left_after_discounts() -> None:
    option = replace(post(490), free_from=euros(5000))
    ten = (discount("ten", 10, "order"),)

    assert priced(line("a", 5000), shipping=option).totals.shipping.is_zero
    assert priced(line("a", 4999), shipping=option).totals.shipping == euros(490)
    assert priced(line("a", 5000), shipping=option, discounts=ten).totals.shipping == euros(490)
    before = replace(option, free_from_before_discounts=True)
    assert priced(line("a", 5000), shipping=before, discounts=ten).totals.shipping.is_zero


def test_downloads_alone_are_not_sent() -> None:
    book = line("book", 900, requires_shipping=False)

    assert priced(book, shipping=post(490)).shipping is None
    assert priced(book, line("a", 100), shipping=post(490)).totals.total == euros(1490)


def test_a_shipping_discount_is_capped_at_the_price() -> None:
    five = Discount(key="five", level="shipping", amount=euros(500))

    result = priced(line("a", 1000), shipping=post(490), discounts=(five,), tax=INCLUSIVE)

    assert result.shipping is not None
    assert result.shipping.gross.is_zero
    assert result.shipping.discounts[0].amount == euros(490)
    assert result.totals.savings == euros(490)


def test_shipping_joins_the_group_of_its_class_so_that_tax_is_rounded_once() -> None:
    result = priced(line("a", 1003), shipping=post(503), tax=TaxRules(rates=VAT))

    # 1003 and 503 apart would bear 190.57 -> 191 and 95.57 -> 96; together 286.14 -> 286.
    assert result.totals.tax == euros(286)
    assert [group.members for group in result.groups] == [("a", "post")]


def test_shipping_can_bear_the_highest_rate_in_the_cart() -> None:
    rules = TaxRules(rates=VAT, shipping="highest")
    option = post(1000, tax_class="food")

    bread = priced(line("a", 500, tax_class="food"), shipping=option, tax=rules)
    mixed = priced(line("a", 500, tax_class="food"), line("b", 1), shipping=option, tax=rules)

    assert bread.shipping is not None and bread.shipping.tax == euros(70)
    assert mixed.shipping is not None and mixed.shipping.tax == euros(190)


def test_shipping_can_be_taxed_in_proportion_to_the_goods() -> None:
    rules = TaxRules(rates=VAT, shipping="proportional")

    result = priced(
        line("a", 3000), line("b", 1000, tax_class="food"), shipping=post(1000), tax=rules
    )

    # Tax is rounded on goods and shipping together: 712.50 -> 713 and 87.50 -> 88, of which the
    # shipping has 142.6 and 17.6.
    assert result.shipping is not None
    assert [(tax.taxable.minor, tax.amount.minor) for tax in result.shipping.taxes] == [
        (750, 143),
        (250, 18),
    ]


def test_goods_without_price_leave_the_shipping_to_its_own_class() -> None:
    rules = TaxRules(rates=VAT, shipping="proportional")

    result = priced(line("a", 0, tax_class="food"), shipping=post(1000), tax=rules)

    assert result.shipping is not None and result.shipping.tax == euros(190)


def test_a_fee_bears_its_own_tax() -> None:
    fee = FeeInput(key="cod", label="Cash on delivery", amount=euros(238))

    result = priced(line("a", 107, tax_class="food"), fees=(fee,), tax=INCLUSIVE)

    assert (result.fees[0].net, result.fees[0].tax) == (euros(200), euros(38))
    assert result.totals.fees == euros(238)
    assert result.totals.total == euros(345)


def test_two_taxes_each_rest_on_the_net_unless_one_is_compound() -> None:
    gst = Rate("GST", 50_000, "CA")
    pst = Rate("QST", 99_750, "CA-QC")

    side_by_side = priced(line("a", 10_000), tax=TaxRules(rates={"standard": (gst, pst)}))
    on_top = priced(
        line("a", 10_000),
        tax=TaxRules(rates={"standard": (replace(pst, compound=True), gst)}),
    )

    assert [tax.amount.minor for tax in side_by_side.line("a").taxes] == [500, 998]
    assert [tax.amount.minor for tax in on_top.line("a").taxes] == [1047, 500]


def test_compound_taxes_stand_on_each_other_in_their_order() -> None:
    base, first, second = (
        Rate("Base", 100_000),
        Rate("First", 100_000, compound=True),
        Rate("Second", 100_000, compound=True),
    )

    result = priced(line("a", 10_000), tax=TaxRules(rates={"standard": (base, first, second)}))

    assert [tax.amount.minor for tax in result.line("a").taxes] == [1000, 1100, 1210]


def test_two_taxes_inside_a_price_share_what_is_inside() -> None:
    rates = (Rate("State", 60_000), Rate("City", 40_000))

    result = priced(line("a", 1100), tax=TaxRules(rates={"standard": rates}, inclusive=True))

    assert result.line("a").net == euros(1000)
    assert [tax.amount.minor for tax in result.line("a").taxes] == [60, 40]


def test_a_class_without_rates_is_not_taxed() -> None:
    result = priced(line("a", 1190, tax_class="stamps"), tax=INCLUSIVE)

    assert result.totals.tax.is_zero
    assert result.line("a").taxes == ()


def test_a_rate_of_nothing_is_still_named() -> None:
    zero = TaxRules(rates={"standard": (Rate("VAT", 0, "GB"),)}, inclusive=True)

    (tax,) = priced(line("a", 1190), tax=zero).line("a").taxes

    assert (tax.taxable, tax.amount) == (euros(1190), euros(0))


AUSTRIA = {"standard": (Rate("VAT", 200_000, "AT"),)}


def test_abroad_the_shopper_pays_the_price_shown_by_default() -> None:
    rules = TaxRules(rates=AUSTRIA, inclusive=True, home_rates=VAT)

    result = priced(line("a", 11_900), tax=rules)

    assert (result.totals.total, result.totals.tax) == (euros(11_900), euros(1983))
    assert result.totals.home_tax_relief.is_zero


def test_abroad_the_net_can_be_kept_instead() -> None:
    rules = TaxRules(rates=AUSTRIA, inclusive=True, home_rates=VAT, other_rate="keep_net")

    result = priced(line("a", 11_900), tax=rules)

    assert (result.totals.net, result.totals.tax) == (euros(10_000), euros(2000))
    assert result.totals.total == euros(12_000)
    assert result.totals.home_tax_relief == euros(-100)


@pytest.mark.parametrize("home", [None, VAT])
def test_reverse_charge_takes_the_home_tax_out_and_keeps_its_wording(
    home: dict[str, tuple[Rate, ...]] | None,
) -> None:
    exemption = Exemption("reverse_charge", "Reverse charge: the buyer owes the tax.")
    rules = TaxRules(rates=VAT, inclusive=True, home_rates=home, exemption=exemption)

    result = priced(line("a", 1190), line("b", 1070, tax_class="food"), tax=rules)

    assert result.totals.tax.is_zero
    assert result.totals.total == euros(2000)
    assert result.totals.home_tax_relief == euros(260)
    assert result.exemption == exemption
    assert exemption.wording in result.explain()


def test_an_exempt_buyer_of_net_prices_pays_the_net() -> None:
    rules = TaxRules(rates=VAT, exemption=Exemption("exempt", "Not taxed."))

    result = priced(line("a", 1000), line("b", 500, tax_class="food"), tax=rules)

    assert result.totals.total == euros(1500)


@pytest.mark.parametrize(
    ("inclusive", "shown", "savings"),
    [
        (True, None, 1190),
        (True, "gross", 1190),
        (True, "net", 1000),
        (False, None, 1190),
        (False, "net", 1190),
        (False, "gross", 1416),
    ],
)
def test_savings_are_shown_with_or_without_tax(
    inclusive: bool, shown: str | None, savings: int
) -> None:
    result = priced(
        line("a", 11_900),
        discounts=(discount("ten", 10),),
        tax=TaxRules(rates=VAT, inclusive=inclusive),
        savings_as=shown,
    )

    assert result.totals.savings == euros(savings)


def test_a_gift_card_pays_and_changes_no_tax() -> None:
    card = TenderInput(key="card", label="Gift card 1234", balance=euros(1000))
    credit = TenderInput(key="credit", label="Store credit", balance=euros(1000))

    plain = priced(line("a", 1190), tax=INCLUSIVE)
    paid = priced(line("a", 1190), tax=INCLUSIVE, tenders=(card, credit))

    assert paid.totals.tax == plain.totals.tax == euros(190)
    assert paid.totals.total == plain.totals.total
    assert [(one.key, one.amount.minor) for one in paid.tenders] == [
        ("card", 1000),
        ("credit", 190),
    ]
    assert paid.totals.due.is_zero
    assert paid.totals.savings.is_zero


@pytest.mark.parametrize(
    ("total", "rounding"), [(1000, 0), (1001, -1), (1002, -2), (1003, 2), (1004, 1), (1008, 2)]
)
def test_cash_is_rounded_on_a_line_of_its_own(total: int, rounding: int) -> None:
    result = priced(line("a", total), cash_step=euros(5))

    assert result.totals.total == euros(total)
    assert result.totals.cash_rounding == euros(rounding)
    assert result.totals.due == euros(total + rounding)


def test_cash_is_rounded_on_what_is_left_after_a_gift_card() -> None:
    card = TenderInput(key="card", label="Gift card", balance=euros(998))

    result = priced(line("a", 1001), tenders=(card,), cash_step=euros(5))

    assert (result.totals.cash_rounding, result.totals.due) == (euros(2), euros(5))


def test_a_cent_shared_by_two_taxes_is_taxed_once() -> None:
    rates = (Rate("One", 400_000), Rate("Two", 400_000))
    lines = [line(f"l{place}", 1) for place in range(9)]

    result = priced(*lines, tax=TaxRules(rates={"standard": rates}, inclusive=True))

    assert [one.gross.minor for one in result.lines] == [1] * 9
    assert [one.tax.minor for one in result.lines] == [1] * 4 + [0] * 5
    assert [tax.amount.minor for tax in result.groups[0].taxes] == [2, 2]


def test_the_trace_tells_the_whole_story() -> None:
    shirt = replace(line("var_1", 4950, 2), label="Linen shirt")
    result = priced(
        shirt,
        discounts=(discount("spring", 10, "order", label="Spring"),),
        shipping=replace(post(490), free_from=euros(10_000)),
        tax=INCLUSIVE,
        cash_step=euros(5),
    )

    assert result.explain().splitlines() == [
        "price: Linen shirt: 2 x 49.50 EUR = 99.00 EUR (regular price)",
        "order discount: Spring: 10 % of 99.00 EUR = 9.90 EUR, off Linen shirt",
        "shipping: Post: 4.90 EUR (goods 89.10 EUR after discounts, free from 100.00 EUR)",
        "tax: DE VAT 19 % on Linen shirt, Post: 94.00 EUR = 78.99 EUR net, of which tax 15.01 EUR, "
        "rounded per document",
        "total: 78.99 EUR net + 15.01 EUR tax",
    ]
    assert [step.amount.minor for step in result.trace if step.amount] == [
        9900,
        -990,
        490,
        1501,
        9400,
    ]


@pytest.mark.parametrize(
    ("millionths", "words"),
    [(190_000, "19 %"), (82_500, "8.25 %"), (99_750, "9.975 %"), (0, "0 %"), (1, "0.0001 %")],
)
def test_a_rate_in_words(millionths: int, words: str) -> None:
    assert percent(millionths) == words


def test_what_makes_no_sense_is_refused_at_once() -> None:
    for broken in (
        lambda: line("a", 100, 0),
        lambda: line("a", -100),
        lambda: line("a", 100, True),
        lambda: with_prices(1),
        lambda: with_prices(1, PriceCandidate(euros(1), min_quantity=2)),
        lambda: Discount(key="d", level="order"),
        lambda: Discount(key="d", level="order", millionths=1, amount=euros(1)),
        lambda: Discount(key="d", level="order", millionths=1_000_001),
        lambda: Discount(key="d", level="order", amount=euros(-1)),
        lambda: ShippingInput(key="s", name="S", price=euros(-1)),
        lambda: Rate("VAT", -1),
        lambda: Rate("VAT", 0.19),  # type: ignore[arg-type]
        lambda: PriceInputs(currency="EUR", lines=(line("a", 1), line("a", 1))),
        lambda: PriceInputs(currency="EUR", cash_step=euros(0)),
    ):
        with pytest.raises(ValueError):
            broken()


def test_currencies_do_not_mix() -> None:
    with pytest.raises(MixedCurrencies):
        PriceInputs(currency="EUR", lines=(line("a", 1, currency="JPY"),))
    with pytest.raises(MixedCurrencies):
        PriceInputs(currency="EUR", shipping=post(1, "USD"))
    with pytest.raises(MixedCurrencies):
        PriceInputs(
            currency="EUR", discounts=(Discount(key="d", level="order", amount=Money(1, "USD")),)
        )


MONEY_MODULES = sorted(
    [Path(money.__file__), *Path(calculation.__file__).parent.glob("*.py")],
    key=lambda path: path.name,
)


@pytest.mark.parametrize("path", MONEY_MODULES, ids=lambda path: path.name)
def test_no_float_comes_near_money(path: Path) -> None:
    """No float literal, no ``float``, no ``round`` (which rounds to even) and no true division."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not (isinstance(node, ast.Constant) and isinstance(node.value, float)), node.lineno
        assert not (isinstance(node, ast.Name) and node.id in {"float", "round"}), node.lineno
        assert not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)), node.lineno
