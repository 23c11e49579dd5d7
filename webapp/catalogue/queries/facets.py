"""Counting what each box of a facet would leave, every other facet applied."""

import re
from collections import defaultdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlmodel import Session

from webapp.catalogue import words
from webapp.catalogue.columns import categories, facets, product_facets
from webapp.catalogue.derived import FacetKind
from webapp.catalogue.queries.narrowing import GroupKey, Narrowing
from webapp.catalogue.values import FacetGroup, FacetValue

FEW = 3_000
MOST_VALUES = 40
"""Boxes of one group; the chosen ones are always among them."""

_KINDS = (FacetKind.category, FacetKind.brand, FacetKind.option, FacetKind.attribute)
_SIZES = {
    size: place
    for place, size in enumerate(("xxxs", "xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl"))
}
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def facet_groups(
    session: Session, narrowing: Narrowing, category_id: int | None, total: int
) -> tuple[FacetGroup, ...]:
    """Every group with its boxes, in one statement. Categories are those below ``category_id``;
    ``total`` is how many products the listing has.

    A group that has a choice is counted as if it had none: the choice widens within the group.
    """
    # Few products are looked up one by one; for many it is cheaper to walk the whole index.
    counted = [_counted(narrowing, None, is_large=total > FEW)]
    counted += [_counted(narrowing, group, is_large=True) for group in narrowing.chosen]
    counts = union_all(*counted).subquery()
    shelf_id = case((facets.c.kind == FacetKind.category, cast(facets.c.value, Integer)))
    rows = session.execute(
        select(
            counts.c.number,
            counts.c.left_out,
            facets.c.kind,
            facets.c.name,
            facets.c.value,
            facets.c.name_label,
            facets.c.label,
            categories.c.path,
            categories.c.name.label("category"),
            categories.c.position,
        )
        .join(facets, facets.c.id == counts.c.facet_id)
        .outerjoin(categories, categories.c.id == shelf_id)
        .where(
            facets.c.kind.in_(_KINDS),
            or_(
                facets.c.kind != FacetKind.category,
                and_(categories.c.parent_id == category_id, categories.c.is_visible.is_(True)),
            ),
        )
    )
    found: dict[GroupKey, list[Any]] = defaultdict(list)
    for row in rows:
        group = (row.kind, row.name)
        # A chosen group is also in the general count, where its own choice still narrows it.
        if (row.left_out == _mark(group)) == (group in narrowing.chosen):
            found[group].append(row)
    return tuple(
        _group(group, found[group], narrowing.chosen.get(group, frozenset()))
        for group in sorted(found, key=lambda group: (_KINDS.index(group[0]), group[1]))
    )


def _counted(narrowing: Narrowing, group: GroupKey | None, *, is_large: bool) -> Select[Any]:
    # The plus keeps SQLite from driving the count by this column; elsewhere it means nothing.
    key: ColumnElement[int] = product_facets.c.product_id
    if is_large:
        key = literal_column("+product_facets.product_id", Integer)
    query = (
        select(
            product_facets.c.facet_id,
            func.count().label("number"),
            literal(words.askable(_mark(group)) if group else "").label("left_out"),
        )
        .where(narrowing.of_keys(key, group))
        .group_by(product_facets.c.facet_id)
    )
    if group is None:
        return query
    kind, name = group
    wanted = select(facets.c.id).where(facets.c.kind == kind, facets.c.name == words.askable(name))
    return query.where(product_facets.c.facet_id.in_(wanted))


def _mark(group: GroupKey) -> str:
    return f"{group[0]}:{group[1]}"


def _group(group: GroupKey, rows: list[Any], chosen: frozenset[str]) -> FacetGroup:
    kind, name = group
    if kind is FacetKind.category:
        ordered = sorted(rows, key=lambda row: (row.position, row.category))
    else:
        ordered = sorted(rows, key=lambda row: (row.value not in chosen, -row.number, row.label))
        ordered = ordered[:MOST_VALUES]
        if kind is not FacetKind.brand:
            ordered.sort(key=lambda row: _natural(row.label))
        else:
            ordered.sort(key=lambda row: (-row.number, row.label.casefold()))
    return FacetGroup(
        kind=kind,
        name=name,
        label=rows[0].name_label,
        values=tuple(
            FacetValue(
                value=row.path if kind is FacetKind.category else row.value,
                label=row.category if kind is FacetKind.category else row.label,
                count=row.number,
                is_chosen=row.value in chosen,
            )
            for row in ordered
        ),
    )


def _natural(label: str) -> tuple[int, float, str]:
    """Sizes by size, numbers by number, the rest by the alphabet."""
    folded = label.casefold()
    if folded in _SIZES:
        return (0, _SIZES[folded], "")
    number = _NUMBER.match(folded)
    if number:
        return (1, float(number[0].replace(",", ".")), folded)
    return (2, 0.0, folded)
