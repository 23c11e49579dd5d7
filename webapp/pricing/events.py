"""Facts about what is added to the price of goods."""

from typing import Any, ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event


class TaxRateChanged(Event):
    """A rate was set (``millionths``) or removed (None); ``changed`` maps names to before and
    after."""

    name: ClassVar[str] = "tax_rate.changed"
    country: str
    tax_class: str
    millionths: int | None
    changed: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def subject(self) -> tuple[str, str]:
        return ("tax_rate", f"{self.country}:{self.tax_class}")


class ShippingMethodChanged(Event):
    """A method was added, changed or removed; ``changed`` maps names to before and after."""

    name: ClassVar[str] = "shipping_method.changed"
    method: str
    changed: dict[str, list[Any]]

    @property
    def subject(self) -> tuple[str, str]:
        return ("shipping_method", self.method)
