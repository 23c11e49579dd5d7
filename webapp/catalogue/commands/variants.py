"""Options and variants one at a time: the verbs of the product editor."""

from collections.abc import Mapping, Sequence
from itertools import product as combinations
from typing import Unpack

from sqlalchemy import delete, select
from sqlmodel import Session, col

from webapp.catalogue.columns import external_ids, variants
from webapp.catalogue.commands.axes import MOST_VARIANTS
from webapp.catalogue.commands.products import choices_of, key, was_ordered
from webapp.catalogue.commands.refreshing import refresh
from webapp.catalogue.commands.saving import save_product
from webapp.catalogue.drafts import OptionSave, ProductSave, VariantFields, VariantSave
from webapp.catalogue.errors import LastVariant, TooManyVariants, VariantsAlike
from webapp.catalogue.events import ProductUpdated
from webapp.catalogue.models import Option, OptionValue, Product, Variant
from webapp.kit.actors import Actor
from webapp.kit.errors import NotFound
from webapp.runtime.events import emit


def set_options(
    session: Session, actor: Actor, product: Product, options: Sequence[OptionSave]
) -> Product:
    """Say along which axes the product varies. What varied before keeps its choices by name.

    On a new axis every variant takes the first value; an axis may only go when no two variants
    become the same (``VariantsAlike``).
    """
    actor.must("catalogue:write")
    current = choices_of(session, product)
    saves = []
    for variant, chosen in current:
        known = {name.casefold(): value for name, value in chosen.items()}
        values = {
            option.name: known.get(option.name.casefold()) or _first(option) for option in options
        }
        saves.append(VariantSave(id=key(variant), values=values))
    save = ProductSave(id=key(product), fields={}, options=options, variants=saves)
    return save_product(session, actor, save).product


def rename_option(
    session: Session, actor: Actor, product: Product, option: Option, *, name: str
) -> Product:
    """Call an axis something else; values and variants stay."""
    actor.must("catalogue:write")
    options = []
    for row in _options(session, product):
        values = _values(session, row)
        options.append(
            OptionSave(
                name=name if row.id == option.id else row.name,
                values=[value.value for value in values],
                swatches={value.value: value.swatch for value in values if value.swatch},
            )
        )
    if name.strip().casefold() != option.name.casefold():
        # Saving knows an axis by its name, so it has to have the new one already.
        option.name = name.strip()
        session.flush()
    save = ProductSave(id=key(product), fields={}, options=options)
    return save_product(session, actor, save).product


def set_swatch(
    session: Session, actor: Actor, product: Product, swatches: Mapping[int, str]
) -> None:
    """The colours (``#rrggbb`` or empty) to show for option values, by the value's key."""
    actor.must("catalogue:write")
    options = []
    for row in _options(session, product):
        values = _values(session, row)
        options.append(
            OptionSave(
                name=row.name,
                values=[value.value for value in values],
                swatches={
                    value.value: swatches.get(value.id or 0, value.swatch) for value in values
                },
            )
        )
    save_product(session, actor, ProductSave(id=key(product), fields={}, options=options))


def generate_variants(
    session: Session, actor: Actor, product: Product, **fields: Unpack[VariantFields]
) -> Product:
    """Make a variant for every combination of values that has none, each with these ``fields``.

    Article numbers differ from variant to variant, so ``sku`` and ``barcode`` are not taken.
    """
    actor.must("catalogue:write")
    axes = [
        (row.name, [value.value for value in _values(session, row)])
        for row in _options(session, product)
    ]
    count = 1
    for _, values in axes:
        count *= len(values)
    if count > MOST_VARIANTS:
        raise TooManyVariants(
            f"These options make {count} variants; a product has at most {MOST_VARIANTS}.",
            field="options",
            most=MOST_VARIANTS,
        )
    fields.pop("sku", None)
    fields.pop("barcode", None)
    there = {
        tuple(chosen.get(name, "").casefold() for name, _ in axes)
        for _, chosen in choices_of(session, product)
    }
    names = [name for name, _ in axes]
    saves = [
        VariantSave(values=dict(zip(names, combination, strict=True)), fields=fields)
        for combination in combinations(*(values for _, values in axes))
        if tuple(value.casefold() for value in combination) not in there
    ]
    if axes and saves:
        save_product(session, actor, ProductSave(id=key(product), fields={}, variants=saves))
    return product


def add_variant(
    session: Session,
    actor: Actor,
    product: Product,
    *,
    values: Mapping[str, str],
    **fields: Unpack[VariantFields],
) -> Variant:
    """One more variant, by option name and value; a new value is added to its axis.

    Refuses (``VariantsAlike``) a combination that is there already.
    """
    actor.must("catalogue:write")
    wanted = {name.casefold(): value.casefold() for name, value in values.items()}
    for _, chosen in choices_of(session, product):
        if {name.casefold(): value.casefold() for name, value in chosen.items()} == wanted:
            raise VariantsAlike("There is such a variant already.", field="values")
    save = VariantSave(values=values, fields=fields)
    outcome = save_product(session, actor, ProductSave(id=key(product), fields={}, variants=[save]))
    return outcome.variants[0]


def update_variant(
    session: Session,
    actor: Actor,
    variant: Variant,
    *,
    values: Mapping[str, str] | None = None,
    **fields: Unpack[VariantFields],
) -> Variant:
    """Change the named fields, and its choices where ``values`` are given.

    A price that changes is kept in the price history.
    """
    save = VariantSave(id=key(variant), values=values, fields=fields)
    save_product(session, actor, ProductSave(id=variant.product_id, fields={}, variants=[save]))
    return variant


def remove_variant(session: Session, actor: Actor, variant: Variant) -> bool:
    """Delete it, or archive it if it was ever ordered; true when it was deleted.

    Refuses (``LastVariant``) to leave a product with none.
    """
    actor.must("catalogue:write")
    others = session.execute(
        select(variants.c.id)
        .where(
            variants.c.product_id == variant.product_id,
            variants.c.id != variant.id,
            variants.c.is_archived.is_(False),
        )
        .limit(1)
    ).first()
    if others is None:
        raise LastVariant("A product keeps at least one variant. Archive the product instead.")
    if was_ordered(session, [variant.public_id]):
        update_variant(session, actor, variant, is_archived=True)
        return False
    product = session.get(Product, variant.product_id)
    if product is None:
        raise NotFound("There is no such product, or not any more.")
    gone = {variant.public_id: "deleted"}
    session.execute(
        delete(external_ids).where(
            external_ids.c.kind == "variant", external_ids.c.target_id == variant.id
        )
    )
    session.execute(delete(variants).where(variants.c.id == variant.id))
    session.expunge(variant)
    refresh(session, [key(product)])
    fact = ProductUpdated(product=product.public_id, slug=product.slug, variants=gone)
    emit(session, fact, actor=actor)
    return True


def _options(session: Session, product: Product) -> Sequence[Option]:
    return session.scalars(
        select(Option)
        .where(col(Option.product_id) == product.id)
        .order_by(col(Option.position), col(Option.id))
    ).all()


def _values(session: Session, option: Option) -> Sequence[OptionValue]:
    return session.scalars(
        select(OptionValue)
        .where(col(OptionValue.option_id) == option.id)
        .order_by(col(OptionValue.position), col(OptionValue.id))
    ).all()


def _first(option: OptionSave) -> str:
    return next(iter(option.values), "")
