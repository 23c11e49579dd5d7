"""What an import carries from batch to batch, and what it knows of each product on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from webapp.catalogue.drafts import Planned, Saved
from webapp.catalogue.models import RelationKind
from webapp.exchange import stocking
from webapp.exchange.drafting import Draft
from webapp.exchange.finding import FoundProduct
from webapp.exchange.labelling import Coming, Labels
from webapp.exchange.outcomes import Outcome
from webapp.exchange.policy import Policy
from webapp.exchange.records import ProductRecord
from webapp.kit.actors import Actor
from webapp.runtime.wording import PLAIN, Manners

RELATIONS = {
    "related": RelationKind.related,
    "upsells": RelationKind.upsell,
    "cross_sells": RelationKind.cross_sell,
    "grouped": RelationKind.grouped,
}
"""The fields that point to other products, with the kind of pointer each makes."""


@dataclass(slots=True)
class Absent:
    """What the shop has and the file has not: names by public id."""

    mode: str = "keep"
    """The choice under which it was looked for."""
    variants: dict[str, str] = field(default_factory=dict)
    products: dict[str, str] = field(default_factory=dict)
    problem: str = ""
    """Why no product is archived."""

    @property
    def ids(self) -> frozenset[str]:
        return frozenset((*self.variants, *self.products))

    def as_json(self) -> dict[str, Any]:
        """Names in pairs with their ids: PostgreSQL keeps no order of an object's members."""
        lists = {"variants": list(self.variants.items()), "products": list(self.products.items())}
        return {"mode": self.mode, "problem": self.problem, **lists}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Absent:
        lists = {name: dict(value[name]) for name in ("variants", "products") if name in value}
        return cls(**{**value, **lists})


@dataclass(slots=True)
class Journey:
    """What one import carries from batch to batch."""

    actor: Actor
    policy: Policy
    source: str
    currency: str
    import_id: int
    reference: str
    """The import's public id, for the stock's ledger and the event log."""
    manners: Manners = PLAIN
    """How the shop writes what changes."""
    site: str = ""
    dry: bool = False
    labels: Labels | None = None
    coming: Coming = field(default_factory=Coming)
    promised: set[str] = field(default_factory=set)
    """Addresses that a dry run has given away."""
    seen: dict[str, int] = field(default_factory=dict)
    """The row that described a product of the shop, by its public id."""
    absent: Absent = field(default_factory=Absent)
    agreed: frozenset[str] = frozenset()
    """What may be archived, as the check listed it and somebody agreed to: public ids."""

    def found(self) -> dict[str, Any]:
        """What a dry run came upon, to be kept with the import."""
        told = self.coming.as_json()
        if self.policy.on_absent != "keep":
            told["absent"] = self.absent.as_json()
        return told


@dataclass(slots=True)
class Item:
    """One product of the file on its way into the catalogue."""

    outcome: Outcome
    record: ProductRecord
    """What is left of it when rows that fail are out."""
    found: FoundProduct | None = None
    slug: str = ""
    draft: Draft | None = None
    stock: list[stocking.StockChange] = field(default_factory=list)
    saved: Saved | Planned | None = None
    is_over: bool = False
