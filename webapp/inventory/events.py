"""Facts about stock. The subject is the variant; ``available`` is what can still be promised."""

from typing import Any, ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event, Subject


class StockFact(Event):
    variant: str
    product: str
    available: int

    @property
    def subject(self) -> Subject:
        return ("stock", self.variant)


class StockChanged(StockFact):
    """Counters moved; ``changed`` has them with [before, after]. ``before``: what was available."""

    name: ClassVar[str] = "stock.changed"
    tells: ClassVar[str] = "The stock of a variant changed."
    kind: str = ""
    before: int = 0
    reference: str = ""
    reason: str = ""
    changed: dict[str, list[int]] = field(default_factory=dict)


class StockUpdated(StockFact):
    """How it is counted and sold when there is none was changed."""

    name: ClassVar[str] = "stock.updated"
    changed: dict[str, list[Any]] = field(default_factory=dict)


class StockLow(StockFact):
    """The low threshold was passed on the way down."""

    name: ClassVar[str] = "stock.low"
    tells: ClassVar[str] = "The stock of a variant fell to its low mark."
    threshold: int = 0


class StockOut(StockFact):
    """The last one was promised; what ``policy`` says happens to further buyers."""

    name: ClassVar[str] = "stock.out"
    tells: ClassVar[str] = "The last of a variant was sold or promised."
    policy: str = "deny"


class StockBack(StockFact):
    """There was nothing, and now there is."""

    name: ClassVar[str] = "stock.back"
    tells: ClassVar[str] = "A variant that was sold out can be sold again."
