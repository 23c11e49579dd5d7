"""Whether the books balance: every check of the audit that orders touch."""

from sqlmodel import Session

from webapp.orders.audit import CHECKS as ORDERS
from webapp.payments.audit import CHECKS as PAYMENTS
from webapp.runtime.chains import verify_all_chains


def faults(db: Session) -> list[str]:
    """Every difference the audit finds, as it would be told."""
    found = [fault for check in (ORDERS | PAYMENTS).values() for fault in check(db)]
    return found + [fault for _, fault in verify_all_chains(db)]
