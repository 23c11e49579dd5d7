"""What a shopper is told about stock, and what the audit finds."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlmodel import Session

from tests.factories.catalogue import make_product, variants_of
from webapp.inventory import commands
from webapp.inventory.audit import CHECKS
from webapp.inventory.models import StockPolicy
from webapp.inventory.queries import Availability, Hint, HintKind, availability, hint
from webapp.kit.actors import SYSTEM

MAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("stock", "told"),
    [
        (Availability(100, StockPolicy.deny), Hint(HintKind.in_stock)),
        (Availability(5, StockPolicy.deny), Hint(HintKind.in_stock)),
        (Availability(4, StockPolicy.deny), Hint(HintKind.few, left=4)),
        (Availability(0, StockPolicy.deny), Hint(HintKind.sold_out)),
        (Availability(-3, StockPolicy.deny), Hint(HintKind.sold_out)),
        (Availability(None, StockPolicy.deny), Hint(HintKind.in_stock)),
        (Availability(0, StockPolicy.allow), Hint(HintKind.back_order)),
        (Availability(2, StockPolicy.allow), Hint(HintKind.few, left=2)),
        (Availability(0, StockPolicy.preorder, preorder_on=MAY), Hint(HintKind.preorder, on=MAY)),
        (Availability(-4, StockPolicy.preorder, preorder_limit=4), Hint(HintKind.sold_out)),
    ],
)
def test_exact_numbers_are_told_only_when_few_are_left(stock: Availability, told: Hint) -> None:
    assert hint(stock, show_below=5) == told


def test_availability_of_many_is_one_statement(db: Session, statements) -> None:  # type: ignore[no-untyped-def]
    product = make_product(db, sizes=["S", "M", "L"], on_hand=3)
    ids = [one.id for one in variants_of(db, product)]
    commands.set_policy(db, SYSTEM, ids[1], is_tracked=False)
    db.commit()

    with statements.counted() as seen:
        found = availability(db, [*ids, 999_999])
        assert len(seen) == 1

    assert [found[one].available for one in (*ids, 999_999)] == [3, None, 3, 0]
    assert availability(db, []) == {}


@pytest.mark.parametrize(
    ("statement", "name", "found"),
    [
        (
            "UPDATE stock_items SET on_hand = 9",
            "I6 stock is the sum of its movements",
            "on_hand is 9, its movements make 3",
        ),
        (
            "DELETE FROM stock_movements",
            "I6 stock is the sum of its movements",
            "on_hand is 3, its movements make 0",
        ),
        (
            "UPDATE stock_items SET committed = 4",
            "I6 nothing is promised that is not there",
            "1 more are sold than are there",
        ),
        (
            "UPDATE stock_items SET committed = 1",
            "I6 committed is what open orders await",
            "1 are committed, open orders have 0 to ship",
        ),
        (
            "UPDATE variants SET is_available = false",
            "availability repeats the stock",
            "is_available is False, its stock disagrees",
        ),
    ],
)
def test_the_audit_finds_what_does_not_balance(
    db: Session, statement: str, name: str, found: str
) -> None:
    make_product(db, on_hand=3)
    assert [fault for check in CHECKS.values() for fault in check(db)] == []

    db.execute(text(statement))

    (fault,) = CHECKS[name](db)
    assert fault.endswith(found)
