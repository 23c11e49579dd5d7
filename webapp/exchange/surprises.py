"""What nobody foresaw about one product must not end the import of all the others."""

from __future__ import annotations

import traceback

import structlog
from sqlalchemy.exc import OperationalError, StatementError

from webapp.catalogue.words import askable
from webapp.exchange.grouping import LeftRow
from webapp.exchange.journey import Journey
from webapp.exchange.records import ProductRecord
from webapp.kit.errors import NotAllowed, ShopError, Unavailable

log = structlog.get_logger("vitrine.exchange")

_UNFORESEEN = (
    "Something about this product could not be saved. The shop’s log says what; the other rows "
    "are not touched by it."
)


def is_of_a_row(surprise: Exception) -> bool:
    """Whether it is the fault of what was to be saved, and not of the shop or its database."""
    if isinstance(surprise, OperationalError):
        # "Program limit exceeded": a value is larger than an index or a row can be.
        return str(getattr(surprise.orig, "sqlstate", "") or "").startswith("54")
    if isinstance(surprise, ShopError):
        return not isinstance(surprise, NotAllowed | Unavailable)
    faults = (StatementError, ValueError, TypeError, ArithmeticError, LookupError, RecursionError)
    return isinstance(surprise, faults)


def trace_of(surprise: Exception) -> str:
    """Where it happened, without the values on the way there: those are whole batches of rows."""
    return "".join(traceback.format_exception(surprise))[-4_000:]


def forget_batch(journey: Journey, numbers: set[int]) -> None:
    """What was learnt with rows whose transaction was undone. Addresses that a dry run promised
    stay promised: it only tells."""
    journey.seen = {key: row for key, row in journey.seen.items() if row not in numbers}
    if not journey.dry:
        journey.labels = None


def as_left(item: ProductRecord | LeftRow, number: int, surprise: Exception) -> LeftRow:
    """A row of the product that could not be saved, refused."""
    cells: tuple[str, ...] = ()
    if isinstance(item, ProductRecord):
        cells = next(use.cells for use in item.rows if use.number == number)
    log.error("import row refused", row=number, trace=trace_of(surprise))
    told = surprise.detail if isinstance(surprise, ShopError) else _UNFORESEEN
    return LeftRow(number, told, tuple(map(askable, cells)))
