"""What the merchant may decide, as forms."""

from typing import Annotated

from pydantic import EmailStr, Field

from webapp.kit.money import Money
from webapp.web.fields import Price, Text
from webapp.web.submissions import Form


class ShopForm(Form):
    name: str = Field(max_length=80)
    tagline: str = Field(default="", max_length=160)
    about: Annotated[Text, Field(max_length=20_000)] = ""
    email: EmailStr | None = None
    phone: str = Field(default="", max_length=40)
    address: Annotated[Text, Field(max_length=500)] = ""
    hero_title: str = Field(default="", max_length=160)
    hero_text: str = Field(default="", max_length=400)


class SellingForm(Form):
    currency: str = Field(pattern="^[A-Z]{3}$")
    country: str = Field(pattern="^[A-Z]{2}$")
    locale: str = Field(max_length=12)
    time_zone: str = Field(max_length=60)
    weight_unit: str = Field(default="g", pattern="^(g|kg|oz|lb)$")
    prices_include_tax: bool = False
    tax_rounding: str = Field(default="document", pattern="^(document|line)$")
    show_stock_below: int = Field(default=5, ge=0, le=10_000)
    minimum_order: Price | None = None
    maximum_order: Price | None = None
    order_prefix: str = Field(default="", max_length=10, pattern="^[A-Z0-9#-]*$")
    order_suffix: str = Field(default="", max_length=10, pattern="^[A-Z0-9#-]*$")
    next_order_number: int = Field(ge=1, le=10**12)
    delivery_countries: list[str] = Field(default_factory=list, max_length=300)
    usernames: bool = False
    confirm_first: bool = False
    invoice_years: int = Field(default=10, ge=0, le=30)


class PaymentForm(Form):
    payment_methods: list[str] = Field(default_factory=list, max_length=20)
    bank_details: Annotated[Text, Field(max_length=500)] = ""


class TermsForm(Form):
    terms: Annotated[Text, Field(max_length=40_000)] = ""
    privacy: Annotated[Text, Field(max_length=40_000)] = ""


class TaxRateForm(Form):
    country: str = Field(max_length=2)
    tax_class: str = Field(max_length=40)
    name: str = Field(default="VAT", max_length=60)
    percent: str = Field(max_length=12)


class ShippingMethodForm(Form):
    name: str = Field(max_length=120)
    description: str = Field(default="", max_length=400)
    countries: list[str] = Field(default_factory=list, max_length=300)
    price: Price
    free_from: Price | None = None
    min_days: int = Field(default=1, ge=0, le=365)
    max_days: int = Field(default=3, ge=0, le=365)
    min_weight_g: int | None = Field(default=None, ge=0)
    max_weight_g: int | None = Field(default=None, ge=0)
    is_pickup: bool = False
    pickup_text: str = Field(default="", max_length=400)
    is_active: bool = False


def minor(amount: Money | None) -> int | None:
    """An amount's minor units, where there is one."""
    return None if amount is None else amount.minor
