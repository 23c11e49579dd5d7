"""Finding products by words, forgiving slips of the keyboard."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, bindparam, func, literal, select, union_all
from sqlmodel import Session

from webapp.catalogue import search, words
from webapp.catalogue.columns import categories, products
from webapp.catalogue.models import ProductStatus
from webapp.catalogue.queries.cards import CARD_COLUMNS, card, card_shaped, with_card_tables
from webapp.catalogue.search import MOST_FOUND, Term
from webapp.catalogue.values import CategoryNode, Suggestions
from webapp.kit.clock import now
from webapp.kit.values import Value, field
from webapp.runtime.columns import UtcDateTime

_VISIBLE = (
    " AND products.status = :active AND (products.publish_at IS NULL OR products.publish_at <= :at)"
)
SUGGESTED_PRODUCTS = 6
SUGGESTED_CATEGORIES = 2


class Found(Value):
    """Products by relevance. ``corrected``: the query that has them, if it is not the one asked."""

    ids: list[int] = field(default_factory=list)
    corrected: str | None = None
    is_relaxed: bool = False
    """No product has all words; these have some."""


def find(
    session: Session,
    asked: str,
    *,
    at: datetime | None = None,
    hidden_too: bool = False,
    limit: int = MOST_FOUND,
) -> Found:
    """Search in one statement when something has all words, in three when not.

    First come the products with all words. Else each word that no product has is replaced by the
    nearest one that some has; else products with some of the words. Any text may be asked.
    """
    said = words.words(asked[: search.LONGEST_TEXT], search.MOST_WORDS)
    if not said:
        return Found()
    moment = None if hidden_too else at or now()
    wanted = search.terms(said)
    code = words.code(asked) if any(c.isdigit() for c in asked) and len(said) <= 6 else ""
    exact = search.expression(session, wanted, all_of=True, code=code)
    ids = [row.id for row in _ranked(session, [exact], moment, limit)]
    if ids:
        return Found(ids)
    return _forgiving(session, said, wanted, moment, limit)


def _forgiving(
    session: Session, said: list[str], wanted: list[Term], at: datetime | None, limit: int
) -> Found:
    better = _corrected(session, said, wanted)
    attempts = []
    if better is not None:
        attempts.append(search.expression(session, search.terms(better), all_of=True))
    final = search.terms(better or said)
    telling = [term for term in final if len(term.forms[0]) > 2 or term.forms[0].isdigit()]
    if len(final) > 1 and telling:
        attempts.append(search.expression(session, telling, all_of=False))
    if not attempts:
        return Found()
    rows = _ranked(session, attempts, at, limit)
    if not rows:
        return Found()
    best = rows[0].part
    is_relaxed = not (better is not None and best == 0)
    return Found(
        ids=[row.id for row in rows if row.part == best],
        corrected=" ".join(better) if better is not None else None,
        is_relaxed=is_relaxed,
    )


def _corrected(session: Session, said: list[str], wanted: list[Term]) -> list[str] | None:
    """The query with each unknown word replaced by its nearest known one; None if none was."""
    known: set[int] = set()
    close: dict[int, dict[str, int]] = defaultdict(dict)
    for row in session.execute(search.nearby(session, wanted)):
        if row.known:
            known.add(row.place)
        elif row.term:
            close[row.place][row.term] = row.uses
    better = list(said)
    for place, word in enumerate(said):
        if place not in known:
            better[place] = _nearest(word, close[place])
    return better if better != said else None


def _nearest(word: str, candidates: dict[str, int]) -> str:
    most = words.allowed_slips(word)
    best, best_key = word, (most + 1, 0)
    for candidate, uses in candidates.items():
        key = (words.distance(word, candidate, most), -uses)
        if key < best_key and key[0] <= most:
            best, best_key = candidate, key
    return best


def _ranked(
    session: Session, matches: Sequence[str], at: datetime | None, limit: int
) -> Sequence[Any]:
    query = search.ranked(session, matches, limit, _VISIBLE if at is not None else "")
    if at is not None:
        query = query.bindparams(
            bindparam("active", ProductStatus.active.value), bindparam("at", at, UtcDateTime)
        )
    return session.execute(query).all()


def suggest(
    session: Session, asked: str, *, currency: str, at: datetime | None = None
) -> Suggestions:
    """What to show while somebody types: categories and products, at most eight lines.

    Two statements where the words are right, and the search's two more where they are not.
    """
    said = words.words(asked[: search.LONGEST_TEXT], search.MOST_WORDS)
    if not said:
        return Suggestions()
    found = find(session, asked, at=at, limit=SUGGESTED_PRODUCTS)
    order = {product_id: place for place, product_id in enumerate(found.ids)}
    shown = (
        select(literal("product", String).label("kind"), literal(0).label("place"), *CARD_COLUMNS)
        .select_from(with_card_tables())
        .where(products.c.id.in_(found.ids))
    )
    shelves = (
        select(
            *card_shaped(
                "category",
                func.length(categories.c.path),
                id=categories.c.id,
                slug=categories.c.path,
                public_id=categories.c.slug,
                title=categories.c.name,
            )
        )
        .where(
            categories.c.is_visible.is_(True),
            *(categories.c.slug.contains(word, autoescape=True) for word in said),
        )
        .order_by(func.length(categories.c.path), categories.c.id)
        .limit(SUGGESTED_CATEGORIES)
    )
    rows = session.execute(union_all(select(shown.subquery()), select(shelves.subquery()))).all()
    cards = [row for row in rows if row.kind == "product"]
    return Suggestions(
        categories=tuple(
            CategoryNode(row.id, row.public_id, row.slug, row.title)
            for row in sorted(rows, key=lambda row: int(row.place))
            if row.kind == "category"
        ),
        products=tuple(card(row, currency) for row in sorted(cards, key=lambda row: order[row.id])),
        corrected=found.corrected,
    )
