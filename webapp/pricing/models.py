"""What is added to the price of goods: tax rates and delivery."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.runtime.columns import json_field, minor_field, public_id_field


class TaxRate(SQLModel, table=True):
    """The rate for one class of goods in one country (``*``: every country without its own)."""

    __tablename__ = "tax_rates"
    __table_args__ = (
        UniqueConstraint("country", "tax_class"),
        CheckConstraint("millionths >= 0 AND millionths <= 1000000", name="millionths"),
    )

    id: int | None = Field(default=None, primary_key=True)
    country: str = Field(default="*", max_length=2)
    tax_class: str = Field(default="standard", max_length=40)
    name: str = Field(default="VAT", max_length=60)
    millionths: int = 0
    """19 % is 190_000."""


class ShippingMethod(SQLModel, table=True):
    """A way the goods travel, or a place to fetch them."""

    __tablename__ = "shipping_methods"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("min_days >= 0 AND max_days >= min_days", name="days"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("shm")
    name: str = Field(max_length=120)
    description: str = Field(default="", max_length=400)
    countries: list[str] = json_field(list)
    """ISO 3166 codes; empty: wherever the shop delivers."""
    price_minor: int = minor_field(0)
    free_from_minor: int | None = minor_field(None)
    """Free when the goods come to at least this."""
    tax_class: str = Field(default="standard", max_length=40)
    min_days: int = 1
    max_days: int = 3
    min_weight_g: int | None = None
    max_weight_g: int | None = None
    is_pickup: bool = False
    pickup_text: str = Field(default="", max_length=400)
    is_active: bool = True
    position: int = 0
