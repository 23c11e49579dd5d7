"""Payments. Owns ``payments`` and their ledger of events; knows a reference, not an order.

What came in or went back is stated (``PaymentCaptured``, ``PaymentRefunded``); orders listen.
"""

from webapp.feature import Feature
from webapp.payments.portraits import PORTRAITS

payments = Feature("payments", portraits=PORTRAITS)
