"""Collections, related products, pictures, brands and attributes."""

import pytest
from sqlmodel import Session, select

from tests.factories.catalogue import (
    make_category,
    make_collection,
    make_file,
    make_product,
    variants_of,
)
from webapp.catalogue import commands, queries
from webapp.catalogue.audit import CHECKS
from webapp.catalogue.errors import Moved, SlugTaken
from webapp.catalogue.models import (
    Attribute,
    AttributeType,
    Brand,
    ProductAttribute,
    ProductImage,
    RelationKind,
)
from webapp.catalogue.queries import ListingQuery
from webapp.kit.actors import SYSTEM
from webapp.kit.errors import Invalid, NotFound
from webapp.runtime.events import history


def faults(db: Session) -> list[str]:
    return [fault for check in CHECKS.values() for fault in check(db)]


def test_a_collection_keeps_its_order(db: Session) -> None:
    stools = [make_product(db, title) for title in ("A", "B", "C")]
    collection = make_collection(db, products=[stools[2], stools[0]])

    commands.set_collection_products(
        db, SYSTEM, collection, [stools[1].id, stools[2].id, stools[1].id]
    )

    page = queries.listing(db, ListingQuery(collection_id=collection.id), currency="EUR")
    assert [card.title for card in page.products] == ["B", "C"]
    with pytest.raises(NotFound):
        commands.set_collection_products(db, SYSTEM, collection, [999_999])


def test_a_collections_former_address_leads_on(db: Session) -> None:
    collection = make_collection(db, "New this autumn")
    make_collection(db, "New this autumn")
    commands.update_collection(db, SYSTEM, collection, slug="autumn")

    assert queries.collection_by_slug(db, "autumn").title == "New this autumn"
    assert queries.collection_by_slug(db, "new-this-autumn-2").title == "New this autumn"
    with pytest.raises(Moved) as moved:
        queries.collection_by_slug(db, "new-this-autumn")
    assert moved.value.to == "autumn"
    with pytest.raises(SlugTaken):
        commands.update_collection(db, SYSTEM, collection, slug="new-this-autumn-2")
    commands.delete_collection(db, SYSTEM, collection)
    with pytest.raises(NotFound):
        queries.collection_by_slug(db, "autumn")


def test_home_shows_featured_collections_with_their_first_products(db: Session, statements) -> None:  # type: ignore[no-untyped-def]
    stools = [make_product(db, f"Stool {number}") for number in range(5)]
    hidden = make_product(db, "Hidden", status="draft")
    make_collection(db, "First", products=[hidden, *stools], is_featured=True)
    make_collection(db, "Empty", products=[hidden], is_featured=True)
    make_collection(db, "Unfeatured", products=stools)

    with statements.counted() as seen:
        shown = queries.featured_collections(db, currency="EUR", size=3)

    assert len(seen) == 1
    assert [(one.title, [card.title for card in one.products]) for one in shown] == [
        ("First", ["Stool 0", "Stool 1", "Stool 2"])
    ]
    commands.update_product(db, SYSTEM, stools[3], is_featured=True)
    first, *_ = queries.featured_products(db, currency="EUR")
    assert first.title == "Stool 3"
    assert queries.newest_products(db, currency="EUR", size=1)[0].title == "Stool 4"
    ids = [stools[2].id, hidden.id, stools[0].id]
    assert [card.title for card in queries.cards_by_id(db, ids, currency="EUR")] == [
        "Stool 2",
        "Stool 0",
    ]


def test_chosen_products_come_before_those_of_the_category(db: Session) -> None:
    shelf = make_category(db)
    stools = [make_product(db, f"Stool {number}", category_id=shelf.id) for number in range(4)]
    lamp = make_product(db, "Lamp")
    hidden = make_product(db, "Hidden", status="draft")

    commands.relate(db, SYSTEM, stools[0], [hidden.id, stools[0].id, lamp.id])
    commands.relate(db, SYSTEM, stools[0], [stools[3].id], kind=RelationKind.upsell)

    page = queries.product_page(db, stools[0].slug, currency="EUR")
    assert [card.title for card in page.related] == ["Stool 3", "Lamp", "Stool 2", "Stool 1"]
    with pytest.raises(NotFound):
        commands.relate(db, SYSTEM, stools[0], [999_999])


def test_pictures_have_an_order_and_words(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"])
    files = [make_file(db) for _ in range(3)]
    small = variants_of(db, product)[0]
    images = [
        commands.attach_image(db, SYSTEM, product, file.id or 0, alt=f"View {place}")
        for place, file in enumerate(files)
    ]

    again = commands.attach_image(
        db, SYSTEM, product, files[1].id or 0, alt="Back", variant_ids=[small.id]
    )
    assert again.id == images[1].id
    commands.order_images(db, SYSTEM, product, [images[2].id, images[1].id])

    page = queries.product_page(db, product.slug, currency="EUR")
    assert [picture.image.alt for picture in page.pictures] == ["View 2", "Back", "View 0"]
    assert page.variants[0].image_id == images[1].id
    (card,) = queries.newest_products(db, currency="EUR")
    assert card.image is not None
    assert card.image.sha256 == files[2].sha256

    commands.remove_image(db, SYSTEM, images[1])
    db.commit()
    assert queries.product_page(db, product.slug, currency="EUR").variants[0].image_id is None
    assert len(db.exec(select(ProductImage)).all()) == 2


def test_what_a_variant_shows_and_what_a_collection_holds_is_told(db: Session) -> None:
    stool, jug = make_product(db, "Stool"), make_product(db, "Jug")
    collection = make_collection(db, products=[stool])
    variant = variants_of(db, stool)[0]
    image = commands.attach_image(db, SYSTEM, stool, make_file(db).id or 0, alt="Oak")

    commands.show_for_variants(db, SYSTEM, stool, {variant.id or 0: image.id})
    commands.show_for_variants(db, SYSTEM, stool, {variant.id or 0: image.id})
    commands.set_collection_products(db, SYSTEM, collection, [jug.id or 0, stool.id or 0])
    commands.relate(db, SYSTEM, stool, [jug.id or 0])

    told = history(db, "product", stool.public_id)
    assert [fact.payload["variants"] for fact in told if fact.payload.get("variants")] == [
        {variant.public_id: {"image": [None, "Oak"]}}
    ]
    assert told[-1].payload["changed"] == {"relations.related": [[], ["jug"]]}
    (last,) = history(db, "collection", collection.public_id, limit=1)
    assert last.payload["changed"] == {"products": [["stool"], ["jug", "stool"]]}


def test_a_picture_or_variant_of_another_product_is_not_found(db: Session) -> None:
    oak, ash = make_product(db, "Oak"), make_product(db, "Ash")
    image = commands.attach_image(db, SYSTEM, oak, make_file(db).id or 0)
    other = variants_of(db, ash)[0]

    with pytest.raises(NotFound):
        commands.show_for_variants(db, SYSTEM, oak, {other.id: image.id})
    with pytest.raises(NotFound):
        commands.show_for_variants(db, SYSTEM, ash, {other.id: image.id})
    with pytest.raises(NotFound):
        commands.order_images(db, SYSTEM, ash, [image.id or 0])


@pytest.mark.parametrize(
    ("kind", "text", "stored", "millis"),
    [
        ("number", "12.50", "12.5", 12_500),
        ("number", "-0.125", "-0.125", -125),
        ("boolean", "Yes", "true", None),
        ("boolean", "0", "false", None),
        ("date", "2026-03-31", "2026-03-31", None),
        ("choice", "oak", "Oak", None),
        ("text", " Oak\r\nand ash ", "Oak\nand ash", None),
    ],
)
def test_attribute_values_are_read_by_their_type(
    db: Session, kind: str, text: str, stored: str, millis: int | None
) -> None:
    commands.create_attribute(
        db, SYSTEM, code="a", name="A", type=AttributeType(kind), choices=["Oak", "Ash"]
    )
    make_product(db, attributes={"a": text})

    row = db.exec(select(ProductAttribute)).one()
    assert (row.text, row.number_millis) == (stored, millis)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("number", "12,5"),
        ("number", "1.2345"),
        ("number", "NaN"),
        ("number", "9e99"),
        ("boolean", "perhaps"),
        ("date", "31.3.2026"),
        ("choice", "Pine"),
        ("text", "x" * 2001),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(db: Session, kind: str, text: str) -> None:
    commands.create_attribute(
        db, SYSTEM, code="a", name="A", type=AttributeType(kind), choices=["Oak"]
    )

    with pytest.raises(Invalid) as refusal:
        make_product(db, attributes={"a": text})
    assert refusal.value.facts["field"] == "attributes.a"


def test_an_empty_value_takes_the_attribute_off(db: Session) -> None:
    commands.create_attribute(db, SYSTEM, code="a", name="A")
    commands.create_attribute(db, SYSTEM, code="b", name="B")
    product = make_product(db, attributes={"a": "1", "b": "2"})

    commands.update_product(db, SYSTEM, product, attributes={"a": " "})

    assert [row.text for row in db.exec(select(ProductAttribute))] == ["2"]


def test_a_new_type_has_to_fit_every_value(db: Session) -> None:
    attribute = commands.create_attribute(db, SYSTEM, code="width", name="Width")
    wide = make_product(db, "Wide", attributes={"width": "120"})
    make_product(db, "Odd", attributes={"width": "broad"})

    with pytest.raises(Invalid):
        commands.update_attribute(db, SYSTEM, attribute, type=AttributeType.number)
    db.rollback()
    assert db.exec(select(Attribute.type)).one() is AttributeType.text

    commands.update_product(db, SYSTEM, db_product(db, "odd"), attributes={"width": "80"})
    attribute = db.exec(select(Attribute)).one()
    commands.update_attribute(db, SYSTEM, attribute, type=AttributeType.number, is_filter=True)
    assert sorted(row.number_millis or 0 for row in db.exec(select(ProductAttribute))) == [
        80_000,
        120_000,
    ]
    page = queries.listing(db, ListingQuery(attributes={"width": ["120"]}), currency="EUR")
    assert [card.id for card in page.products] == [wide.id]
    assert faults(db) == []
    commands.delete_attribute(db, SYSTEM, attribute)
    assert faults(db) == []


def db_product(db: Session, slug: str):  # type: ignore[no-untyped-def]
    return commands.product_by_public_id(db, queries.product_for_edit(db, slug).product.public_id)


def test_attributes_are_made_once_per_name(db: Session) -> None:
    codes = commands.ensure_attributes(db, SYSTEM, ["Seat height", "seat  HEIGHT", "Colour"])

    assert codes == {
        "Seat height": "seat-height",
        "seat  HEIGHT": "seat-height",
        "Colour": "colour",
    }
    assert len(db.exec(select(Attribute)).all()) == 2


def test_a_brand_is_renamed_with_its_products(db: Session) -> None:
    product = make_product(db, brand="Oddny")
    make_product(db, "Ash", brand="Other")
    brand = db.exec(select(Brand).where(Brand.name == "Oddny")).one()

    with pytest.raises(SlugTaken):
        commands.rename_brand(db, SYSTEM, brand, name="OTHER")
    commands.rename_brand(db, SYSTEM, brand, name="Oddny Works")

    page = queries.listing(db, ListingQuery(brands=["oddny-works"]), currency="EUR")
    assert [card.id for card in page.products] == [product.id]
    assert queries.find(db, "works").ids == [product.id]
    assert faults(db) == []
