import pytest
from sqlmodel import Session

from webapp.kit.actors import Actor
from webapp.kit.errors import NotAllowed
from webapp.kit.money import Money
from webapp.payments import commands, providers, queries
from webapp.payments.audit import CHECKS
from webapp.payments.errors import UnknownMethod
from webapp.payments.models import Payment, PaymentEvent, PaymentEventKind, PaymentEventStatus
from webapp.payments.providers import Purchase
from webapp.payments.queries import Ledger
from webapp.runtime.events import history
from webapp.shop.queries import current

CLERK = Actor("staff", "per_clerk", "Cleo Clerk", frozenset({"orders:write"}))


def make_payment(db: Session, reference: str = "ord_one", amount: int = 1000) -> Payment:
    payment = commands.begin(
        db, reference=reference, method="bank_transfer", amount=Money(amount, "EUR")
    )
    db.commit()
    return payment


def write(db: Session, payment: Payment, kind: str, amount: int, status: str = "succeeded") -> None:
    """A line as a card service would have it written."""
    number = len(queries.movements(db, payment.reference))
    event = PaymentEvent(
        payment_id=payment.id,
        kind=PaymentEventKind(kind),
        status=PaymentEventStatus(status),
        amount_minor=amount,
        provider="card",
        provider_reference=f"ch_{number}",
    )
    db.add(event)
    db.commit()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], Ledger()),
        ([("capture", 400), ("capture", 600)], Ledger(captured=1000)),
        ([("capture", 1000), ("refund", 300)], Ledger(captured=1000, refunded=300)),
        ([("authorize", 1000)], Ledger(authorized=1000)),
        ([("authorize", 1000), ("capture", 400)], Ledger(captured=400, authorized=600)),
        ([("authorize", 1000), ("void", 1000)], Ledger(lapsed=True)),
        ([("capture", 1000, "pending")], Ledger(pending=1000)),
        ([("capture", 1000, "failed")], Ledger()),
        ([("capture", 1000), ("refund", 300, "pending")], Ledger(captured=1000)),
    ],
)
def test_the_ledger_is_the_sum_of_its_lines(db, lines, expected):
    payment = make_payment(db)
    for line in lines:
        write(db, payment, *line)

    assert queries.ledger(db, "ord_one") == expected


def test_one_reference_does_not_count_for_another(db):
    make_payment(db, "ord_one")
    make_payment(db, "ord_two")

    commands.record_capture(db, CLERK, reference="ord_one", amount=Money(5, "EUR"))

    assert queries.ledgers(db, ["ord_one", "ord_two", "ord_three"]) == {
        "ord_one": Ledger(captured=5),
        "ord_two": Ledger(),
        "ord_three": Ledger(),
    }


def test_what_came_in_is_a_fact_of_the_payment(db):
    payment = make_payment(db)

    commands.record_capture(
        db, CLERK, reference="ord_one", amount=Money(5, "EUR"), provider_reference="stmt 7"
    )

    (fact,) = history(db, "payment", payment.public_id)
    assert (fact.name, fact.actor_name) == ("payment.captured", "Cleo Clerk")
    assert (fact.payload["reference"], fact.payload["amount_minor"]) == ("ord_one", 5)
    (line,) = queries.movements(db, "ord_one")
    assert (str(line.amount), line.provider_reference) == ("0.05 EUR", "stmt 7")


def test_money_is_recorded_by_those_who_may(db):
    make_payment(db)
    reader = Actor("staff", "per_reader", "Rita Reader", frozenset({"orders:read"}))

    for record in (commands.record_capture, commands.record_refund):
        with pytest.raises(NotAllowed):
            record(db, reader, reference="ord_one", amount=Money(5, "EUR"))

    assert queries.movements(db, "ord_one") == []


def test_the_audit_finds_money_that_went_back_but_never_came(db):
    payment = make_payment(db)
    write(db, payment, "capture", 100)
    write(db, payment, "refund", 100)
    check = CHECKS["I4 refunds stay within captures"]
    assert check(db) == []

    write(db, payment, "refund", 1)

    assert check(db) == [f"payment {payment.public_id}: 1.01 EUR went back of 1.00 EUR"]


@pytest.mark.parametrize(
    ("purchase", "offered"),
    [
        ({}, ["bank_transfer", "cash_on_delivery"]),
        ({"requires_shipping": False}, ["bank_transfer"]),
        ({"total_minor": 0}, ["free"]),
    ],
)
def test_the_ways_to_pay_follow_what_is_bought(db, purchase, offered):
    bought = Purchase(
        **{"total_minor": 5, "currency": "EUR", "country": "DE", "requires_shipping": True}
        | purchase
    )

    assert [one.code for one in providers.offered(current(db), bought)] == offered


def test_cash_is_paid_where_the_goods_are_handed_over():
    cash = providers.by_code("cash_on_delivery")
    sent = Purchase(total_minor=5, currency="EUR", country="DE", requires_shipping=True)
    fetched = Purchase(
        total_minor=5, currency="EUR", country="DE", requires_shipping=True, is_pickup=True
    )

    assert cash.name(sent) == "Cash on delivery"
    assert cash.name(fetched) == "Pay when you pick it up"
    with pytest.raises(UnknownMethod):
        providers.by_code("cheque")
