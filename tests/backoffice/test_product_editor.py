"""The product editor over HTTP: what is saved, what is refused and where that is said."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session, col, select

from tests.backoffice.goods import make_product, product_of, stock_in, variants_of
from tests.browser import Browser, Page
from tests.factories.cart import fresh
from tests.factories.orders import make_order
from webapp.catalogue.models import Product, ProductStatus, Variant
from webapp.inventory.queries import stock_of
from webapp.runtime.events import history

SCRIPT = "<script>alert(1)</script>"


def editor(office: Browser, product: Product) -> Page:
    return office.get(f"/admin/products/{product.public_id}")


def save(page: Page, **fields: Any) -> Page:
    return page.submit("#product-form", button="Save", **fields)


def all_products(db: Session) -> list[str]:
    db.rollback()
    db.expire_all()
    return list(db.exec(select(Product.title).order_by(col(Product.id))))


def test_a_simple_product_needs_a_title_and_a_price(office, db):
    page = save(
        office.get("/admin/products/new"),
        **{"title": "Oak stool", "variants-0-price": "129.5", "variants-0-on_hand": "7"},
    )

    product = product_of(db, "Oak stool")
    (variant,) = variants_of(db, product)
    assert page.url == f"/admin/products/{product.public_id}"
    assert "Product added." in page.text("#notices")
    assert product.slug == "oak-stool"
    assert product.status is ProductStatus.draft
    assert (variant.price_minor, variant.requires_shipping) == (12950, True)
    assert stock_in(db, variant) == 7


def test_a_product_that_is_sent_without_any_version_has_one(office, db):
    page = office.post("/admin/products/new", data={"title": "Oak stool"})

    (variant,) = variants_of(db, product_of(db, "Oak stool"))
    assert "Product added." in page.text("#notices")
    assert variant.price_minor == 0


def test_everything_that_is_typed_is_kept_and_shown_again(office, db):
    typed = {
        "title": "Oak stool",
        "summary": "Stands.",
        "body": "<p>Solid <strong>oak</strong>.</p>",
        "brand": "Nordlys",
        "tags": "new, oak",
        "status": "active",
        "publish_at": "2031-03-05T09:30",
        "hs_code": "940161",
        "origin_country": "SE",
        "minimum_quantity": "2",
        "maximum_quantity": "8",
        "seo_title": "A stool of oak",
        "seo_description": "It stands.",
        "custom": "care.oil: once a year\nnote: a: b",
        "variants-0-price": "129.50",
        "variants-0-compare_at": "150.00",
        "variants-0-cost": "60.00",
        "variants-0-sku": "ST-1",
        "variants-0-barcode": "4006381333931",
        "variants-0-weight": "2400",
        "variants-0-unit_amount": "0.25",
        "variants-0-unit": "l",
        "variants-0-unit_base_amount": "1",
        "variants-0-unit_base": "l",
        "variants-0-length": "400",
        "variants-0-low_threshold": "3",
        "variants-0-safety": "1",
        "variants-0-policy": "continue",
    }

    save(
        office.get("/admin/products/new"), **{**typed, "is_featured": True, "variants-0-on_hand": 5}
    )
    product = product_of(db, "Oak stool")
    page = editor(office, product)

    shown = {name: page.value(f"[name='{name}']") for name in typed}
    assert shown == typed
    assert product.custom == {"care.oil": "once a year", "note": "a: b"}
    assert product.publish_at is not None
    assert product.publish_at.isoformat() == "2031-03-05T08:30:00+00:00"  # Berlin's winter
    assert "54 %" in page.text("#variants-0-cost-hint")
    assert page.value("[name='is_featured']") == "on"


def test_saving_what_is_there_changes_nothing(office, db):
    product = make_product(db, "Oak stool", price=1999, on_hand=4, sku="ST-1")
    told = len(history(db, "product", product.public_id))

    page = save(editor(office, product))

    db.rollback()
    db.expire_all()
    assert page.status == 200
    assert len(history(db, "product", product.public_id)) == told
    assert stock_in(db, variants_of(db, product)[0]) == 4


def test_with_htmx_the_form_comes_back_in_place_with_a_notice(office, db):
    product = make_product(db, "Oak stool")

    page = editor(office, product).submit(
        "#product-form", htmx=True, button="Save", title="Ash stool"
    )

    assert page.status == 200
    assert page.has("form#product-form")
    assert not page.has("main")
    assert "Saved." in page.html
    assert all_products(db) == ["Ash stool"]


def test_a_new_address_leaves_the_old_one_redirecting(office, db):
    product = make_product(db, "Oak stool")

    page = save(editor(office, product), slug="stool-of-oak")

    assert page.value("[name='slug']") == "stool-of-oak"
    assert product_of(db, "Oak stool").slug == "stool-of-oak"
    assert "redirects" in page.text("#slug-hint")


def test_options_make_combinations_and_take_over_the_price(office, db):
    page = office.get("/admin/products/new")
    page = page.submit(
        "#product-form",
        button="Add an option",
        **{"title": "Tea towel", "variants-0-price": "12.00", "variants-0-sku": "TT"},
    )
    page = page.submit(
        "#product-form",
        button="Add another option",
        **{"options-0-name": "Size", "options-0-values": "S, M"},
    )
    page = page.submit(
        "#product-form",
        button="Make the combinations",
        **{"options-1-name": "Colour", "options-1-values": "Oat #d9c9ad\nInk #23252f"},
    )

    assert page.status == 200
    assert page.value("[name='title']") == "Tea towel"
    assert page.value("[name='variants-3-price']") == "12.00"
    assert page.value("[name='variants-0-sku']") == "TT"
    assert page.value("[name='variants-3-sku']") == ""
    assert all_products(db) == []

    page = save(page, **{"variants-3-price": "14.00", "variants-3-on_hand": "9"})

    product = product_of(db, "Tea towel")
    rows = variants_of(db, product)
    assert [(row.title, row.price_minor) for row in rows] == [
        ("S / Oat", 1200),
        ("S / Ink", 1200),
        ("M / Oat", 1200),
        ("M / Ink", 1400),
    ]
    assert stock_in(db, rows[3]) == 9
    assert page.value("[name='options-1-values']") == "Oat #d9c9ad\nInk #23252f"


def test_a_value_more_is_combined_beside_what_is_there(office, db):
    product = make_product(db, "Tea towel", sizes=("S", "M"))

    page = editor(office, product).submit(
        "#product-form", button="Make the combinations", **{"options-0-values": "S\nM\nL"}
    )
    save(page)

    assert [row.title for row in variants_of(db, product)] == ["S", "M", "L"]


def test_versions_stand_in_the_order_of_the_values(office, db):
    product = make_product(db, "Tea towel", sizes=("L", "S"))

    save(editor(office, product), **{"options-0-values": "S\nL"})

    assert [row.title for row in variants_of(db, product)] == ["S", "L"]


def test_an_option_gets_another_name_and_the_versions_stay(office, db):
    product = make_product(db, "Tea towel", sizes=("S", "M"))
    before = [row.id for row in variants_of(db, product)]

    page = save(editor(office, product), **{"options-0-name": "Format"})

    assert page.value("[name='options-0-name']") == "Format"
    assert [row.id for row in variants_of(db, product)] == before


def test_too_many_combinations_are_refused_before_they_are_rows(office, db):
    page = office.get("/admin/products/new").submit("#product-form", button="Add an option")
    numbers = ", ".join(str(number) for number in range(200))

    page = page.submit(
        "#product-form",
        button="Make the combinations",
        **{"options-0-name": "Number", "options-0-values": numbers},
    )

    assert page.status == 422
    assert "200 versions" in page.text("#options-error")
    assert page.value("[name='options-0-values']") == numbers


def test_a_version_is_removed_when_its_box_is_ticked(office, db):
    product = make_product(db, "Tea towel", sizes=("S", "M"))

    save(editor(office, product), **{"variants-1-remove": True})

    assert [row.title for row in variants_of(db, product)] == ["S"]


def test_the_last_version_stays(office, db):
    product = make_product(db, "Tea towel", sizes=("S", "M"))

    page = save(editor(office, product), **{"variants-0-remove": True, "variants-1-remove": True})

    assert page.status == 422
    assert "at least" in page.text("#variants-error")
    assert [row.title for row in variants_of(db, product)] == ["S", "M"]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("title", "", "Enter the title."),
        ("title", "x" * 301, "300 characters"),
        ("variants-0-price", "", "Enter the price."),
        ("variants-0-price", "a lot", "12.34"),
        ("variants-0-price", "-3", "zero or more"),
        ("variants-0-price", "99999999999", "larger than we can handle"),
        ("variants-0-compare_at", "9,9,9", "12.34"),
        ("variants-0-barcode", "4006381333932", "check digit"),
        ("variants-0-barcode", "hello", "check digit"),
        ("variants-0-weight", "heavy", "Enter a number."),
        ("variants-0-on_hand", "many", "Enter a whole number."),
        ("variants-0-unit_amount", "250", "both the amount and its unit"),
        ("minimum_quantity", "0", "whole number"),
        ("publish_at", "soon", "Enter a day and a time."),
        ("custom", "no colon here", "line 1"),
        ("related", "no-such-product", "no-such-product"),
        ("summary", "x" * 2001, "2,000 characters"),
        ("hs_code", "x" * 15, "14 characters"),
        ("brand", "x" * 121, "120 characters"),
        ("tags", "x" * 121, "120 characters"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_changes(office, db, field, typed, said):
    product = make_product(db, "Oak stool", price=1999, on_hand=4, sku="ST-1")
    told = len(history(db, "product", product.public_id))

    page = save(editor(office, product), **{"seo_title": "Kept", field: typed})

    assert page.status == 422
    assert said in page.text(f"[id='{field}-error']")
    assert said in page.text("[data-errors]")
    assert page.has(f"[data-errors] a[href='#{field}']")
    assert page.one(f"[name='{field}']").attributes.get("aria-invalid") == "true"
    assert page.value(f"[name='{field}']") == typed
    assert page.value("[name='seo_title']") == "Kept"
    assert all_products(db) == ["Oak stool"]
    assert len(history(db, "product", product.public_id)) == told


def test_a_largest_quantity_below_the_smallest_is_refused(office, db):
    product = make_product(db, "Oak stool")

    page = save(editor(office, product), minimum_quantity="5", maximum_quantity="3")

    assert page.status == 422
    assert "below the smallest" in page.text("#maximum_quantity-error")


def test_an_article_number_that_another_has_is_named_beside_its_cell(office, db):
    make_product(db, "Ash bench", sku="BENCH-1")
    product = make_product(db, "Tea towel", sizes=("S", "M"))

    page = save(editor(office, product), **{"variants-1-sku": "BENCH-1", "variants-0-price": "9"})

    assert page.status == 422
    assert "Ash bench" in page.text("#variants-1-sku-error")
    assert page.value("[name='variants-0-price']") == "9"
    assert [row.sku for row in variants_of(db, product)] == [None, None]
    assert [row.price_minor for row in variants_of(db, product)] == [1999, 1999]


def test_the_same_article_number_twice_is_refused(office, db):
    product = make_product(db, "Tea towel", sizes=("S", "M"))

    page = save(editor(office, product), **{"variants-0-sku": "T-1", "variants-1-sku": "T-1"})

    assert page.status == 422
    assert "T-1" in page.text("#variants-1-sku-error")


def test_a_barcode_that_came_in_wrong_may_stay(office, db):
    product = make_product(db, "Oak stool", barcode="123")

    page = save(editor(office, product), title="Ash stool")

    assert page.status == 200
    assert all_products(db) == ["Ash stool"]


def test_an_address_that_another_product_has_is_refused(office, db):
    make_product(db, "Ash bench")
    product = make_product(db, "Oak stool")

    page = save(editor(office, product), slug="ash-bench")

    assert page.status == 422
    assert "Another product" in page.text("#slug-error")


def test_a_choice_that_is_missing_is_asked_for(office, db):
    product = make_product(db, "Tea towel", sizes=("S", "M"))

    page = editor(office, product).submit("#product-form", button="Add one version")
    page = save(page, **{"variants-2-price": "3"})

    assert page.status == 422
    assert page.has("[id='variants-2-choice-0-error']")
    assert len(variants_of(db, product)) == 2


def test_fewer_than_were_sold_cannot_be_counted(office, db):
    product = make_product(db, "Oak stool", on_hand=4, sold=3)

    page = save(editor(office, product), **{"variants-0-on_hand": "1"})

    assert page.status == 422
    assert "3 are sold" in page.text("#variants-0-on_hand-error")
    assert stock_in(db, variants_of(db, product)[0]) == 4


def test_a_sale_meanwhile_is_not_undone_by_saving_the_page(office, db, database):
    product = make_product(db, "Oak stool", on_hand=4)
    page = editor(office, product)
    make_product(db, "Oak stool", sold=2, into=product)

    page = save(page, **{"variants-0-price": "5.00"})

    assert page.status == 200
    (variant,) = variants_of(db, product)
    found = stock_of(db, [variant.id])[variant.id]
    assert (found.on_hand, found.committed) == (4, 2)


def test_what_somebody_else_changed_is_not_overwritten_unseen(office, as_role, db):
    product = make_product(db, "Oak stool")
    mine, theirs = editor(office, product), editor(as_role("manager"), product)
    save(theirs, title="Ash stool")

    page = save(mine, summary="Mine")

    assert page.status == 422
    told = page.text("[data-errors]")
    assert re.search(r"Manager changed this product at .{5,8}, while you had it open\.", told)
    assert all_products(db) == ["Ash stool"]

    assert save(page).status == 200
    assert all_products(db) == ["Oak stool"]
    again = save(page, summary="Mine")
    assert "You changed this product at " in again.text("[data-errors]")


def test_script_in_every_field_is_shown_as_text(office, db):
    page = office.get("/admin/products/new").submit("#product-form", button="Add an option")
    texts = {
        "title": SCRIPT,
        "summary": SCRIPT,
        "body": f"<p>Fine</p>{SCRIPT}",
        "brand": SCRIPT,
        "tags": SCRIPT,
        "seo_title": SCRIPT,
        "seo_description": SCRIPT,
        "custom": f"{SCRIPT}: {SCRIPT}",
        "options-0-name": SCRIPT,
        "options-0-values": SCRIPT,
        "variants-0-sku": SCRIPT,
        "variants-0-price": "1",
        "status": "active",
    }

    page = save(page, **texts)

    assert page.status == 200
    assert "<script>alert" not in page.html
    product = product_of(db, SCRIPT)
    assert product.body == "<p>Fine</p>"
    for path in ("/admin/products", f"/admin/products/{product.public_id}"):
        assert "<script>alert" not in office.get(path).html


def test_categories_related_products_and_attributes_are_kept(office, db):
    bench = make_product(db, "Ash bench", sku="BENCH-1")
    product = make_product(db, "Oak stool", category="Seating", attribute="Material")
    page = editor(office, product)
    key = page.one("#category option:nth-child(2)").attributes["value"]

    page = save(page, category=key, related="BENCH-1", **{"attributes-0-value": "Oak"})

    assert page.value("[name='category']") == key
    assert page.value("[name='related']") == bench.slug
    assert page.value("[name='attributes-0-value']") == "Oak"


def test_a_wrong_attribute_value_is_said_beside_it(office, db):
    product = make_product(db, "Oak stool", attribute="Diameter", attribute_type="number")

    page = save(editor(office, product), **{"attributes-0-value": "wide"})

    assert page.status == 422
    assert "number like 12.5" in page.text("[id='attributes-0-value-error']")


def test_structured_custom_fields_survive_an_edit_beside_them(office, db):
    product = make_product(db, "Oak stool", custom={"sizes": [1, 2], "note": "a\nb"})

    page = save(editor(office, product), custom="sizes: [1, 2]\nnote: a\\nb\nnew: x")

    assert page.status == 200
    assert product_of(db, "Oak stool").custom == {"sizes": [1, 2], "note": "a\nb", "new": "x"}


def test_many_versions_come_in_pages_and_the_others_stay(office, db):
    product = make_product(db, "Tea towel", sizes=tuple(f"N{n:02}" for n in range(60)))

    page = office.get(f"/admin/products/{product.public_id}?first=50")
    assert len(page.all(".variant-row")) == 10
    page = save(page, **{"options-0-name": "Number", "variants-0-price": "5.00"})

    rows = variants_of(db, product)
    assert page.status == 200
    assert len(rows) == 60
    assert [row.price_minor for row in rows[49:52]] == [1999, 500, 1999]


def test_a_copy_is_a_draft_without_number_or_stock(office, db):
    product = make_product(db, "Oak stool", sku="ST-1", on_hand=3)

    page = editor(office, product).click("Duplicate")

    copy = product_of(db, "Oak stool (copy)")
    assert page.url == f"/admin/products/{copy.public_id}"
    assert page.value("[name='variants-0-sku']") == ""
    assert page.value("[name='variants-0-on_hand']") == "0"
    assert copy.status is ProductStatus.draft


def test_archiving_and_deleting(office, db):
    product = make_product(db, "Oak stool")

    page = editor(office, product).click("Archive")
    assert page.value("[name='status']") == "archived"
    page = page.click("Delete")

    assert page.url == "/admin/products"
    assert all_products(db) == []


def test_what_was_ordered_is_not_deleted(office, db):
    product = make_product(db, "Oak stool", on_hand=3, status="active")
    make_order(db, fresh(db, variants_of(db, product)[0].public_id))

    page = editor(office, product).click("Delete")

    assert page.status == 409
    assert "Archive it instead" in page.text("[data-errors]")
    assert all_products(db) == ["Oak stool"]


def test_the_history_tells_what_changed(office, db):
    product = make_product(db, "Oak stool", price=1999)

    save(editor(office, product), title="Ash stool", **{"variants-0-price": "25.00"})

    page = editor(office, product)
    changes = page.texts(".timeline li p:has(ins)")
    assert "Title: Oak stool → became Ash stool" in changes
    assert any(line.endswith("Price: €19.99 → became €25.00") for line in changes)
    assert page.texts(".timeline li p:first-child")[-1] == "Created"


def test_a_viewer_sees_the_product_but_cannot_change_it(as_role, db):
    product = make_product(db, "Oak stool")
    viewer = as_role("viewer")

    page = viewer.get(f"/admin/products/{product.public_id}")
    assert page.has("#product-form fieldset[disabled]")
    assert not page.has(".save-bar")

    answer = viewer.post(f"/admin/products/{product.public_id}", data={"title": "Mine"})
    assert answer.status == 403
    assert viewer.get("/admin/products/new").status == 403
    for action in ("copies", "archive", "removal"):
        assert viewer.post(f"/admin/products/{product.public_id}/{action}").status == 403
    assert all_products(db) == ["Oak stool"]


def test_nobody_comes_in_without_signing_in(browser: Browser, db, as_role: Callable[..., Browser]):
    as_role("owner")
    product = make_product(db, "Oak stool")
    path = f"/admin/products/{product.public_id}"

    assert browser.get(path).url.startswith("/admin/sign-in?to=")
    browser.post(path, data={"title": "Mine"})
    assert all_products(db) == ["Oak stool"]


def test_a_product_that_is_not_there_is_not_found(office):
    assert office.get("/admin/products/prd_none").status == 404
    assert office.post("/admin/products/prd_none", data={"title": "x"}).status == 404


def test_variants_of_another_product_are_not_taken(office, db):
    other = make_product(db, "Ash bench", price=5000)
    product = make_product(db, "Oak stool")
    (theirs,) = variants_of(db, other)

    page = office.post(
        f"/admin/products/{product.public_id}",
        data={"title": "Oak stool", "variants-0-id": theirs.public_id, "variants-0-price": "1"},
    )

    assert page.status == 422
    db.rollback()
    db.expire_all()
    assert db.get(Variant, theirs.id).price_minor == 5000
