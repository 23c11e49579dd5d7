"""Stock, seen from a test."""

from sqlmodel import Session

from tests.factories.catalogue import variants_of
from webapp.catalogue.models import Product
from webapp.inventory import queries
from webapp.inventory.queries import Stock


def stock(db: Session, product: Product, place: int = 0) -> Stock:
    """The counters of one of its variants, as they stand now."""
    variant = variants_of(db, product)[place]
    found = queries.stock_of(db, [variant.id])[variant.id]
    db.commit()
    return found


def counters(db: Session, product: Product, place: int = 0) -> tuple[int, int, int]:
    """On hand, committed, available."""
    found = stock(db, product, place)
    return (found.on_hand, found.committed, found.available)
