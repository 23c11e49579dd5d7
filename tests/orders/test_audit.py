"""The audit finds what is wrong: each check is shown a book that does not balance."""

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.factories.cart import make_goods
from tests.factories.orders import make_paid_order, make_shipped_order
from tests.factories.pricing import make_tax_rate
from tests.orders.books import faults


def test_a_sound_shop_has_no_faults(db: Session):
    make_tax_rate(db)
    make_paid_order(db, (make_goods(db), 2))
    make_shipped_order(db, make_goods(db), make_goods(db, "Table"))

    assert faults(db) == []


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE orders SET total_minor = total_minor + 1", "order 1001: total 3999, but"),
        ("UPDATE order_lines SET total_minor = 1", "but its parts come to 1"),
        ("UPDATE orders SET tax_minor = tax_minor + 1", "its tax lines come to 638"),
        ("UPDATE order_lines SET tax_minor = 0", "line 1 has tax 0, its tax lines 638"),
        (
            "UPDATE order_tax_lines SET base_minor = 3360, tax_minor = 639",
            "VAT on 3360 is 639, the rule says 638",
        ),
        ("UPDATE orders SET discount_minor = 5", "discount 5, but its lines carry 0"),
        ("UPDATE orders SET subtotal_minor = 5", "subtotal 5, but its lines come to"),
        ("UPDATE order_lines SET unit_price_minor = 5", "not its price times its quantity"),
        ("UPDATE orders SET captured_minor = 4500", "says (4500, 0) came in and went back"),
        ("UPDATE orders SET payment_status = 'unpaid'", "is unpaid, its ledger says paid"),
        ("UPDATE order_lines SET fulfilled = 1", "1 sent, the records say 2"),
        ("UPDATE order_lines SET delivered = 1", "1 delivered, the records say 0"),
        ("DELETE FROM fulfilment_lines", "2 sent, the records say 0"),
        (
            "UPDATE orders SET fulfilment_status = 'unfulfilled'",
            "is unfulfilled, its lines say fulfilled",
        ),
        ("UPDATE orders SET cart_id = 999", "was ordered, but there is no order"),
        ("UPDATE payments SET reference = 'other'", "order 1001: has 0 payments"),
        (
            "UPDATE payment_events SET kind = 'refund'",
            "39.98 EUR went back of 0.00 EUR",
        ),
    ],
)
def test_a_book_that_does_not_balance_is_told(db: Session, damage: str, told: str):
    make_tax_rate(db)
    make_shipped_order(db, (make_goods(db, price=1999), 2))
    db.execute(text("PRAGMA foreign_keys=OFF"))
    db.execute(text(damage))
    db.commit()
    db.expire_all()

    found = faults(db)

    assert any(told in fault for fault in found), found
