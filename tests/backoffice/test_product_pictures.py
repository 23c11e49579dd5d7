"""Pictures in the product editor: kept on arrival, ordered, tied to versions, refused."""

import io

import pytest
from PIL import Image
from sqlmodel import Session, col, select

from tests.backoffice.goods import make_product, product_of, variants_of
from tests.browser import Page
from webapp.catalogue.models import Product, ProductImage
from webapp.media.models import MediaFile


def picture(colour: str, kind: str = "PNG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 50), colour).save(made, kind)
    return made.getvalue()


def images_of(db: Session, product: Product) -> list[tuple[str, str]]:
    """(name of the file, words) in order."""
    db.rollback()
    db.expire_all()
    return [
        (name, alt)
        for name, alt in db.exec(
            select(MediaFile.original_name, ProductImage.alt)
            .join(ProductImage, col(ProductImage.file_id) == col(MediaFile.id))
            .where(ProductImage.product_id == product.id)
            .order_by(col(ProductImage.position))
        )
    ]


def with_two(office, product: Product) -> Page:
    return office.get(f"/admin/products/{product.public_id}").submit(
        "#product-form",
        button="Save",
        uploads=[("red.png", picture("red")), ("blue.png", picture("blue"))],
    )


def test_several_pictures_come_in_with_the_form(office, db):
    product = make_product(db, "Oak stool")

    page = with_two(office, product)

    assert page.status == 200
    assert images_of(db, product) == [("red.png", ""), ("blue.png", "")]
    assert len(page.all("[name$='-alt']")) == 2


def test_a_new_product_is_saved_with_its_pictures(office, db):
    office.get("/admin/products/new").submit(
        "#product-form",
        button="Save",
        uploads=[("red.png", picture("red"))],
        **{"title": "Oak stool", "variants-0-price": "5"},
    )

    assert images_of(db, product_of(db, "Oak stool")) == [("red.png", "")]


def test_pictures_are_ordered_described_and_removed(office, db):
    product = make_product(db, "Oak stool")
    page = with_two(office, product)

    page = page.submit("#product-form", button="Move picture 2 Earlier")
    assert images_of(db, product) == [("red.png", ""), ("blue.png", "")]
    page = page.submit("#product-form", button="Save", **{"pictures-0-alt": "From the side"})
    assert images_of(db, product) == [("blue.png", "From the side"), ("red.png", "")]

    page = page.submit("#product-form", button="Remove picture 1")
    page.submit("#product-form", button="Save")
    assert images_of(db, product) == [("red.png", "")]


def test_a_version_shows_its_own_picture(office, db):
    product = make_product(db, "Tea towel", sizes=("S", "M"))
    page = with_two(office, product)
    blue = page.value("[name='pictures-1-file']")

    page = page.submit("#product-form", button="Save", **{"variants-1-picture": blue})

    assert page.value("[name='variants-1-picture']") == blue
    first, second = variants_of(db, product)
    assert first.image_id is None
    assert second.image_id is not None


def test_a_picture_is_not_lost_when_a_field_is_wrong(office, db):
    product = make_product(db, "Oak stool")

    page = office.get(f"/admin/products/{product.public_id}").submit(
        "#product-form", button="Save", title="", uploads=[("red.png", picture("red"))]
    )

    assert page.status == 422
    assert images_of(db, product) == []
    assert len(page.all("[name='pictures-0-file']")) == 1

    page.submit("#product-form", button="Save", title="Ash stool")
    assert images_of(db, product) == [("red.png", "")]


def test_upload_now_shows_the_pictures_and_saves_nothing(office, db):
    product = make_product(db, "Oak stool")

    page = office.get(f"/admin/products/{product.public_id}").submit(
        "#product-form",
        htmx=True,
        button="Upload now",
        title="Ash stool",
        uploads=[("red.png", picture("red", "JPEG"))],
    )

    assert page.status == 200
    assert page.value("[name='title']") == "Ash stool"
    assert page.has("[name='pictures-0-file']")
    assert images_of(db, product) == []
    assert product_of(db, "Oak stool").title == "Oak stool"


def test_the_same_picture_twice_is_one(office, db):
    product = make_product(db, "Oak stool")
    page = with_two(office, product)

    page.submit("#product-form", button="Save", uploads=[("again.png", picture("red"))])

    assert images_of(db, product) == [("red.png", ""), ("blue.png", "")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("shell.php", b"<?php system($_GET['c']); ?>"),
        ("pretty.png", b"<script>alert(1)</script>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("torn.png", picture("red")[:40]),
        ("page.html", b"<!doctype html><title>x</title>"),
        ("../../etc/passwd", b"root:x:0:0"),
        ("empty.png", b""),
    ],
)
def test_what_is_no_picture_is_refused_by_name_beside_the_others(office, db, name, content):
    product = make_product(db, "Oak stool")

    page = office.get(f"/admin/products/{product.public_id}").submit(
        "#product-form",
        button="Save",
        summary="Kept",
        uploads=[(name, content), ("red.png", picture("red"))],
    )

    said = page.text("#uploads-error")
    assert page.status == 422
    assert said.startswith(name.rpartition("/")[2])
    assert page.value("[name='summary']") == "Kept"
    assert page.has("[name='pictures-0-file']")
    assert images_of(db, product) == []
    assert "<script>alert" not in page.html


def test_a_viewer_uploads_nothing(as_role, db):
    product = make_product(db, "Oak stool")

    answer = as_role("viewer").post(
        f"/admin/products/{product.public_id}",
        files=[("title", (None, b"x")), ("uploads", ("red.png", picture("red"), "image/png"))],
    )

    assert answer.status == 403
    assert db.exec(select(MediaFile)).all() == []
