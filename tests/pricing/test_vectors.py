"""The golden vectors: figures that other shops once got wrong. They hold to the minor unit."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.pricing.carts import check_sums, line
from webapp.kit.money import Money
from webapp.pricing.calculation import (
    Discount,
    PriceInputs,
    Rate,
    ShippingInput,
    TaxRules,
    calculate,
    refund_for_units,
)

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


def _inputs(vector: dict[str, Any]) -> PriceInputs:
    currency = vector["currency"]
    shipping = vector.get("shipping")
    return PriceInputs(
        currency=currency,
        lines=tuple(
            line(
                one["key"],
                one["unit"],
                one.get("quantity", 1),
                currency=currency,
                tax_class=one.get("tax_class", "standard"),
            )
            for one in vector["lines"]
        ),
        discounts=tuple(
            Discount(
                key=one["key"],
                level=one["level"],
                millionths=one.get("millionths"),
                amount=Money(one["amount"], currency) if "amount" in one else None,
                lines=frozenset(one["lines"]) if "lines" in one else None,
            )
            for one in vector.get("discounts", [])
        ),
        shipping=ShippingInput(key="post", name="Post", price=Money(shipping["price"], currency))
        if shipping
        else None,
        tax=TaxRules(
            rates={name: (Rate("VAT", rate),) for name, rate in vector["tax"].items()},
            inclusive=vector.get("inclusive", False),
            rounding=vector.get("rounding", "document"),
        ),
    )


def _id(vector: dict[str, Any]) -> str:
    return f"{vector['id']}: {vector['case']}"


@pytest.mark.parametrize("vector", VECTORS, ids=_id)
def test_a_golden_vector_holds(vector: dict[str, Any]) -> None:
    inputs = _inputs(vector)
    expect = vector["expect"]

    result = calculate(inputs)

    check_sums(result, inputs)
    totals = {name: getattr(result.totals, name).minor for name in expect["totals"]}
    assert totals == expect["totals"]
    for key, figures in expect.get("lines", {}).items():
        found = {name: getattr(result.line(key), name).minor for name in figures}
        assert found == figures
    given = {one.key: one.amount.minor for one in result.discounts if one.level != "line"}
    for one in result.discounts:
        if one.level == "line":
            given[one.key] = given.get(one.key, 0) + one.amount.minor
    for key, amount in expect.get("discounts", {}).items():
        assert given[key] == amount
    for key, shares in expect.get("shares", {}).items():
        (one,) = (one for one in result.discounts if one.key == key)
        assert {name: share.minor for name, share in one.shares} == shares
    if "groups" in expect:
        found_groups = [
            {name: getattr(group, name).minor for name in ("amount", "net", "tax")}
            for group in result.groups
        ]
        assert found_groups == expect["groups"]
    for key, sums in expect.get("cumulative_refunds", {}).items():
        gross, quantity = result.line(key).gross, result.line(key).quantity
        found_sums = [refund_for_units(gross, quantity, 0, k).minor for k in range(quantity + 1)]
        assert found_sums == sums
        one_by_one = [refund_for_units(gross, quantity, k, k + 1) for k in range(quantity)]
        assert Money.sum(one_by_one, gross.currency) == gross


def test_every_vector_is_here() -> None:
    assert {vector["id"] for vector in VECTORS} == {f"V{number}" for number in range(1, 14)}


def test_units_given_back_one_by_one() -> None:
    thousand = Money(1000, "EUR")
    assert [refund_for_units(thousand, 3, k, k + 1).minor for k in range(3)] == [333, 334, 333]


@pytest.mark.parametrize(
    ("quantity", "first", "last"), [(3, 2, 1), (3, -1, 1), (3, 0, 4), (0, 0, 0)]
)
def test_units_that_are_not_there_are_not_given_back(quantity: int, first: int, last: int) -> None:
    with pytest.raises(ValueError):
        refund_for_units(Money(1000, "EUR"), quantity, first, last)
