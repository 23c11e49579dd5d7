from dataclasses import dataclass

import pytest

from webapp.orders.models import FulfilmentStatus, PaymentStatus
from webapp.orders.status import (
    Paid,
    fulfilment_status,
    is_complete,
    left_to_cancel,
    left_to_fulfil,
    payment_status,
)


@dataclass
class Units:
    quantity: int
    fulfilled: int = 0
    delivered: int = 0
    returned: int = 0
    cancelled: int = 0
    requires_shipping: bool = True
    is_digital: bool = False


@pytest.mark.parametrize(
    ("paid", "expected"),
    [
        (Paid(total=0, due=0), "paid"),
        (Paid(total=1000, due=1000), "unpaid"),
        (Paid(total=1000, due=0), "unpaid"),
        (Paid(total=1000, due=1000, captured=1), "partially_paid"),
        (Paid(total=1000, due=1000, captured=999), "partially_paid"),
        (Paid(total=1000, due=1000, captured=1000), "paid"),
        (Paid(total=1000, due=1000, captured=1001), "overpaid"),
        (Paid(total=1000, due=600, captured=1000), "overpaid"),
        (Paid(total=1000, due=0, captured=1000), "overpaid"),
        (Paid(total=1000, due=600, captured=600), "paid"),
        (Paid(total=1000, due=1000, captured=1000, refunded=1), "partially_refunded"),
        (Paid(total=1000, due=600, captured=1000, refunded=400), "partially_refunded"),
        (Paid(total=1000, due=0, captured=1000, refunded=1000), "refunded"),
        (Paid(total=1000, due=1000, captured=1000, refunded=1000), "refunded"),
        (Paid(total=1000, due=1000, authorized=1000), "authorized"),
        (Paid(total=1000, due=1000, authorized=1200), "authorized"),
        (Paid(total=1000, due=1000, authorized=999), "partially_authorized"),
        (Paid(total=1000, due=1000, authorized=999, captured=1), "partially_paid"),
        (Paid(total=1000, due=1000, pending=1000), "pending"),
        (Paid(total=1000, due=1000, pending=1000, authorized=1), "partially_authorized"),
        (Paid(total=1000, due=1000, pending=1000, lapsed=True), "pending"),
        (Paid(total=1000, due=1000, lapsed=True), "voided"),
        (Paid(total=1000, due=0, lapsed=True), "voided"),
        (Paid(total=1000, due=1000, lapsed=True, captured=1000), "paid"),
    ],
)
def test_the_payment_status_follows_from_the_ledger(paid, expected):
    assert payment_status(paid) is PaymentStatus(expected)


@pytest.mark.parametrize(
    ("paid", "balance"),
    [
        (Paid(total=1000, due=1000), 1000),
        (Paid(total=1000, due=1000, captured=400), 600),
        (Paid(total=1000, due=600, captured=1000), -400),
        (Paid(total=1000, due=600, captured=1000, refunded=400), 0),
    ],
)
def test_the_balance_says_what_is_to_come_or_to_go_back(paid, balance):
    assert paid.balance == balance


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], "not_required"),
        ([Units(2, requires_shipping=False)], "not_required"),
        ([Units(2, cancelled=2)], "not_required"),
        ([Units(2)], "unfulfilled"),
        ([Units(2, requires_shipping=False, is_digital=True)], "unfulfilled"),
        ([Units(2, cancelled=1)], "unfulfilled"),
        ([Units(2, fulfilled=1)], "partially_fulfilled"),
        ([Units(1, fulfilled=1), Units(1)], "partially_fulfilled"),
        ([Units(2, fulfilled=1, delivered=1)], "partially_fulfilled"),
        ([Units(2, fulfilled=1, delivered=1, returned=1)], "partially_fulfilled"),
        ([Units(2, fulfilled=2)], "fulfilled"),
        ([Units(2, fulfilled=1, cancelled=1)], "fulfilled"),
        ([Units(2, fulfilled=2), Units(1, requires_shipping=False)], "fulfilled"),
        ([Units(2, fulfilled=2, delivered=1)], "partially_delivered"),
        ([Units(2, fulfilled=2, delivered=2)], "delivered"),
        ([Units(2, fulfilled=2, delivered=2, returned=1)], "partially_returned"),
        ([Units(2, fulfilled=2, returned=1)], "partially_returned"),
        ([Units(2, fulfilled=2, delivered=2, returned=2)], "returned"),
    ],
)
def test_the_fulfilment_status_follows_from_the_counters(lines, expected):
    assert fulfilment_status(lines) is FulfilmentStatus(expected)


def test_what_is_left_of_a_line():
    assert left_to_fulfil(Units(5, fulfilled=2, cancelled=1)) == 2
    assert left_to_fulfil(Units(5, requires_shipping=False)) == 0
    assert left_to_cancel(Units(5, fulfilled=2, cancelled=1)) == 2


@pytest.mark.parametrize(
    ("paid", "lines", "complete"),
    [
        (Paid(1000, 1000, captured=1000), [Units(1, fulfilled=1)], True),
        (Paid(1000, 500, captured=1000), [Units(2, fulfilled=1, cancelled=1)], True),
        (Paid(1000, 1000, captured=1000, refunded=10), [Units(1, fulfilled=1)], True),
        (Paid(1000, 1000, captured=999), [Units(1, fulfilled=1)], False),
        (Paid(1000, 1000, authorized=1000), [Units(1, fulfilled=1)], False),
        (Paid(1000, 1000, captured=1000), [Units(2, fulfilled=1)], False),
        (Paid(1000, 1000, captured=1000), [Units(1, requires_shipping=False)], True),
        (Paid(0, 0), [Units(1, fulfilled=1)], True),
    ],
)
def test_an_order_is_complete_when_goods_are_out_and_money_is_in(paid, lines, complete):
    assert is_complete(paid, lines) is complete
