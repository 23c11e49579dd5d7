"""Asking for money, and writing down what came in and what went back."""

from sqlalchemy.exc import NoResultFound
from sqlmodel import Session, select

from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.kit.ids import token
from webapp.kit.money import Money
from webapp.payments import queries
from webapp.payments.errors import (
    MoreThanCaptured,
    NoSuchPayment,
    ReferenceTaken,
    WrongCurrency,
)
from webapp.payments.events import PaymentCaptured, PaymentRefunded
from webapp.payments.models import Payment, PaymentEvent, PaymentEventKind
from webapp.runtime.events import emit
from webapp.shop import queries as shops

LONGEST_REFERENCE = 200


def begin(session: Session, *, reference: str, method: str, amount: Money) -> Payment:
    """Ask for ``amount`` for the thing called ``reference`` (an order's public id)."""
    payment = Payment(
        reference=reference,
        method=method,
        amount_minor=amount.minor,
        currency=amount.currency,
    )
    session.add(payment)
    session.flush()
    return payment


def record_capture(
    session: Session,
    actor: Actor,
    *,
    reference: str,
    amount: Money,
    provider_reference: str = "",
    key: str | None = None,
) -> PaymentEvent:
    """Money for ``reference`` is here: all that was asked, a part, or more.

    Recording with the same ``key`` again is recording once. Without a ``provider_reference`` (the
    bank's or the card service's name for it) one is made up. Refuses with ``NoSuchPayment``, and
    with ``ReferenceTaken`` what was recorded under that name before.
    """
    actor.must("orders:write")
    payment = _locked(session, reference)
    known = _by_key(session, payment, key)
    if known is not None:
        return known
    _check(amount, payment)
    event = _record(
        session, actor, payment, PaymentEventKind.capture, amount, provider_reference, key
    )
    fact = PaymentCaptured(
        payment=payment.public_id,
        reference=payment.reference,
        amount_minor=amount.minor,
        currency=amount.currency,
        provider=payment.method,
        movement=event.id,
    )
    emit(session, fact, actor=actor)
    return event


def record_refund(
    session: Session,
    actor: Actor,
    *,
    reference: str,
    amount: Money,
    provider_reference: str = "",
    key: str | None = None,
) -> PaymentEvent:
    """Money for ``reference`` was given back by hand (a transfer, cash).

    Refuses with ``MoreThanCaptured`` what would give back more than came in, and with
    ``ReferenceTaken`` as above.
    """
    actor.must("orders:write")
    payment = _locked(session, reference)
    known = _by_key(session, payment, key)
    if known is not None:
        return known
    _check(amount, payment)
    ledger = queries.ledger(session, reference)
    if amount.minor > ledger.captured - ledger.refunded:
        left = Money(ledger.captured - ledger.refunded, payment.currency)
        raise MoreThanCaptured(
            f"Only {shops.current(session).written(left)} came in and was not given back yet.",
            field="amount",
            left=left.wire(),
        )
    event = _record(
        session, actor, payment, PaymentEventKind.refund, amount, provider_reference, key
    )
    fact = PaymentRefunded(
        payment=payment.public_id,
        reference=payment.reference,
        amount_minor=amount.minor,
        currency=amount.currency,
        provider=payment.method,
        movement=event.id,
    )
    emit(session, fact, actor=actor)
    return event


def _locked(session: Session, reference: str) -> Payment:
    """The payment of ``reference``, held until the end of the transaction."""
    try:
        return session.exec(
            select(Payment).where(Payment.reference == reference).with_for_update()
        ).one()
    except NoResultFound:
        raise NoSuchPayment("Nothing was asked for there.", reference=reference) from None


def _by_key(session: Session, payment: Payment, key: str | None) -> PaymentEvent | None:
    if key is None:
        return None
    known = session.exec(select(PaymentEvent).where(PaymentEvent.key == key)).one_or_none()
    if known is not None and known.payment_id != payment.id:
        raise Invalid("This key was used for another payment.", key=key)
    return known


def _check(amount: Money, payment: Payment) -> None:
    if amount.currency != payment.currency:
        raise WrongCurrency(f"This is paid in {payment.currency}.", field="amount")
    if amount.minor <= 0:
        raise Invalid("Enter an amount of more than zero.", field="amount")


def _record(
    session: Session,
    actor: Actor,
    payment: Payment,
    kind: PaymentEventKind,
    amount: Money,
    provider_reference: str,
    key: str | None,
) -> PaymentEvent:
    if payment.id is None:
        raise ValueError("the payment has not been stored yet")
    if provider_reference:
        _must_be_new(session, payment.method, kind, provider_reference)
    event = PaymentEvent(
        payment_id=payment.id,
        kind=kind,
        amount_minor=amount.minor,
        provider=payment.method,
        provider_reference=provider_reference or f"by-hand-{token()}",
        key=key,
        actor=actor.name[:120],
    )
    session.add(event)
    session.flush()
    return event


def _must_be_new(
    session: Session, provider: str, kind: PaymentEventKind, provider_reference: str
) -> None:
    if len(provider_reference) > LONGEST_REFERENCE:
        raise Invalid(f"Use at most {LONGEST_REFERENCE} characters.", field="provider_reference")
    known = session.exec(
        select(PaymentEvent.id).where(
            PaymentEvent.provider == provider,
            PaymentEvent.kind == kind,
            PaymentEvent.provider_reference == provider_reference,
        )
    ).first()
    if known is not None:
        raise ReferenceTaken(
            "This reference was recorded before. If it is not the same money, add something that "
            "tells them apart.",
            field="provider_reference",
        )
