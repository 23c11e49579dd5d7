"""What the ledger of payments says."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, func, select

from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.payments.models import Payment, PaymentEvent, PaymentEventKind, PaymentEventStatus

Sums = dict[tuple[PaymentEventKind, PaymentEventStatus], int]


class Ledger(Value):
    """Sums of the events of everything paid for one reference, in minor units.

    ``authorized`` is what is still reserved: neither captured nor voided.
    """

    captured: int = 0
    refunded: int = 0
    authorized: int = 0
    pending: int = 0
    lapsed: bool = False


class Movement(Value):
    """One line of the ledger as a page shows it."""

    kind: PaymentEventKind
    status: PaymentEventStatus
    amount: Money
    provider: str
    provider_reference: str
    actor: str
    occurred_at: datetime


def ledger(session: Session, reference: str) -> Ledger:
    """What came in and went back for ``reference`` so far."""
    return ledgers(session, [reference])[reference]


def ledgers(session: Session, references: Sequence[str]) -> dict[str, Ledger]:
    """The same for several references in one statement; an empty one where nothing happened."""
    rows = session.exec(
        select(
            Payment.reference,
            PaymentEvent.kind,
            PaymentEvent.status,
            func.sum(PaymentEvent.amount_minor),
        )
        .join(PaymentEvent, col(PaymentEvent.payment_id) == col(Payment.id))
        .where(col(Payment.reference).in_(references))
        .group_by(col(Payment.reference), col(PaymentEvent.kind), col(PaymentEvent.status))
    ).all()
    sums: dict[str, Sums] = {reference: {} for reference in references}
    for reference, kind, status, total in rows:
        sums[reference][PaymentEventKind(kind), PaymentEventStatus(status)] = int(total)
    return {reference: _ledger(those) for reference, those in sums.items()}


def _ledger(sums: Sums) -> Ledger:
    def done(kind: PaymentEventKind) -> int:
        return sums.get((kind, PaymentEventStatus.succeeded), 0)

    captured = done(PaymentEventKind.capture)
    voided = done(PaymentEventKind.void)
    authorized = done(PaymentEventKind.authorize)
    return Ledger(
        captured=captured,
        refunded=done(PaymentEventKind.refund),
        authorized=max(authorized - captured - voided, 0),
        pending=sum(
            amount
            for (kind, status), amount in sums.items()
            if status is PaymentEventStatus.pending and kind is not PaymentEventKind.refund
        ),
        lapsed=voided > 0 and authorized <= voided,
    )


def moves_but(session: Session, reference: str, key: str | None) -> int | None:
    """How many movements there are for ``reference``; None once ``key`` is one of them."""
    query = (
        select(PaymentEvent.key)
        .join(Payment, col(Payment.id) == col(PaymentEvent.payment_id))
        .where(col(Payment.reference) == reference)
    )
    keys = session.exec(query).all()
    return None if key is not None and key in keys else len(keys)


def movements(session: Session, reference: str) -> Sequence[Movement]:
    """The ledger of ``reference``, oldest first."""
    rows = session.exec(
        select(PaymentEvent, Payment.currency)
        .join(Payment, col(Payment.id) == col(PaymentEvent.payment_id))
        .where(Payment.reference == reference)
        .order_by(col(PaymentEvent.id))
    ).all()
    return [
        Movement(
            kind=event.kind,
            status=event.status,
            amount=Money(event.amount_minor, currency),
            provider=event.provider,
            provider_reference=event.provider_reference,
            actor=event.actor,
            occurred_at=event.occurred_at,
        )
        for event, currency in rows
    ]
