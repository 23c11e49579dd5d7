"""What other systems call our products and variants: written, and forgotten again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete
from sqlmodel import Session

from webapp.catalogue.columns import external_ids
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
