"""Products one at a time: what is made of what was given, and what is refused."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from tests.factories.catalogue import make_category, make_file, make_product, variants_of
from webapp.catalogue import commands, queries
from webapp.catalogue.audit import CHECKS
from webapp.catalogue.drafts import VariantSave
from webapp.catalogue.errors import Moved, ProductWasSold, SkuTaken, SlugTaken
from webapp.catalogue.models import PriceChange, Product, ProductImage, ProductStatus
from webapp.inventory import commands as inventory
from webapp.kit.actors import SHOPPER, SYSTEM
from webapp.kit.clock import frozen, now
from webapp.kit.errors import Invalid, NotAllowed, NotFound
from webapp.runtime.events import EventRecord, history


def names(db: Session) -> list[str]:
    return list(db.exec(select(EventRecord.name).order_by(EventRecord.seq)))


def test_a_new_product_is_a_draft_with_one_variant(db: Session) -> None:
    product = commands.create_product(db, SYSTEM, title="  Oak   stool ")

    assert (product.title, product.slug, product.status) == ("Oak stool", "oak-stool", "draft")
    assert [(one.title, one.price_minor) for one in variants_of(db, product)] == [("", 0)]
    assert names(db) == ["product.created"]


def test_brand_tags_and_body_are_made_of_what_was_given(db: Session) -> None:
    commands.create_attribute(db, SYSTEM, code="Material", name="Material")
    shelf = make_category(db)
    product = make_product(
        db,
        brand="Oddny Works",
        tags=["Solid", "solid ", "Oak"],
        body="<h1>x</h1><script>y</script>",
        category_id=shelf.id,
        attributes={"material": "Oak"},
    )
    other = make_product(db, "Ash stool", brand="ODDNY WORKS")

    page = queries.product_page(db, product.slug, currency="EUR")
    assert (page.brand, page.body) == ("Oddny Works", "<h2>x</h2>")
    assert [tag.name for tag in page.tags] == ["Solid", "Oak"]
    assert [(one.name, one.text) for one in page.attributes] == [("Material", "Oak")]
    assert [step.name for step in page.breadcrumb] == ["Furniture"]
    assert other.brand_id == product.brand_id


def test_the_second_of_a_title_gets_another_address(db: Session) -> None:
    slugs = [make_product(db, "Oak stool").slug for _ in range(3)]

    assert slugs == ["oak-stool", "oak-stool-2", "oak-stool-3"]


def test_an_address_asked_for_and_taken_is_refused(db: Session) -> None:
    make_product(db, "Oak stool")
    ash = make_product(db, "Ash stool")

    with pytest.raises(SlugTaken) as refusal:
        commands.update_product(db, SYSTEM, ash, slug="oak-stool", title="Changed")

    assert refusal.value.facts["field"] == "slug"
    db.rollback()
    assert db.get(Product, ash.id).title == "Ash stool"


def test_a_changed_address_leads_on(db: Session) -> None:
    product = make_product(db, "Oak stool")
    commands.update_product(db, SYSTEM, product, slug="oak")
    commands.update_product(db, SYSTEM, product, slug="solid-oak")

    for former in ("oak-stool", "oak"):
        with pytest.raises(Moved) as moved:
            queries.product_page(db, former, currency="EUR")
        assert moved.value.to == "solid-oak"
    commands.update_product(db, SYSTEM, product, slug="oak-stool")
    assert queries.product_page(db, "oak-stool", currency="EUR").slug == "oak-stool"
    with pytest.raises(Moved):
        queries.product_page(db, "oak", currency="EUR")


def test_a_former_address_goes_to_who_left_it_last(db: Session) -> None:
    oak = make_product(db, "Oak stool")
    commands.update_product(db, SYSTEM, oak, slug="first")
    ash = make_product(db, "Ash stool", slug="oak-stool")
    commands.update_product(db, SYSTEM, ash, slug="second")

    with pytest.raises(Moved) as moved:
        queries.product_page(db, "oak-stool", currency="EUR")
    assert moved.value.to == "second"


def test_a_former_address_of_a_hidden_product_leads_nowhere(db: Session) -> None:
    product = make_product(db, "Oak stool")
    commands.update_product(db, SYSTEM, product, slug="oak")
    commands.withdraw(db, SYSTEM, product)

    with pytest.raises(NotFound) as gone:
        queries.product_page(db, "oak-stool", currency="EUR")
    assert not isinstance(gone.value, Moved)


def test_publishing_and_withdrawing_are_stated(db: Session) -> None:
    product = commands.create_product(db, SYSTEM, title="Oak stool")

    commands.publish(db, SYSTEM, product)
    assert queries.product_page(db, "oak-stool", currency="EUR").title == "Oak stool"
    commands.withdraw(db, SYSTEM, product)
    with pytest.raises(NotFound):
        queries.product_page(db, "oak-stool", currency="EUR")
    commands.archive(db, SYSTEM, product)
    assert [event.name for event in history(db, "product", product.public_id)] == [
        "product.created",
        "product.updated",
        "product.published",
        "product.updated",
        "product.unpublished",
        "product.updated",
    ]
    assert queries.product_page(db, "oak-stool", currency="EUR", hidden_too=True).slug


def test_a_scheduled_product_appears_when_its_time_has_come(db: Session) -> None:
    start = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with frozen(start):
        product = make_product(db)
        commands.schedule(db, SYSTEM, product, at=start + timedelta(hours=1))
        assert product.is_scheduled
        with pytest.raises(NotFound):
            queries.product_page(db, product.slug, currency="EUR")
    with frozen(start + timedelta(hours=1)):
        assert queries.product_page(db, product.slug, currency="EUR").id == product.id
    assert product.published_at == start + timedelta(hours=1)


def test_a_product_that_comes_back_is_not_new_again(db: Session) -> None:
    with frozen(datetime(2020, 5, 1, tzinfo=UTC)):
        product = make_product(db)
    commands.withdraw(db, SYSTEM, product)
    commands.publish(db, SYSTEM, product)

    assert product.published_at == datetime(2020, 5, 1, tzinfo=UTC)


def test_saving_what_is_there_changes_nothing(db: Session) -> None:
    product = make_product(db, brand="Oddny", tags=["oak"], body="<p>a</p>", sizes=["S", "M"])
    before = (product.updated_at, names(db))

    commands.update_product(
        db, SYSTEM, product, title="Oak stool", brand="oddny", tags=["Oak"], body="<p>a</p>"
    )

    assert (product.updated_at, names(db)) == before


def test_prices_are_remembered(db: Session) -> None:
    product = make_product(db, price=2000)
    (variant,) = variants_of(db, product)

    commands.update_variant(db, SYSTEM, variant, price_minor=1500, compare_at_minor=2000)

    kept = db.exec(select(PriceChange).order_by(PriceChange.id)).all()
    assert [(one.price_minor, one.compare_at_minor) for one in kept] == [(2000, None), (1500, 2000)]
    assert (product.price_from_minor, product.compare_at_minor, product.is_on_sale) == (
        1500,
        2000,
        True,
    )
    told = history(db, "product", product.public_id)[-1]
    assert (told.name, told.payload["before_minor"], told.payload["after_minor"]) == (
        "price.changed",
        2000,
        1500,
    )


def test_an_article_number_belongs_to_one_variant(db: Session) -> None:
    make_product(db, "Oak stool", variants=[VariantSave(fields={"sku": "OAK-1"})])

    with pytest.raises(SkuTaken) as refusal:
        make_product(db, "Ash stool", variants=[VariantSave(fields={"sku": " OAK-1 "})])

    assert refusal.value.detail == "Oak stool has the article number OAK-1."
    assert refusal.value.facts == {"field": "sku", "sku": "OAK-1", "title": "Oak stool"}
    db.rollback()
    assert len(db.exec(select(Product)).all()) == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"summary": "x" * 2001}, "summary"),
        ({"body": "<p>" + "x" * 1_000_000}, "body"),
        ({"minimum_quantity": 0}, "minimum_quantity"),
        ({"minimum_quantity": 5, "maximum_quantity": 4}, "maximum_quantity"),
        ({"origin_country": "Germany"}, "origin_country"),
        ({"category_id": 999_999}, "category_id"),
        ({"attributes": {"nothing": "x"}}, "attributes.nothing"),
        ({"status": "sold"}, "status"),
        ({"custom": {"a": object()}}, "custom"),
        ({"is_featured": "yes"}, "is_featured"),
        ({"publish_at": datetime(2026, 5, 1)}, "publish_at"),
        ({"brand": "x" * 200}, "name"),
    ],
)
def test_a_field_that_cannot_be_is_named(
    db: Session, fields: dict[str, object], field: str
) -> None:
    product = make_product(db)
    before = names(db)

    with pytest.raises(Invalid) as refusal:
        commands.update_product(db, SYSTEM, product, **fields)  # type: ignore[arg-type]

    assert refusal.value.facts["field"] == field
    db.rollback()
    assert names(db) == before


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"price_minor": -1}, "price_minor"),
        ({"price_minor": 2**31}, "price_minor"),
        ({"cost_minor": -1}, "cost_minor"),
        ({"weight_g": -5}, "weight_g"),
        ({"weight_g": 1.5}, "weight_g"),
        ({"sku": "x" * 121}, "sku"),
        ({"barcode": "1" * 41}, "barcode"),
    ],
)
def test_a_variants_field_that_cannot_be_is_named(
    db: Session, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        make_product(db, variants=[VariantSave(fields=fields)])  # type: ignore[arg-type]

    assert refusal.value.facts["field"] == field


def test_nobody_without_the_right_changes_the_catalogue(db: Session) -> None:
    product = make_product(db)

    for attempt in (
        lambda: commands.create_product(db, SHOPPER, title="Ash stool"),
        lambda: commands.update_product(db, SHOPPER, product, title="Ash stool"),
        lambda: commands.publish(db, SHOPPER, product),
        lambda: commands.delete_product(db, SHOPPER, product),
        lambda: commands.duplicate(db, SHOPPER, product),
        lambda: commands.create_category(db, SHOPPER, name="Shelf"),
        lambda: commands.create_collection(db, SHOPPER, title="Shelf"),
        lambda: commands.add_variant(db, SHOPPER, product, values={}),
        lambda: commands.save_products(db, SHOPPER, []),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_a_duplicate_is_a_draft_with_everything_but_numbers(db: Session) -> None:
    product = make_product(
        db,
        brand="Oddny",
        tags=["oak"],
        variants=[
            VariantSave(
                values={"Size": size}, fields={"price_minor": 1000 + place, "sku": f"S{place}"}
            )
            for place, size in enumerate(("S", "M"))
        ],
    )
    file = make_file(db)
    variant = variants_of(db, product)[1]
    commands.attach_image(db, SYSTEM, product, file.id or 0, alt="Oak", variant_ids=[variant.id])

    copy = commands.duplicate(db, SYSTEM, product)

    assert (copy.title, copy.slug, copy.status) == ("Oak stool (copy)", "oak-stool-copy", "draft")
    made = variants_of(db, copy)
    assert [(one.title, one.price_minor, one.sku) for one in made] == [
        ("S", 1000, None),
        ("M", 1001, None),
    ]
    image = db.exec(select(ProductImage).where(ProductImage.product_id == copy.id)).one()
    assert (image.alt, made[0].image_id, made[1].image_id) == ("Oak", None, image.id)
    assert not copy.is_available


def test_deleting_leaves_nothing_behind(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"], tags=["oak"], brand="Oddny")
    commands.update_product(db, SYSTEM, product, slug="other")
    commands.attach_image(
        db, SYSTEM, product, make_file(db).id or 0, variant_ids=[variants_of(db, product)[0].id]
    )

    commands.delete_product(db, SYSTEM, product)
    db.commit()

    assert names(db)[-1] == "product.deleted"
    assert queries.find(db, "oak").ids == []
    with pytest.raises(NotFound):
        queries.product_page(db, "oak-stool", currency="EUR")
    assert [fault for check in CHECKS.values() for fault in check(db)] == []


def test_what_was_ordered_cannot_be_deleted(db: Session) -> None:
    product = make_product(db)
    order_line_of(db, variants_of(db, product)[0].public_id)

    with pytest.raises(ProductWasSold):
        commands.delete_product(db, SYSTEM, product)

    assert db.get(Product, product.id) is not None


def test_a_pause_is_not_a_loss_of_stock(db: Session) -> None:
    product = make_product(db, on_hand=3)
    commands.withdraw(db, SYSTEM, product)
    commands.publish(db, SYSTEM, product)

    assert product.is_available
    inventory.take(db, {variants_of(db, product)[0].id: 3}, reference="ord_1", key="ord_1")
    assert not product.is_available
    assert product.updated_at <= now()
    assert product.status is ProductStatus.active


def order_line_of(db: Session, variant: str) -> None:
    """An order that holds this variant."""
    from webapp.orders.models import Order, OrderLine

    order = Order(
        number=f"T{variant[-6:]}",
        cart_id=1,
        currency="EUR",
        prices_include_tax=True,
        locale="en_GB",
        email="ada@example.com",
        payment_method="bank_transfer",
    )
    db.add(order)
    db.flush()
    db.add(
        OrderLine(
            order_id=order.id,
            position=0,
            variant_ref=variant,
            title="Oak stool",
            quantity=1,
            unit_price_minor=1999,
            subtotal_minor=1999,
            total_minor=1999,
        )
    )
    db.commit()
