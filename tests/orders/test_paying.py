import pytest
from sqlmodel import Session, func, select

from tests.factories.cart import make_goods
from tests.factories.orders import CLERK, make_order, make_paid_order
from tests.orders.books import faults
from webapp.kit.errors import Invalid
from webapp.kit.money import Money
from webapp.orders import commands, queries
from webapp.orders.errors import NothingLeft
from webapp.orders.models import CancelReason, Order, OrderStatus, PaymentStatus
from webapp.payments import commands as payments
from webapp.payments.errors import MoreThanCaptured, NoSuchPayment, WrongCurrency
from webapp.payments.models import PaymentEvent
from webapp.runtime.events import history


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def names(db: Session, order: Order) -> list[str]:
    return [event.name for event in history(db, "order", order.public_id)]


def recorded(db: Session) -> int:
    return db.exec(select(func.count()).select_from(PaymentEvent)).one()


def test_money_for_an_order_makes_it_paid(db):
    order = make_order(db, make_goods(db, price=1999))

    commands.mark_paid(db, CLERK, order)
    db.commit()

    assert (order.payment_status, order.captured_minor) == (PaymentStatus.paid, 1999)
    assert names(db, order)[-2:] == ["order.updated", "order.paid"]
    assert queries.page_of(db, order).balance == euros(0)
    assert faults(db) == []


def test_the_history_names_who_recorded_the_money(db):
    order = make_order(db, make_goods(db, price=1999))

    commands.mark_paid(db, CLERK, order)

    facts = {event.name: event.actor_id for event in history(db, "order", order.public_id)}
    assert (facts["order.updated"], facts["order.paid"]) == (CLERK.id, CLERK.id)
    assert facts["order.placed"] is None


def test_money_may_come_in_parts_and_be_too_much(db):
    order = make_order(db, make_goods(db, price=1999))

    seen = []
    for amount in (1000, 999, 1):
        commands.mark_paid(db, CLERK, order, amount=euros(amount))
        seen.append((order.payment_status.value, queries.page_of(db, order).balance.minor))
    db.commit()

    assert seen == [("partially_paid", 999), ("paid", 0), ("overpaid", -1)]
    assert names(db, order).count("order.paid") == 1
    assert faults(db) == []


def test_the_same_money_is_recorded_once(db):
    order = make_order(db, make_goods(db, price=1999))

    for _ in range(2):
        commands.mark_paid(db, CLERK, order, amount=euros(500), key="click-1")
    db.commit()

    assert order.captured_minor == 500
    assert recorded(db) == 1


def test_a_key_belongs_to_one_payment(db):
    one, other = make_order(db), make_order(db)
    commands.mark_paid(db, CLERK, one, key="click-1")

    with pytest.raises(Invalid):
        commands.mark_paid(db, CLERK, other, key="click-1")

    assert other.captured_minor == 0


def test_nothing_left_to_pay(db):
    order = make_paid_order(db)

    with pytest.raises(NothingLeft):
        commands.mark_paid(db, CLERK, order)

    assert recorded(db) == 1


@pytest.mark.parametrize(
    ("amount", "error"),
    [
        (euros(0), Invalid),
        (euros(-5), Invalid),
        (Money(5, "USD"), WrongCurrency),
    ],
)
def test_an_amount_that_cannot_be(db, amount, error):
    order = make_order(db)

    with pytest.raises(error):
        commands.mark_paid(db, CLERK, order, amount=amount)

    assert recorded(db) == 0


def test_no_more_is_given_back_than_came_in(db):
    order = make_paid_order(db, make_goods(db, price=1999))

    with pytest.raises(NothingLeft):
        commands.record_refund(db, CLERK, order)
    with pytest.raises(MoreThanCaptured):
        commands.record_refund(db, CLERK, order, amount=euros(2000))
    commands.record_refund(db, CLERK, order, amount=euros(1500))
    with pytest.raises(MoreThanCaptured):
        commands.record_refund(db, CLERK, order, amount=euros(500))
    commands.record_refund(db, CLERK, order, amount=euros(499))
    db.commit()

    assert order.payment_status is PaymentStatus.refunded
    assert order.refunded_minor == 1999
    assert faults(db) == []


def test_late_money_does_not_bring_a_cancelled_order_back(db):
    order = make_order(db, make_goods(db, price=1999))
    commands.cancel(db, CLERK, order, reason=CancelReason.customer)

    commands.mark_paid(db, CLERK, order, amount=euros(1999))
    db.commit()

    assert order.status is OrderStatus.cancelled
    assert queries.page_of(db, order).to_refund == euros(1999)
    assert "order.paid" not in names(db, order)
    assert faults(db) == []


def test_money_for_something_else_is_no_matter_of_orders(db):
    payments.begin(db, reference="gif_card", method="bank_transfer", amount=euros(100))

    payments.record_capture(db, CLERK, reference="gif_card", amount=euros(100))

    assert recorded(db) == 1
    with pytest.raises(NoSuchPayment):
        payments.record_capture(db, CLERK, reference="ord_nothing", amount=euros(1))


def test_a_note_is_kept_in_the_history(db):
    order = make_order(db)

    commands.add_note(db, CLERK, order, "  <b>Fragile</b> ")
    db.commit()

    entry = queries.staff_order(db, order.number).timeline[0]
    assert (entry.text, entry.by, entry.is_note) == ("<b>Fragile</b>", "Cleo Clerk", True)
    for text in ("", "   ", "x" * 2001):
        with pytest.raises(Invalid):
            commands.add_note(db, CLERK, order, text)
