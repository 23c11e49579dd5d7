"""What other systems call our products and variants: written, given to another, forgotten again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session

from webapp.catalogue.columns import external_ids, products, variants
from webapp.catalogue.commands.knowing import in_chunks
from webapp.runtime.upserting import upsert

Name = tuple[str, str, str]
"""(source, ``product`` or ``variant``, id there)"""


def remember(session: Session, names: Mapping[Name, int]) -> None:
    """These names mean these keys from now on, whatever they meant before."""
    values = [
        {"source": source, "kind": kind, "external_id": name, "target_id": target}
        for (source, kind, name), target in names.items()
    ]
    if not values:
        return
    new = upsert(session, external_ids)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["source", "kind", "external_id"],
            set_={"target_id": new.excluded.target_id},
        ),
        values,
    )


def forget(session: Session, names: Iterable[Name], target: int) -> None:
    """These names do not mean ``target`` any more; those that mean another by now stay."""
    c = external_ids.c
    for source, kind, name in names:
        session.execute(
            delete(external_ids).where(
                c.source == source, c.kind == kind, c.external_id == name, c.target_id == target
            )
        )


def losing_names(session: Session, names: Mapping[Name, int]) -> tuple[set[int], set[Name]]:
    """The products that are about to lose one of these names to another, and the names that
    do not mean yet what they are to mean."""
    c = external_ids.c
    by_source: dict[tuple[str, str], list[str]] = defaultdict(list)
    for source, kind, name in names:
        by_source[(source, kind)].append(name)
    there: dict[Name, int] = {}
    for (source, kind), some in by_source.items():
        query = select(c.external_id, c.target_id).where(c.source == source, c.kind == kind)
        for name, target in in_chunks(session, query, c.external_id, sorted(some)):
            there[(source, kind, name)] = target
    new = {name for name, key in names.items() if there.get(name) != key}
    lost = {kind: {there[n] for n in new if n in there and n[1] == kind} for _, kind, _ in new}
    losing = _there(session, select(variants.c.product_id), variants.c.id, lost.get("variant"))
    losing |= _there(session, select(products.c.id), products.c.id, lost.get("product"))
    return losing, new


def _there(session: Session, query: Any, column: Any, keys: set[int] | None) -> set[int]:
    return {key for (key,) in in_chunks(session, query, column, sorted(keys or ()))}
