"""Facts about carts."""

from typing import Any, ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event


class CartsMerged(Event):
    """``guest`` went into ``cart`` (public ids). Units by variant, before and after."""

    name: ClassVar[str] = "cart.merged"
    cart: str
    guest: str
    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)

    @property
    def subject(self) -> tuple[str, str]:
        return ("cart", self.cart)

    def payload(self) -> dict[str, Any]:
        return {"guest": self.guest, "before": self.before, "after": self.after}
