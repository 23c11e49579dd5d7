"""Payments. Owns ``payments`` and their ledger of events; knows a reference, not an order.

What came in or went back is stated (``PaymentCaptured``, ``PaymentRefunded``); orders listen.
"""

from webapp.feature import Behind, Feature


def behind() -> Behind:
    from webapp.payments.portraits import PORTRAITS

    return Behind(portraits=PORTRAITS)


payments = Feature("payments", behind=behind)
