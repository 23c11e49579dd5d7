"""The merchant's own decisions about the shop: one row, edited in the back office."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import json_field, minor_field, utc_field


class ShopSettings(SQLModel, table=True):
    """What the merchant decides. There is exactly one row, with id 1."""

    __tablename__ = "shop_settings"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("next_order_number > 0", name="next_order_number"),
    )

    id: int = Field(default=1, primary_key=True)
    name: str = Field(default="My shop", max_length=80)
    tagline: str = Field(default="", max_length=160)
    about: str = Field(default="", max_length=20_000)
    """Clean HTML, like the terms and the privacy notice."""
    email: str = Field(default="", max_length=254)
    phone: str = Field(default="", max_length=40)
    address: str = Field(default="", max_length=500)
    logo_file_id: int | None = Field(default=None)
    hero_file_id: int | None = Field(default=None)
    hero_title: str = Field(default="", max_length=160)
    hero_text: str = Field(default="", max_length=400)

    currency: str = Field(default="EUR", max_length=3)
    country: str = Field(default="DE", max_length=2)
    locale: str = Field(default="en_GB", max_length=12)
    time_zone: str = Field(default="Europe/Berlin", max_length=60)
    weight_unit: str = Field(default="g", max_length=4)

    prices_include_tax: bool = True
    tax_rounding: str = Field(default="document", max_length=10)
    """``document`` or ``line``: where tax is rounded (see the pricing calculation)."""

    order_prefix: str = Field(default="", max_length=10)
    order_suffix: str = Field(default="", max_length=10)
    next_order_number: int = 1001
    terms: str = Field(default="", max_length=40_000)
    terms_version: int = 1
    privacy: str = Field(default="", max_length=40_000)
    bank_details: str = Field(default="", max_length=500)
    payment_methods: list[str] = json_field(lambda: ["bank_transfer", "cash_on_delivery"])
    minimum_order_minor: int | None = minor_field(None)
    maximum_order_minor: int | None = minor_field(None)
    show_stock_below: int = 5
    """Shoppers see the exact number left only below this."""
    delivery_countries: list[str] = json_field(list)
    """ISO 3166 codes the shop delivers to; empty: everywhere."""
    usernames: bool = False
    """Customers may choose a user name and sign in with it instead of their address."""
    confirm_first: bool = False
    """New customers sign in only once they have confirmed their address."""
    invoice_years: int = 10
    """For so long the law wants to see who was sent an invoice; 0: not at all."""
    staff_second_factor: bool = False
    """Staff set up a second factor before they do anything else, and keep one."""
    is_set_up: bool = False
    updated_at: datetime = utc_field(default_factory=now)
