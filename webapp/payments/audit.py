"""What must hold of the payment ledger."""

from collections.abc import Callable, Sequence

from sqlalchemy import ColumnElement, case
from sqlmodel import Session, col, func, select

from webapp.kit.money import Money
from webapp.payments.models import Payment, PaymentEvent, PaymentEventKind, PaymentEventStatus


def refunds_within_captures(session: Session) -> list[str]:
    """I4, per payment: never more given back than came in."""
    captured = _sum_of(PaymentEventKind.capture)
    refunded = _sum_of(PaymentEventKind.refund)
    rows = session.exec(
        select(Payment.public_id, Payment.currency, captured, refunded)
        .join(PaymentEvent, col(PaymentEvent.payment_id) == col(Payment.id))
        .where(PaymentEvent.status == PaymentEventStatus.succeeded)
        .group_by(col(Payment.id), col(Payment.public_id), col(Payment.currency))
        .having(refunded > captured)
    )
    return [
        f"payment {name}: {Money(int(back), currency)} went back of {Money(int(came), currency)}"
        for name, currency, came, back in rows
    ]


def one_event_for_one_reference(session: Session) -> list[str]:
    """I9: what a provider calls one thing is recorded once."""
    rows = session.exec(
        select(PaymentEvent.provider, PaymentEvent.kind, PaymentEvent.provider_reference)
        .group_by(
            col(PaymentEvent.provider),
            col(PaymentEvent.kind),
            col(PaymentEvent.provider_reference),
        )
        .having(func.count() > 1)
    )
    return [f"{provider} {kind} {name}: recorded more than once" for provider, kind, name in rows]


def _sum_of(kind: PaymentEventKind) -> ColumnElement[int]:
    return func.sum(case((col(PaymentEvent.kind) == kind, PaymentEvent.amount_minor), else_=0))


CHECKS: dict[str, Callable[[Session], Sequence[str]]] = {
    "I4 refunds stay within captures": refunds_within_captures,
    "I9 one record for each provider reference": one_event_for_one_reference,
}
