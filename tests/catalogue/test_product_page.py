"""The product page's data: whole, in three statements, prices told as they are."""

import pytest
from sqlmodel import Session

from tests.factories.catalogue import make_category, make_file, make_product, variants_of
from webapp.catalogue import commands, queries
from webapp.catalogue.drafts import VariantSave
from webapp.catalogue.queries import unit_price
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import NotFound
from webapp.kit.money import Money


def test_a_full_page_is_three_statements(db: Session, statements) -> None:  # type: ignore[no-untyped-def]
    home = make_category(db, "Home")
    lamps = make_category(db, "Lamps", parent=home)
    commands.create_attribute(db, SYSTEM, code="width", name="Width", unit="cm")
    for number in range(6):
        make_product(db, f"Lamp {number}", category_id=lamps.id)
    product = make_product(
        db,
        "Desk light",
        brand="Oddny",
        tags=["new"],
        category_id=lamps.id,
        attributes={"width": "12"},
        variants=[
            VariantSave(
                values={"Colour": colour, "Size": size},
                fields={"price_minor": 1000, "compare_at_minor": 1500, "sku": f"{colour}{size}"},
            )
            for colour in ("Red", "Blue")
            for size in ("S", "M", "L")
        ],
    )
    for _ in range(4):
        commands.attach_image(db, SYSTEM, product, make_file(db).id or 0)
    db.commit()

    with statements.counted() as seen:
        page = queries.product_page(db, "desk-light", currency="EUR")

    assert len(seen) == 3
    assert [step.path for step in page.breadcrumb] == ["home", "home/lamps"]
    assert (len(page.variants), len(page.pictures), len(page.related)) == (6, 4, 4)
    assert [one.name for one in page.options] == ["Colour", "Size"]
    assert (page.price_from, page.compare_at) == (Money(1000, "EUR"), Money(1500, "EUR"))
    assert (page.has_price_range, page.is_on_sale, page.is_available) == (False, True, True)
    assert page.attributes[0].unit == "cm"
    assert page.variants[0].compare_at == Money(1500, "EUR")
    assert [dict(one.values) for one in page.variants][0] == {
        page.options[0].id: page.options[0].values[0].id,
        page.options[1].id: page.options[1].values[0].id,
    }


def test_a_compare_at_price_that_is_no_reduction_is_not_told(db: Session) -> None:
    product = make_product(
        db, variants=[VariantSave(fields={"price_minor": 1000, "compare_at_minor": 1000})]
    )

    page = queries.product_page(db, product.slug, currency="EUR")
    assert (page.compare_at, page.variants[0].compare_at, page.is_on_sale) == (None, None, False)


def test_a_bare_product_has_a_page_too(db: Session) -> None:
    product = make_product(db, on_hand=0)

    page = queries.product_page(db, product.slug, currency="EUR")
    assert (page.options, page.pictures, page.related, page.breadcrumb) == ((), (), (), ())
    assert (page.is_available, page.variants[0].is_available) == (False, False)
    assert queries.picker(page).variant == page.variants[0]


def test_a_removed_variant_is_not_shown(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"])
    commands.update_variant(db, SYSTEM, variants_of(db, product)[0], is_archived=True)

    page = queries.product_page(db, product.slug, currency="EUR")
    assert [one.title for one in page.variants] == ["M"]
    assert [value.value for value in page.options[0].values] == ["M"]


@pytest.mark.parametrize("slug", ["", "nothing", "%", "a' OR '1'='1", "é" * 300])
def test_what_is_not_sold_is_not_found(db: Session, slug: str) -> None:
    make_product(db)

    with pytest.raises(NotFound):
        queries.product_page(db, slug, currency="EUR")


@pytest.mark.parametrize(
    ("price", "amount", "unit", "base_amount", "base", "told"),
    [
        (495, 250_000, "ml", 1_000, "l", (1980, "1", "l")),
        (495, 250_000, "g", 100_000, "g", (198, "100", "g")),
        (1, 3_000, "kg", 1_000, "kg", (0, "1", "kg")),
        (999, 750_000, "ml", 1_000, "l", (1332, "1", "l")),
        (1000, 1_500, "m2", 1_000, "m2", (667, "1", "m2")),
        (300, 6_000, "pieces", 1_000, "pieces", (50, "1", "pieces")),
        (300, 6_000, "g", 1_000, "l", None),
        (300, 0, "g", 1_000, "g", None),
        (300, 500, "g", None, "g", None),
        (300, 500, "", 1_000, "", None),
    ],
)
def test_the_price_for_a_unit(
    price: int,
    amount: int,
    unit: str,
    base_amount: int | None,
    base: str,
    told: tuple[int, str, str] | None,
) -> None:
    found = unit_price(Money(price, "EUR"), amount, unit, base_amount, base)

    assert (found and (found.price.minor, found.amount, found.unit)) == told
