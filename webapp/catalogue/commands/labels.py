"""Brands and attributes: what products share by name."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from webapp.catalogue.columns import brands, product_attributes, product_tags, products, tags
from webapp.catalogue.commands import checking
from webapp.catalogue.commands.knowing import AT_ONCE, label_slug
from webapp.catalogue.commands.refreshing import refresh
from webapp.catalogue.commands.typed import typed_value
from webapp.catalogue.drafts import Changes
from webapp.catalogue.errors import SlugTaken
from webapp.catalogue.events import AttributeUpdated, BrandUpdated
from webapp.catalogue.models import Attribute, AttributeType, Brand
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.runtime.events import emit, emit_all


class AttributeFields(TypedDict, total=False):
    name: str
    type: AttributeType
    unit: str
    choices: Sequence[str]
    is_filter: bool
    position: int


def rename_brand(session: Session, actor: Actor, brand: Brand, *, name: str) -> Brand:
    """Another spelling of a brand's name; its products and their search words follow."""
    actor.must("catalogue:write")
    clean = checking.line("brands", "name", name, required=True)
    slug = label_slug(clean)
    other = session.scalars(select(Brand).where(col(Brand.slug) == slug)).one_or_none()
    if other is not None and other.id != brand.id:
        raise SlugTaken(f"There is a brand called {other.name}.", field="name")
    if brand.name == clean:
        return brand
    changed: Changes = {"name": [brand.name, clean], "slug": [brand.slug, slug]}
    brand.name, brand.slug = clean, slug
    session.flush()
    ids = session.scalars(select(products.c.id).where(products.c.brand_id == brand.id)).all()
    refresh(session, ids)
    emit(session, BrandUpdated(brand=slug, changed=changed), actor=actor)
    return brand


def create_attribute(
    session: Session, actor: Actor, *, code: str, **fields: Unpack[AttributeFields]
) -> Attribute:
    """A property that products may have from now on. Text unless ``type`` says otherwise."""
    actor.must("catalogue:write")
    clean = checking.line("attributes", "code", label_slug(code), required=True)
    if session.scalars(select(Attribute).where(col(Attribute.code) == clean)).first():
        raise SlugTaken(f"There is an attribute {clean} already.", field="code")
    columns = _checked(fields)
    name = checking.line("attributes", "name", fields.get("name") or code, required=True)
    columns.setdefault(
        "position", session.execute(select(func.count()).select_from(Attribute)).scalar_one()
    )
    attribute = Attribute(**{**columns, "code": clean, "name": name})
    _check_choices(attribute)
    session.add(attribute)
    session.flush()
    fact = AttributeUpdated(attribute=clean, changed={"name": [None, name]})
    emit(session, fact, actor=actor)
    return attribute


def ensure_attributes(
    session: Session, actor: Actor, names: Mapping[str, str] | Iterable[str]
) -> dict[str, str]:
    """Text attributes of these names (or of codes with names), made where missing.

    Returns the code by what was given; two spellings of one name share an attribute.
    """
    actor.must("catalogue:write")
    wanted = dict(names) if isinstance(names, Mapping) else {name: name for name in names}
    codes = {given: label_slug(given) for given in wanted}
    there = set(
        session.scalars(
            select(col(Attribute.code)).where(col(Attribute.code).in_(sorted(codes.values())))
        )
    )
    for given, code in codes.items():
        if code not in there:
            create_attribute(session, actor, code=code, name=wanted[given])
            there.add(code)
    return codes


def update_attribute(
    session: Session, actor: Actor, attribute: Attribute, **fields: Unpack[AttributeFields]
) -> Attribute:
    """Change the named fields. A new type or list of choices has to fit every value there is."""
    actor.must("catalogue:write")
    columns = _checked(fields)
    if "name" in fields:
        columns["name"] = checking.line("attributes", "name", fields["name"], required=True)
    changed: Changes = {
        name: [getattr(attribute, name), value]
        for name, value in columns.items()
        if getattr(attribute, name) != value
    }
    if not changed:
        return attribute
    with session.begin_nested():
        for name, (_, value) in changed.items():
            setattr(attribute, name, value)
        _check_choices(attribute)
        session.flush()
        if changed.keys() & {"type", "choices"}:
            _retype(session, attribute)
    if changed.keys() & {"type", "name", "unit", "is_filter"}:
        ids = session.scalars(
            select(product_attributes.c.product_id).where(
                product_attributes.c.attribute_id == attribute.id
            )
        ).all()
        refresh(session, ids)
    emit(session, AttributeUpdated(attribute=attribute.code, changed=changed), actor=actor)
    return attribute


def delete_attribute(session: Session, actor: Actor, attribute: Attribute) -> None:
    """Take the property off all products and forget it."""
    actor.must("catalogue:write")
    ids = session.scalars(
        select(product_attributes.c.product_id).where(
            product_attributes.c.attribute_id == attribute.id
        )
    ).all()
    session.execute(
        delete(product_attributes).where(product_attributes.c.attribute_id == attribute.id)
    )
    fact = AttributeUpdated(attribute=attribute.code, changed={"name": [attribute.name, None]})
    session.delete(attribute)
    session.flush()
    refresh(session, ids)
    emit(session, fact, actor=actor)


def forget_labels(
    session: Session, actor: Actor, *, brand_ids: Sequence[int] = (), tag_ids: Sequence[int] = ()
) -> int:
    """Delete those of these brands and tags that no product has any more; how many went."""
    actor.must("catalogue:write")
    gone = 0
    for table, ids, used in (
        (brands, brand_ids, select(products.c.id).where(products.c.brand_id == brands.c.id)),
        (tags, tag_ids, select(product_tags.c.tag_id).where(product_tags.c.tag_id == tags.c.id)),
    ):
        for start in range(0, len(ids), AT_ONCE):
            found = session.execute(
                delete(table)
                .where(table.c.id.in_(ids[start : start + AT_ONCE]), ~used.exists())
                .returning(table.c.slug, table.c.name)
            ).all()
            gone += len(found)
            if table is brands:
                facts = [BrandUpdated(slug, {"name": [name, None]}) for slug, name in found]
                emit_all(session, facts, actor=actor)
    return gone


def _checked(fields: AttributeFields) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    if "type" in fields:
        try:
            columns["type"] = AttributeType(fields["type"])
        except ValueError as bad:
            raise Invalid(
                "An attribute is text, number, boolean, date or choice.", field="type"
            ) from bad
    if "unit" in fields:
        columns["unit"] = checking.line("attributes", "unit", fields["unit"])
    if "choices" in fields:
        choices = (checking.line("option_values", "value", one) for one in fields["choices"])
        columns["choices"] = list(dict.fromkeys(choice for choice in choices if choice))
    if "is_filter" in fields:
        columns["is_filter"] = checking.yes_or_no("is_filter", fields["is_filter"])
    if "position" in fields:
        columns["position"] = checking.whole("position", fields["position"])
    return columns


def _check_choices(attribute: Attribute) -> None:
    if attribute.type is AttributeType.choice and not attribute.choices:
        raise Invalid("Say what there is to choose from.", field="choices")


def _retype(session: Session, attribute: Attribute) -> None:
    """Read every stored value anew; the first that does not fit refuses the change."""
    rows = session.execute(
        select(product_attributes.c.product_id, product_attributes.c.text).where(
            product_attributes.c.attribute_id == attribute.id
        )
    ).all()
    for product_id, text in rows:
        value = typed_value(attribute, text)
        session.execute(
            product_attributes.update()
            .where(
                product_attributes.c.product_id == product_id,
                product_attributes.c.attribute_id == attribute.id,
            )
            .values(text=value.text, number_millis=value.number_millis, on=value.on)
        )
