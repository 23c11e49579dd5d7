"""The list of products, the first page, categories, collections, attributes and stock."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select

from tests.backoffice.goods import make_product, stock_in, variants_of
from tests.backoffice.test_product_pictures import picture
from tests.browser import Browser
from webapp.catalogue import commands as catalogue
from webapp.catalogue.models import (
    Attribute,
    Category,
    Collection,
    CollectionProduct,
    Product,
    ProductAttribute,
)
from webapp.inventory.queries import stock_of
from webapp.kit.actors import SYSTEM

SCRIPT = "<script>alert(1)</script>"
ROOMS = (
    "/admin",
    "/admin/products",
    "/admin/products/new",
    "/admin/categories",
    "/admin/categories/new",
    "/admin/collections",
    "/admin/collections/new",
    "/admin/attributes",
    "/admin/attributes/new",
)


def fresh(db: Session) -> Session:
    db.rollback()
    db.expire_all()
    return db


def titles(page) -> list[str]:
    return page.texts("#product-list tbody th a")


@pytest.mark.parametrize("path", ROOMS)
def test_every_room_opens_for_staff_and_asks_others_to_sign_in(office, path):
    page = office.get(path)

    assert page.status == 200
    assert len(page.all("h1")) == 1
    with office.somebody_else() as visitor:
        assert visitor.get(path).url.startswith("/admin/sign-in?to=")


# The list.


def test_the_list_finds_by_title_number_and_barcode(office, db):
    make_product(db, "Oak stool", sku="ST-1", barcode="4006381333931")
    make_product(db, "Ash bench", sku="BE-1")
    make_product(db, "Crème bowl")
    page = office.get("/admin/products")

    assert titles(page) == ["Crème bowl", "Ash bench", "Oak stool"]
    assert titles(page.submit("#find-products", q="stool")) == ["Oak stool"]
    assert titles(page.submit("#find-products", q="creme")) == ["Crème bowl"]
    assert titles(page.submit("#find-products", q="be-1")) == ["Ash bench"]
    assert titles(page.submit("#find-products", q="4006381333931", htmx=True)) == ["Oak stool"]
    nothing = page.submit("#find-products", q="%")
    assert titles(nothing) == []
    assert "Nothing like that" in nothing.html


def test_the_list_narrows_by_state_category_and_brand(office, db):
    product = make_product(db, "Oak stool", status="active", brand="Nordlys", on_hand=3)
    shelf = catalogue.create_category(db, SYSTEM, name="Seating")
    catalogue.update_product(db, SYSTEM, product, category_id=shelf.id)
    db.commit()
    make_product(db, "Ash bench")

    page = office.get("/admin/products")
    assert titles(page.click("Drafts")) == ["Ash bench"]
    assert titles(page.click("On sale")) == ["Oak stool"]
    assert titles(page.click("Low or sold out")) == []
    assert titles(page.submit("#find-products", category=str(shelf.id))) == ["Oak stool"]
    assert titles(page.submit("#find-products", brand="nordlys")) == ["Oak stool"]
    assert titles(office.get("/admin/products?state=nonsense&category=x")) == [
        "Ash bench",
        "Oak stool",
    ]


def test_the_list_turns_pages_both_ways(office, db):
    for number in range(45):
        make_product(db, f"Stool {number}")

    first = office.get("/admin/products")
    second = first.click("Next")
    back = second.click("Previous")

    assert len(titles(first)) == 40
    assert titles(second) == [f"Stool {number}" for number in range(4, -1, -1)]
    assert titles(back) == titles(first)
    assert not back.has("a[rel=prev]")
    assert office.get("/admin/products?cursor=nonsense").status == 422


def test_the_list_asks_the_database_a_bounded_number_of_times(office, db, statements):
    for number in range(30):
        make_product(db, f"Stool {number}", sizes=("S", "M"))

    with statements.counted() as seen:
        office.get("/admin/products")

    assert len(seen) <= 10, seen


def test_an_empty_shop_shows_where_to_begin(office):
    assert "No products yet" in office.get("/admin/products").html
    steps = office.get("/admin").texts("ol li")
    assert [step.partition(". ")[2].split(" ")[0] for step in steps] == [
        "Name",
        "Say",
        "Say",
        "Offer",
        "Say",
        "Put",
        "Sort",
    ]


def test_the_first_page_counts_what_waits(office, db):
    make_product(db, "Oak stool")
    make_product(db, "Ash bench", on_hand=0, sold=0)
    product = make_product(db, "Tea towel", on_hand=1, status="active")
    office.get(f"/admin/stock/{variants_of(db, product)[0].public_id}").submit(
        "#rules-form", low_threshold="5"
    )

    page = office.get("/admin")

    piles = dict(zip(page.texts(".stat dt"), page.texts(".stat dd"), strict=True))
    assert piles["Drafts"] == "2"
    assert piles["Low or sold out"] == "1"
    assert piles["Orders to send"] == "None"
    assert titles(page.click(".stat:nth-child(3) a")) == ["Tea towel"]


# Categories.


def test_a_category_is_made_changed_moved_and_removed(office, db):
    office.get("/admin/categories/new").submit("#category-form form", name="Lighting")
    lighting = db.exec(select(Category)).one()
    page = office.get(f"/admin/categories/new?parent={lighting.id}").submit(
        "#category-form form:first-child",
        name="Table lamps",
        upload=("red.png", picture("red")),
    )
    assert page.url == "/admin/categories"

    lamps = fresh(db).exec(select(Category).where(Category.name == "Table lamps")).one()
    assert (lamps.path, lamps.image_id is not None) == ("lighting/table-lamps", True)

    page = office.get(f"/admin/categories/{lamps.public_id}")
    page.submit(
        "#category-form form:first-child",
        name="Desk lamps",
        slug="desk",
        parent="",
        is_visible=False,
        drop_image=True,
    )
    fresh(db).refresh(lamps)
    assert (lamps.name, lamps.path, lamps.parent_id) == ("Desk lamps", "desk", None)
    assert (lamps.is_visible, lamps.image_id) == (False, None)

    assert office.get("/admin/categories").texts("tbody tr td:first-child") == [
        "Lighting",
        "Desk lamps",
    ]
    office.get("/admin/categories").click("Move Desk lamps up")
    assert office.get("/admin/categories").texts("tbody tr td:first-child") == [
        "Desk lamps",
        "Lighting",
    ]

    office.get(f"/admin/categories/{lamps.public_id}").click("Remove")
    assert [one.name for one in fresh(db).exec(select(Category))] == ["Lighting"]


def test_a_category_with_others_below_it_stays_and_says_why(office, db):
    above = catalogue.create_category(db, SYSTEM, name="Lighting")
    catalogue.create_category(db, SYSTEM, name="Lamps", parent_id=above.id)
    db.commit()

    page = office.get(f"/admin/categories/{above.public_id}").click("Remove")

    assert page.status == 409
    assert "below it" in page.text("[data-errors]")
    assert len(fresh(db).exec(select(Category)).all()) == 2


def test_a_category_cannot_stand_below_itself(office, db):
    above = catalogue.create_category(db, SYSTEM, name="Lighting")
    below = catalogue.create_category(db, SYSTEM, name="Lamps", parent_id=above.id)
    db.commit()
    path = f"/admin/categories/{above.public_id}"

    assert [node.attributes["value"] for node in office.get(path).all("#parent option")] == [""]
    page = office.post(path, data={"name": "Lighting", "parent": str(below.id)})

    assert page.status == 422
    assert page.has("#parent-error")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Enter the name."),
        ("name", "x" * 121, "120 characters"),
        ("slug", "bowls", "address"),
        ("seo_title", "x" * 201, "200 characters"),
    ],
)
def test_what_is_wrong_with_a_category_is_said_beside_it(office, db, field, typed, said):
    catalogue.create_category(db, SYSTEM, name="Bowls")
    db.commit()

    page = office.get("/admin/categories/new").submit(
        "#category-form form", htmx=True, **{"name": "Plates", field: typed}
    )

    assert page.status == 422
    assert said in page.text(f"#{field}-error")
    assert page.value(f"[name={field}]") == typed
    assert [one.name for one in fresh(db).exec(select(Category))] == ["Bowls"]


def test_a_hostile_file_is_no_picture_of_a_category(office, db):
    page = office.get("/admin/categories/new").submit(
        "#category-form form", name=SCRIPT, upload=("x.svg", b"<svg onload=alert(1)>")
    )

    assert page.status == 422
    assert page.has("#upload-error")
    assert "<script>alert" not in page.html
    assert fresh(db).exec(select(Category)).all() == []


# Collections.


def test_a_collection_is_put_together_by_searching(office, db):
    make_product(db, "Oak stool", sku="ST-1")
    make_product(db, "Ash bench")

    page = office.get("/admin/collections/new").submit(
        "#collection-form form", button="Find", title="Seats", find="stool"
    )
    page = page.submit("#collection-form form", button="Add Oak stool")
    page = page.submit("#collection-form form", button="Find", find="bench")
    page = page.submit("#collection-form form", button="Add Ash bench")
    page = page.submit("#collection-form form", button="Move Ash bench Earlier")
    assert fresh(db).exec(select(Collection)).all() == []
    page = page.submit("#collection-form form", button="Save", is_featured=True)

    assert page.url == "/admin/collections"
    (collection,) = fresh(db).exec(select(Collection)).all()
    assert (collection.title, collection.slug, collection.is_featured) == ("Seats", "seats", True)
    assert _in(db, collection) == ["Ash bench", "Oak stool"]

    page = office.get(f"/admin/collections/{collection.public_id}")
    page = page.submit("#collection-form form:first-child", button="Take out Ash bench")
    page.submit("#collection-form form:first-child", button="Save", slug="places-to-sit")
    assert _in(db, collection) == ["Oak stool"]

    office.get(f"/admin/collections/{collection.public_id}").click("Remove")
    assert fresh(db).exec(select(Collection)).all() == []
    assert len(db.exec(select(Product)).all()) == 2


def test_a_collection_needs_a_title_and_an_address_of_its_own(office, db):
    catalogue.create_collection(db, SYSTEM, title="Seats")
    db.commit()

    page = office.get("/admin/collections/new").submit(
        "#collection-form form", button="Save", description=SCRIPT
    )
    assert page.status == 422
    assert page.has("#title-error")
    assert "<script>alert" not in page.html

    page = page.submit("#collection-form form", button="Save", title="More", slug="seats")
    assert page.status == 422
    assert page.has("#slug-error")
    assert len(fresh(db).exec(select(Collection)).all()) == 1


# Attributes.


def test_an_attribute_is_made_and_changed(office, db):
    office.get("/admin/attributes/new").submit(
        "#attribute-form form",
        name="Care",
        type="choice",
        choices="By hand\nDishwasher",
        is_filter=True,
    )
    care = db.exec(select(Attribute)).one()
    assert (care.code, care.choices, care.is_filter) == ("care", ["By hand", "Dishwasher"], True)

    office.get("/admin/attributes/care").submit(
        "#attribute-form form:first-child", name="How to clean it", is_filter=False
    )
    assert "How to clean it" in office.get("/admin/attributes").html

    office.get("/admin/attributes/care").click("Remove")
    assert fresh(db).exec(select(Attribute)).all() == []


def test_an_attribute_that_does_not_fit_its_values_is_refused(office, db):
    product = make_product(db, "Oak stool", attribute="Material")
    catalogue.update_product(db, SYSTEM, product, attributes={"material": "Oak"})
    db.commit()

    page = office.get("/admin/attributes/material").submit(
        "#attribute-form form:first-child", type="number"
    )

    assert page.status == 422
    assert "number" in page.text("[data-errors]")
    assert fresh(db).exec(select(ProductAttribute.text)).one() == "Oak"


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"name": ""}, "name"),
        ({"name": "Care", "type": "choice"}, "choices"),
        ({"name": "Material"}, "code"),
    ],
)
def test_a_wrong_attribute_is_refused_beside_its_field(office, db, fields, blamed):
    catalogue.create_attribute(db, SYSTEM, code="material", name="Material")
    db.commit()

    page = office.get("/admin/attributes/new").submit("#attribute-form form", htmx=True, **fields)

    assert page.status == 422
    assert page.has(f"#{blamed}-error")
    assert len(fresh(db).exec(select(Attribute)).all()) == 1


# Stock.


def stock_desk(office: Browser, db: Session, product: Product):
    return office.get(f"/admin/stock/{variants_of(db, product)[0].public_id}")


def test_stock_is_received_counted_corrected_and_set_aside(office, db):
    product = make_product(db, "Oak stool")
    page = stock_desk(office, db, product)

    page = page.submit("#move-form", kind="receive", quantity="10", reason="Delivery 7")
    page = page.submit("#move-form", kind="count", quantity="9")
    page = page.submit("#move-form", kind="adjust", quantity="-2", reason="Broken")
    page = page.submit("#move-form", htmx=True, kind="aside", quantity="3", reason="Scratched")

    (variant,) = variants_of(db, product)
    found = stock_of(db, [variant.id])[variant.id]
    assert (found.on_hand, found.unavailable, found.available) == (7, 3, 4)
    lines = page.texts("tbody tr")
    assert len(lines) == 4
    assert "Received" in lines[-1]
    assert "Delivery 7" in lines[-1]
    assert "Owner" in lines[-1]


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"kind": "receive", "quantity": ""}, "quantity"),
        ({"kind": "receive", "quantity": "0"}, "quantity"),
        ({"kind": "receive", "quantity": "-5"}, "quantity"),
        ({"kind": "receive", "quantity": "1e9"}, "quantity"),
        ({"kind": "count", "quantity": "-1"}, "quantity"),
        ({"kind": "count", "quantity": "1"}, "quantity"),
        ({"kind": "adjust", "quantity": "-9", "reason": "x"}, "quantity"),
        ({"kind": "adjust", "quantity": "-1"}, "reason"),
    ],
)
def test_a_movement_that_cannot_be_is_refused_beside_its_field(office, db, fields, blamed):
    product = make_product(db, "Oak stool", on_hand=5, sold=3)

    page = stock_desk(office, db, product).submit("#move-form", htmx=True, **fields)

    assert page.status == 422
    assert page.has(f"#{blamed}-error")
    assert page.value("[name=quantity]") == fields["quantity"]
    assert stock_in(db, variants_of(db, product)[0]) == 5


def test_the_rules_of_a_version_are_changed(office, db):
    product = make_product(db, "Oak stool", on_hand=2)

    stock_desk(office, db, product).submit(
        "#rules-form", policy="preorder", preorder_limit="20", preorder_on="2031-05-01", safety="1"
    )

    (variant,) = variants_of(db, product)
    found = stock_of(db, [variant.id])[variant.id]
    assert (found.policy, found.preorder_limit, found.safety) == ("preorder", 20, 1)
    assert str(found.preorder_on) == "2031-05-01"


def test_who_may_only_look_changes_nothing(as_role: Callable[[str], Browser], db):
    product = make_product(db, "Oak stool", on_hand=5)
    shelf = catalogue.create_category(db, SYSTEM, name="Seating")
    group = catalogue.create_collection(db, SYSTEM, title="Seats")
    catalogue.create_attribute(db, SYSTEM, code="material", name="Material")
    db.commit()
    (variant,) = variants_of(db, product)
    viewer = as_role("viewer")

    for path, data in (
        (f"/admin/stock/{variant.public_id}/movements", {"kind": "receive", "quantity": "5"}),
        (f"/admin/stock/{variant.public_id}/rules", {"policy": "continue"}),
        ("/admin/categories/new", {"name": "More"}),
        (f"/admin/categories/{shelf.public_id}", {"name": "Mine"}),
        (f"/admin/categories/{shelf.public_id}/place/up", {}),
        (f"/admin/categories/{shelf.public_id}/removal", {}),
        ("/admin/collections/new", {"title": "More"}),
        (f"/admin/collections/{group.public_id}", {"title": "Mine"}),
        (f"/admin/collections/{group.public_id}/removal", {}),
        ("/admin/attributes/new", {"name": "More"}),
        ("/admin/attributes/material", {"name": "Mine"}),
        ("/admin/attributes/material/removal", {}),
    ):
        assert viewer.post(path, data=data).status == 403, path
    for path in (
        "/admin",
        "/admin/categories",
        "/admin/collections",
        "/admin/attributes",
        f"/admin/categories/{shelf.public_id}",
        f"/admin/collections/{group.public_id}",
        f"/admin/stock/{variant.public_id}",
    ):
        assert viewer.get(path).status == 200, path
    assert stock_in(db, variant) == 5
    assert [one.name for one in db.exec(select(Category))] == ["Seating"]
    assert [one.title for one in db.exec(select(Collection))] == ["Seats"]
    assert [one.name for one in db.exec(select(Attribute))] == ["Material"]


def test_what_is_not_there_is_not_found(office):
    for path in (
        "/admin/categories/cat_none",
        "/admin/collections/col_none",
        "/admin/attributes/none",
        "/admin/stock/var_none",
    ):
        assert office.get(path).status == 404


def _in(db: Session, collection: Collection) -> list[str]:
    return list(
        fresh(db).exec(
            select(Product.title)
            .join(CollectionProduct, col(CollectionProduct.product_id) == col(Product.id))
            .where(CollectionProduct.collection_id == collection.id)
            .order_by(col(CollectionProduct.position))
        )
    )
