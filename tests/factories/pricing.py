"""Tax rates and ways of sending for tests."""

from typing import Any

from sqlmodel import Session

from webapp.kit.actors import SYSTEM
from webapp.pricing import commands
from webapp.pricing.models import ShippingMethod, TaxRate


def make_tax_rate(
    db: Session, millionths: int = 190_000, *, country: str = "*", tax_class: str = "standard"
) -> TaxRate:
    """19 % VAT everywhere, unless told."""
    rate = commands.set_tax_rate(
        db, SYSTEM, country=country, tax_class=tax_class, millionths=millionths
    )
    db.commit()
    return rate


def make_shipping_method(
    db: Session, name: str = "Standard", *, price: int = 490, **values: Any
) -> ShippingMethod:
    """Standard delivery for 4.90, everywhere, unless told."""
    method = commands.add_shipping_method(db, SYSTEM, name=name, price_minor=price, **values)
    db.commit()
    return method
