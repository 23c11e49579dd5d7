"""Carrying out plans, many products in a few statements.

An import saves some hundred products at a time: the look-ups, the inserts and the refresh of the
derived tables are each made once for the batch.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlmodel import Session

from webapp.catalogue.columns import (
    brands,
    external_ids,
    former_addresses,
    price_changes,
    product_attributes,
    product_categories,
    product_tags,
    tags,
    variant_values,
)
from webapp.catalogue.commands.axes import Axis, AxisValue, VariantPlan
from webapp.catalogue.commands.inserting import insert_all
from webapp.catalogue.commands.knowing import Known, label_slug, learn
from webapp.catalogue.commands.planning import Plan, plan
from webapp.catalogue.commands.refreshing import refresh
from webapp.catalogue.commands.telling import tell
from webapp.catalogue.drafts import Planned, ProductSave, Saved
from webapp.catalogue.models import Attribute, Option, OptionValue, Product, Variant
from webapp.kit.actors import Actor
from webapp.kit.clock import now
from webapp.kit.errors import ShopError
from webapp.runtime.upserting import upsert


def plan_products(
    session: Session,
    saves: Sequence[ProductSave],
    *,
    foreseen: Mapping[str, Attribute] | None = None,
) -> list[Planned | ShopError]:
    """What ``save_products`` would do, in its order: the dry run. Writes nothing.

    ``foreseen`` are attributes by code as they will be by then, not as they are.
    """
    known = learn(session, saves)
    known.attribute_kinds |= foreseen or {}
    outcomes: list[Planned | ShopError] = []
    for save in saves:
        made = _plan_or_refusal(session, known, save)
        if isinstance(made, Plan):
            given = made.shape.given
            outcomes.append(
                Planned(
                    state=made.state,
                    slug=made.slug,
                    changed=made.changed,
                    variant_states=tuple(variant.state for variant in given),
                    variant_changes=tuple(variant.changed for variant in given),
                )
            )
        else:
            outcomes.append(made)
    return outcomes


def save_products(
    session: Session, actor: Actor, saves: Sequence[ProductSave], *, origin: str = ""
) -> list[Saved | ShopError]:
    """Create and update products; for each save what became of it, or the refusal it met.

    A refused save changes nothing and does not stop the others. Saving what is there already
    changes nothing and states nothing. Give some hundred at a time, not one.
    """
    actor.must("catalogue:write")
    known = learn(session, saves)
    outcomes = [_plan_or_refusal(session, known, save) for save in saves]
    plans = [made for made in outcomes if isinstance(made, Plan)]
    written = [made for made in plans if made.state != "unchanged"]
    if written:
        _write_labels(session, known, written)
        _write_products(session, known, written)
        _write_shapes(session, written)
        _write_links(session, known, written)
        _write_prices(session, written)
    _write_external_ids(session, plans)
    if written:
        refresh(session, [_id(made.product) for made in written])
        tell(session, actor, written, origin=origin)
    return [_saved(made) if isinstance(made, Plan) else made for made in outcomes]


def save_product(session: Session, actor: Actor, save: ProductSave, *, origin: str = "") -> Saved:
    """One of them; raises its refusal."""
    (outcome,) = save_products(session, actor, [save], origin=origin)
    if isinstance(outcome, ShopError):
        raise outcome
    return outcome


def _plan_or_refusal(session: Session, known: Known, save: ProductSave) -> Plan | ShopError:
    try:
        return plan(session, known, save)
    except ShopError as refusal:
        return refusal


def _saved(made: Plan) -> Saved:
    if made.product is None:
        raise ValueError("the plan was not carried out")
    return Saved(
        product=made.product,
        state=made.state,
        variants=tuple(variant.row for variant in made.shape.given if variant.row is not None),
        changed=made.changed,
        variant_changes=tuple(variant.changed for variant in made.shape.given),
    )


def _write_labels(session: Session, known: Known, plans: Sequence[Plan]) -> None:
    """Make the brands and tags that are not there yet."""
    wanted_brands = {label_slug(made.brand): made.brand for made in plans if made.brand}
    wanted_tags = {label_slug(tag): tag for made in plans for tag in made.tags or ()}
    for table, wanted, ids in (
        (brands, wanted_brands, known.brand_ids),
        (tags, wanted_tags, known.tag_ids),
    ):
        missing = [{"slug": slug, "name": name} for slug, name in wanted.items() if slug not in ids]
        if missing:
            made = session.execute(insert(table).returning(table.c.slug, table.c.id), missing)
            ids.update(made.all())


def _write_products(session: Session, known: Known, plans: Sequence[Plan]) -> None:
    at = now()
    moved: list[dict[str, Any]] = []
    fresh: list[Plan] = []
    for made in plans:
        if made.brand is not None:
            made.columns["brand_id"] = (
                known.brand_ids[label_slug(made.brand)] if made.brand else None
            )
        if made.product is None:
            fresh.append(made)
            continue
        if "slug" in made.columns:
            moved.append({"address": made.product.slug, "target_id": made.product.id})
        for name, value in made.columns.items():
            setattr(made.product, name, value)
        made.product.updated_at = at
    session.flush()
    rows = [{**made.columns, "created_at": at, "updated_at": at} for made in fresh]
    for made, product in zip(fresh, insert_all(session, Product, rows, ["public_id"]), strict=True):
        made.product = product
    record_moves(session, "product", moved)


def record_moves(session: Session, kind: str, moved: Sequence[dict[str, Any]]) -> None:
    """Remember former addresses; one that had another owner now leads to the later one."""
    if not moved:
        return
    at = now()
    rows = [{"kind": kind, "since": at, **row} for row in moved]
    session.execute(
        delete(former_addresses).where(
            former_addresses.c.kind == kind,
            former_addresses.c.address.in_([row["address"] for row in rows]),
        )
    )
    session.execute(insert(former_addresses), rows)


def _write_shapes(session: Session, plans: Sequence[Plan]) -> None:
    """Options, then their values, then variants, then which variant has which value."""
    _write_options(session, plans)
    _drop_lost_axes(session, plans)
    _write_values(session, plans)
    _write_variants(session, plans)
    _write_choices(session, plans)


def _write_options(session: Session, plans: Sequence[Plan]) -> None:
    fresh: list[Axis] = []
    rows = []
    for made in plans:
        for place, axis in enumerate(made.shape.axes):
            if axis.row is None:
                fresh.append(axis)
                rows.append({"product_id": _id(made.product), "name": axis.name, "position": place})
            elif (axis.row.name, axis.row.position) != (axis.name, place):
                axis.row.name, axis.row.position = axis.name, place
    session.flush()
    options = insert_all(session, Option, rows, ["product_id", "name"])
    for axis, option in zip(fresh, options, strict=True):
        axis.row = option


def _write_values(session: Session, plans: Sequence[Plan]) -> None:
    fresh: list[AxisValue] = []
    rows = []
    for axis in (axis for made in plans for axis in made.shape.axes):
        for place, value in enumerate(axis.values.values()):
            if value.row is None:
                fresh.append(value)
                rows.append(
                    {
                        "option_id": _id(axis.row),
                        "value": value.value,
                        "position": place,
                        "swatch": value.swatch,
                    }
                )
            elif (value.row.position, value.row.swatch) != (place, value.swatch):
                value.row.position, value.row.swatch = place, value.swatch
    session.flush()
    stored = insert_all(session, OptionValue, rows, ["option_id", "value"])
    for value, row in zip(fresh, stored, strict=True):
        value.row = row


def _drop_lost_axes(session: Session, plans: Sequence[Plan]) -> None:
    """Options and listed-away values that are not in the plan any more."""
    updated = [made for made in plans if made.save.id is not None and made.shape.axes_changed]
    if not updated:
        return
    kept_options = {_id(axis.row) for made in updated for axis in made.shape.axes}
    kept_values = {
        _id(value.row)
        for made in updated
        for axis in made.shape.axes
        for value in axis.values.values()
        if value.row is not None
    }
    products_ids = [_id(made.product) for made in updated]
    values = (
        select(OptionValue)
        .join(Option, OptionValue.option_id == Option.id)  # type: ignore[arg-type]
        .where(Option.product_id.in_(products_ids))  # type: ignore[attr-defined]
    )
    # Values before their options: what the database removes by itself, the session still holds,
    # and a later row may be given the same key.
    for value in session.scalars(values):
        if _id(value) not in kept_values:
            session.delete(value)
    session.flush()
    for option in session.scalars(select(Option).where(Option.product_id.in_(products_ids))):  # type: ignore[attr-defined]
        if _id(option) not in kept_options:
            session.delete(option)
    session.flush()


def _write_variants(session: Session, plans: Sequence[Plan]) -> None:
    at = now()
    fresh: list[VariantPlan] = []
    rows = []
    for made in plans:
        for variant in made.shape.variants:
            if variant.row is None:
                fresh.append(variant)
                rows.append({**variant.columns, "product_id": _id(made.product), "updated_at": at})
            elif variant.columns:
                for name, value in variant.columns.items():
                    setattr(variant.row, name, value)
                variant.row.updated_at = at
    session.flush()
    for variant, row in zip(fresh, insert_all(session, Variant, rows, ["public_id"]), strict=True):
        variant.row = row


def _write_choices(session: Session, plans: Sequence[Plan]) -> None:
    rows, stale = [], []
    for made in plans:
        for variant in made.shape.variants:
            if variant.state == "unchanged" and not made.shape.axes_changed:
                continue
            if made.save.id is not None:
                stale.append(_id(variant.row))
            rows += [
                {
                    "variant_id": _id(variant.row),
                    "option_id": _id(axis.row),
                    "value_id": _id(axis.values[choice.casefold()].row),
                }
                for axis, choice in zip(made.shape.axes, variant.choices, strict=True)
                if choice
            ]
    for start in range(0, len(stale), 500):
        session.execute(
            delete(variant_values).where(
                variant_values.c.variant_id.in_(stale[start : start + 500])
            )
        )
    if rows:
        session.execute(insert(variant_values), rows)


def _write_links(session: Session, known: Known, plans: Sequence[Plan]) -> None:
    shelves = {_id(made.product): made.categories for made in plans}
    labels = {
        _id(made.product): None
        if made.tags is None
        else [known.tag_ids[label_slug(tag)] for tag in made.tags]
        for made in plans
    }
    old = {made.save.id for made in plans if made.save.id is not None}
    for table, column, chosen in (
        (product_categories, "category_id", shelves),
        (product_tags, "tag_id", labels),
    ):
        stale = [product for product in old if chosen[product] is not None]
        if stale:
            session.execute(delete(table).where(table.c.product_id.in_(stale)))
        rows = [
            {"product_id": product, column: other}
            for product, others in chosen.items()
            for other in others or ()
        ]
        if rows:
            session.execute(insert(table), rows)
    _write_attributes(session, plans)


def _write_attributes(session: Session, plans: Sequence[Plan]) -> None:
    rows = []
    for made in plans:
        product_id = _id(made.product)
        if made.attributes and made.save.id is not None:
            session.execute(
                delete(product_attributes).where(
                    product_attributes.c.product_id == product_id,
                    product_attributes.c.attribute_id.in_(made.attributes),
                )
            )
        rows += [
            {
                "product_id": product_id,
                "attribute_id": attribute_id,
                "text": value.text,
                "number_millis": value.number_millis,
                "on": value.on,
            }
            for attribute_id, value in made.attributes.items()
            if value is not None
        ]
    if rows:
        session.execute(insert(product_attributes), rows)


def _write_prices(session: Session, plans: Sequence[Plan]) -> None:
    at = now()
    rows = [
        {
            "variant_id": _id(variant.row),
            "price_minor": variant.row.price_minor,
            "compare_at_minor": variant.row.compare_at_minor,
            "at": at,
        }
        for made in plans
        for variant in made.shape.variants
        if variant.row is not None
        and (
            made.save.id is None
            or variant.changed.keys() & {"price_minor", "compare_at_minor"}
            or variant.is_new
        )
    ]
    if rows:
        session.execute(insert(price_changes), rows)


def _write_external_ids(session: Session, plans: Sequence[Plan]) -> None:
    rows = []
    for made in plans:
        if made.save.external is not None:
            rows.append((*made.save.external, "product", _id(made.product)))
        rows += [
            (*variant.external, "variant", _id(variant.row))
            for variant in made.shape.given
            if variant.external is not None
        ]
    if not rows:
        return
    names = ("source", "external_id", "kind", "target_id")
    new = upsert(session, external_ids)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["source", "kind", "external_id"],
            set_={"target_id": new.excluded.target_id},
        ),
        [dict(zip(names, row, strict=True)) for row in rows],
    )


def _id(row: Any) -> int:
    if row is None or row.id is None:
        raise ValueError("the row has not been stored yet")
    return int(row.id)
