"""Payments for those outside who are told of them."""

from collections import defaultdict
from collections.abc import Sequence

from sqlmodel import Session, col, select

from webapp.kit.money import Money
from webapp.payments.models import Payment, PaymentEvent
from webapp.runtime.portraits import Drawing, Portrait


def draw_payments(session: Session, ids: Sequence[str]) -> dict[str, Drawing]:
    """Payments with their ledger; two statements."""
    found = session.exec(select(Payment).where(col(Payment.public_id).in_(ids))).all()
    lines: dict[int, list[Drawing]] = defaultdict(list)
    currencies = {payment.id: payment.currency for payment in found}
    for line in session.exec(
        select(PaymentEvent)
        .where(col(PaymentEvent.payment_id).in_(currencies))
        .order_by(col(PaymentEvent.id))
    ):
        lines[line.payment_id].append(
            {
                "kind": line.kind.value,
                "status": line.status.value,
                "amount": Money(line.amount_minor, currencies[line.payment_id]).wire(),
                "provider": line.provider,
                "occurred_at": line.occurred_at.isoformat().replace("+00:00", "Z"),
            }
        )
    return {
        payment.public_id: {
            "id": payment.public_id,
            "reference": payment.reference,
            "method": payment.method,
            "amount": Money(payment.amount_minor, payment.currency).wire(),
            "ledger": lines[payment.id or 0],
        }
        for payment in found
    }


PORTRAITS = {"payment": Portrait(draw_payments)}
