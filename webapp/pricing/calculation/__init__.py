"""What an order costs: one pure function for carts, checkouts, drafts and amendments.

``calculate`` takes everything that decides the price and answers with every figure and the steps
that led there. It reads no clock, no database and no setting, so the same inputs give the same
answer for ever. The order of the steps is the rule: base price, line discounts, order discounts,
shipping, fees, tax, totals, tenders, cash rounding.
"""

from __future__ import annotations

from webapp.pricing.calculation.inputs import (
    Discount,
    Exemption,
    FeeInput,
    LineInput,
    PriceCandidate,
    PriceInputs,
    PriceSource,
    Rate,
    ShippingInput,
    TaxRules,
    TenderInput,
)
from webapp.pricing.calculation.refunds import refund_for_units
from webapp.pricing.calculation.result import (
    AppliedDiscount,
    DiscountShare,
    PaidTender,
    PricedFee,
    PricedLine,
    PricedShipping,
    PriceResult,
    TaxAmount,
    TaxGroup,
    Totals,
)
from webapp.pricing.calculation.steps import calculate
from webapp.pricing.calculation.trace import Step, percent

__all__ = [
    "AppliedDiscount",
    "Discount",
    "DiscountShare",
    "Exemption",
    "FeeInput",
    "LineInput",
    "PaidTender",
    "PriceCandidate",
    "PriceInputs",
    "PriceResult",
    "PriceSource",
    "PricedFee",
    "PricedLine",
    "PricedShipping",
    "Rate",
    "ShippingInput",
    "Step",
    "TaxAmount",
    "TaxGroup",
    "TaxRules",
    "TenderInput",
    "Totals",
    "calculate",
    "percent",
    "refund_for_units",
]
