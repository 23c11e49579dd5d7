"""Options and variants: every variant makes exactly one choice on every axis."""

import pytest
from sqlmodel import Session, select

from tests.catalogue.test_products import order_line_of
from tests.factories.catalogue import make_product, variants_of
from webapp.catalogue import commands, queries
from webapp.catalogue.audit import CHECKS
from webapp.catalogue.drafts import OptionSave, VariantSave
from webapp.catalogue.errors import (
    LastVariant,
    TooManyVariants,
    VariantIncomplete,
    VariantsAlike,
)
from webapp.catalogue.models import Option, Product, Variant
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import Invalid, NotFound


def titles(db: Session, product: Product) -> list[str]:
    return [variant.title for variant in variants_of(db, product)]


def faults(db: Session) -> list[str]:
    return [fault for check in CHECKS.values() for fault in check(db)]


def test_more_than_three_axes_are_no_trouble(db: Session) -> None:
    product = commands.create_product(db, SYSTEM, title="Desk")
    commands.set_options(
        db,
        SYSTEM,
        product,
        [OptionSave(name=f"Axis {n}", values=["a", "b"]) for n in range(5)],
    )
    commands.generate_variants(db, SYSTEM, product, price_minor=500)

    assert product.variant_count == 32
    assert titles(db, product)[0] == "a / a / a / a / a"
    assert (product.price_from_minor, product.price_to_minor) == (0, 500)
    assert faults(db) == []


def test_generating_twice_makes_each_combination_once(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"])
    commands.set_options(
        db,
        SYSTEM,
        product,
        [
            OptionSave(name="Size", values=["S", "M", "L"]),
            OptionSave(name="Colour", values=["Red"]),
        ],
    )

    commands.generate_variants(db, SYSTEM, product)
    commands.generate_variants(db, SYSTEM, product)

    assert sorted(titles(db, product)) == ["L / Red", "M / Red", "S / Red"]


def test_the_first_option_of_a_simple_product_keeps_its_variant(db: Session) -> None:
    product = make_product(db)
    (before,) = variants_of(db, product)

    commands.set_options(db, SYSTEM, product, [OptionSave(name="Size", values=["S", "M"])])

    (after,) = variants_of(db, product)
    assert (after.id, after.title) == (before.id, "S")
    assert product.is_available


def test_an_axis_goes_only_when_no_two_become_the_same(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"])

    with pytest.raises(VariantsAlike):
        commands.set_options(db, SYSTEM, product, [])

    commands.remove_variant(db, SYSTEM, variants_of(db, product)[1])
    commands.set_options(db, SYSTEM, product, [])
    assert titles(db, product) == [""]
    assert db.exec(select(Option)).all() == []


def test_an_axis_is_renamed_and_values_are_reordered(db: Session) -> None:
    product = make_product(db, sizes=["M", "S"])
    option = db.exec(select(Option)).one()

    commands.rename_option(db, SYSTEM, product, option, name="Grösse")
    commands.set_options(db, SYSTEM, product, [OptionSave(name="grösse", values=["S", "M"])])

    page = queries.product_page(db, product.slug, currency="EUR")
    assert [(one.name, [value.value for value in one.values]) for one in page.options] == [
        ("grösse", ["S", "M"])
    ]
    assert titles(db, product) == ["M", "S"]
    assert faults(db) == []


def test_a_swatch_is_a_colour(db: Session) -> None:
    product = make_product(db, variants=[VariantSave(values={"Colour": "Sage"})])
    page = queries.product_page(db, product.slug, currency="EUR")
    (value,) = page.options[0].values

    commands.set_swatch(db, SYSTEM, product, {value.id: "#5B8C5A"})
    assert queries.product_page(db, product.slug, currency="EUR").options[0].values[0].swatch == (
        "#5b8c5a"
    )
    with pytest.raises(Invalid):
        commands.set_swatch(db, SYSTEM, product, {value.id: "green; x"})


def test_adding_a_variant_adds_its_value_to_the_axis(db: Session) -> None:
    product = make_product(db, sizes=["S"])

    variant = commands.add_variant(db, SYSTEM, product, values={"size": "XL"}, price_minor=3000)

    assert (variant.title, product.price_to_minor, product.variant_count) == ("XL", 3000, 2)
    with pytest.raises(VariantsAlike):
        commands.add_variant(db, SYSTEM, product, values={"Size": "xl"})


@pytest.mark.parametrize("values", [{}, {"Colour": "Red"}, {"Size": "S", "Colour": "Red"}])
def test_a_variant_chooses_on_every_axis_and_no_other(db: Session, values: dict[str, str]) -> None:
    product = make_product(db, sizes=["S"])

    with pytest.raises(VariantIncomplete):
        commands.add_variant(db, SYSTEM, product, values=values)

    assert titles(db, product) == ["S"]


def test_a_choice_can_be_changed_but_not_to_a_sisters(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"])
    small, medium = variants_of(db, product)

    commands.update_variant(db, SYSTEM, small, values={"Size": "XS"})
    assert titles(db, product) == ["XS", "M"]
    with pytest.raises(VariantsAlike):
        commands.update_variant(db, SYSTEM, small, values={"Size": "M"})
    assert faults(db) == []


def test_a_variant_that_was_ordered_is_archived(db: Session) -> None:
    product = make_product(db, sizes=["S", "M", "L"])
    small, medium, _ = variants_of(db, product)
    order_line_of(db, small.public_id)

    assert commands.remove_variant(db, SYSTEM, small) is False
    assert commands.remove_variant(db, SYSTEM, medium) is True

    assert titles(db, product) == ["L"]
    assert db.get(Variant, small.id).is_archived
    assert (product.variant_count, faults(db)) == (1, [])


def test_an_archived_variant_comes_back_when_it_is_added_again(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"])
    small = variants_of(db, product)[0]
    order_line_of(db, small.public_id)
    commands.remove_variant(db, SYSTEM, small)

    back = commands.add_variant(db, SYSTEM, product, values={"Size": "S"}, price_minor=900)

    assert (back.id, back.is_archived, back.price_minor) == (small.id, False, 900)
    assert product.is_available


def test_the_last_variant_stays(db: Session) -> None:
    product = make_product(db)

    with pytest.raises(LastVariant):
        commands.remove_variant(db, SYSTEM, variants_of(db, product)[0])
    with pytest.raises(LastVariant):
        commands.update_variant(db, SYSTEM, variants_of(db, product)[0], is_archived=True)


def test_too_many_combinations_are_refused_before_any_is_made(db: Session) -> None:
    product = make_product(db)
    commands.set_options(
        db,
        SYSTEM,
        product,
        [OptionSave(name=f"Axis {n}", values=[str(v) for v in range(20)]) for n in range(3)],
    )

    with pytest.raises(TooManyVariants):
        commands.generate_variants(db, SYSTEM, product)
    assert product.variant_count == 1


def test_two_options_of_one_name_are_refused(db: Session) -> None:
    product = make_product(db)

    with pytest.raises(Invalid) as refusal:
        commands.set_options(
            db,
            SYSTEM,
            product,
            [OptionSave(name="Size", values=["S"]), OptionSave(name=" size", values=["M"])],
        )
    assert refusal.value.facts["field"] == "options"


def test_a_variant_of_another_product_is_not_found(db: Session) -> None:
    oak, ash = make_product(db, "Oak"), make_product(db, "Ash")
    save = VariantSave(id=variants_of(db, ash)[0].id, fields={"price_minor": 1})

    with pytest.raises(NotFound):
        commands.save_product(db, SYSTEM, commands_save(oak, save))
    assert variants_of(db, ash)[0].price_minor == 1999


def commands_save(product: Product, save: VariantSave):  # type: ignore[no-untyped-def]
    from webapp.catalogue.drafts import ProductSave

    return ProductSave(id=product.id, fields={}, variants=[save])


def test_the_picker_tells_what_is_left_to_choose(db: Session) -> None:
    pairs = [("S", "Red"), ("S", "Blue"), ("M", "Red")]
    product = make_product(
        db,
        variants=[
            VariantSave(values={"Size": size, "Colour": colour}, fields={"price_minor": 100})
            for size, colour in pairs
        ],
    )
    page = queries.product_page(db, product.slug, currency="EUR")
    ids = {value.value: value.id for option in page.options for value in option.values}

    nothing = queries.picker(page)
    assert nothing.variant is None
    assert all(value.exists for option in nothing.options for value in option.values)

    medium = queries.picker(page, [ids["M"], 999_999])
    colours = {value.value: value for value in medium.options[1].values}
    assert (colours["Red"].exists, colours["Blue"].exists) == (True, False)
    assert medium.variant is None

    chosen = queries.picker(page, [ids["S"], ids["Blue"]])
    assert chosen.variant is not None
    assert chosen.variant.title == "S / Blue"
    sizes = {value.value: value for value in chosen.options[0].values}
    assert (sizes["S"].is_chosen, sizes["M"].exists) == (True, False)
    assert queries.picker(page, [ids["M"], ids["Blue"]]).variant is None
