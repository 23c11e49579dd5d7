"""What an import carries from batch to batch, and what it knows of each product on the way."""

from __future__ import annotations

from dataclasses import dataclass, field

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

RELATIONS = {
    "related": RelationKind.related,
    "upsells": RelationKind.upsell,
    "cross_sells": RelationKind.cross_sell,
    "grouped": RelationKind.grouped,
}
"""The fields that point to other products, with the kind of pointer each makes."""


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
    site: str = ""
    dry: bool = False
    labels: Labels | None = None
    coming: Coming = field(default_factory=Coming)
    promised: set[str] = field(default_factory=set)
    """Addresses that a dry run has given away."""
    seen: dict[str, int] = field(default_factory=dict)
    """The row that described a product of the shop, by its public id."""


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
