"""Staff bring a file in and take the catalogue out, by the pages."""

from collections.abc import Callable
from io import BytesIO
from zipfile import ZipFile

import pytest
from sqlmodel import Session, col, func, select

from tests.browser import Browser
from tests.exchange.test_reverting import BEFORE, HEADER
from tests.factories.shop import picture
from webapp.catalogue import commands as catalogue
from webapp.catalogue.models import Product, ProductImage, Variant
from webapp.exchange.models import CatalogueImport, ImportMapping, ImportState
from webapp.kit.actors import SYSTEM

OURS = (
    "Handle,Title,Status,SKU,Price,Stock,Images,Weight (g),External ids\r\n"
    "oak-stool,Oak stool,active,STOOL-1,49.00,5,stool.png,3200,\r\n"
    "jug,Jug,active,JUG-1,abc,2,,800,\r\n"
)
FOREIGN = "Artikelnummer;Bezeichnung;Preis\r\nA-1;Kanne;12,50\r\nA-2;Becher;1.009,00\r\n"

SignIn = Callable[..., Browser]
RunJobs = Callable[[], int]


def test_a_known_file_is_checked_then_imported(
    staff_browser: SignIn, db: Session, run_jobs: RunJobs
) -> None:
    page = staff_browser().get("/admin/exchange")

    page = page.submit("#upload-form", file=("ours.csv", OURS.encode()))

    assert "Looking what would happen" in page.html
    assert page.one("#import-desk").attributes["data-hx-trigger"] == "end, every 20s"
    assert db.scalar(select(func.count()).select_from(Product)) == 0

    run_jobs()
    page = page.click("Look again")

    assert page.texts("h2")[0] == "What would happen"
    assert db.scalar(select(func.count()).select_from(Product)) == 0
    assert "is not an amount in EUR" in page.html

    page = page.submit("#policy-form", on_error="fields")
    run_jobs()
    page = page.click("Look again")

    db.rollback()
    found = db.execute(select(col(Product.slug), col(Product.status)).order_by(Product.slug)).all()
    assert [(slug, status.value) for slug, status in found] == [
        ("jug", "draft"), ("oak-stool", "active")
    ]  # fmt: skip
    (one,) = db.scalars(select(CatalogueImport)).all()
    assert (one.rows, one.created, one.failed, one.state) == (2, 2, 0, ImportState.completed)


def test_refused_rows_come_back_with_their_reasons_and_can_be_tried_again(
    staff_browser: SignIn, db: Session, run_jobs: RunJobs
) -> None:
    browser = staff_browser()
    page = browser.get("/admin/exchange").submit("#upload-form", file=("o.csv", OURS.encode()))
    run_jobs()
    page = page.click("Look again").submit("#policy-form")
    run_jobs()

    page = page.click("Look again")
    refused = browser.send("GET", f"{page.url}/refused.csv")

    text = refused.content.decode("utf-8-sig").splitlines()
    assert text[0].endswith(",_row,_error")
    assert text[1].startswith("jug,Jug,active,JUG-1,abc,2,,800,,2,")
    assert "is not an amount" in text[1]
    assert refused.headers["content-disposition"].startswith("attachment")

    page = page.submit("form[action$=retry]")
    run_jobs()

    db.rollback()
    (one,) = db.scalars(select(CatalogueImport)).all()
    assert (one.rows, one.created, one.failed) == (2, 1, 1)


def test_an_unknown_header_is_mapped_and_the_mapping_kept(
    staff_browser: SignIn, db: Session, run_jobs: RunJobs
) -> None:
    browser = staff_browser()

    page = browser.get("/admin/exchange").submit("#upload-form", file=("de.csv", FOREIGN.encode()))

    assert page.text("h1") == "What the columns mean"
    assert "This is what we guess" in page.text(".lede")
    assert page.value("#columns-0-to") == "sku"
    assert page.value("#columns-1-to") == "title"
    assert page.value("#columns-2-to") == "price"

    page = page.submit("#mapping-form", decimal_comma=True)
    run_jobs()
    page.click("Look again").submit("#policy-form")
    run_jobs()

    db.rollback()
    prices = db.execute(select(col(Variant.sku), col(Variant.price_minor)).order_by(Variant.sku))
    assert [tuple(row) for row in prices] == [("A-1", 1250), ("A-2", 100900)]
    assert db.scalar(select(func.count()).select_from(ImportMapping)) == 1

    again = browser.get("/admin/exchange").submit("#upload-form", file=("b.csv", FOREIGN.encode()))
    assert "were said to mean before" in again.text(".lede")
    assert again.one("#decimal_comma").attributes.get("checked") is not None or "checked" in (
        again.one("#decimal_comma").attributes
    )


def test_a_mapping_that_cannot_be_used_comes_back(staff_browser: SignIn, db: Session) -> None:
    page = staff_browser().get("/admin/exchange")
    page = page.submit("#upload-form", file=("de.csv", FOREIGN.encode()))

    page = page.submit("#mapping-form", **{"columns-0-to": "", "by_row": False})

    assert page.status == 422
    assert "which product a row is" in page.html


def test_pictures_come_from_the_zip_beside_the_file(
    staff_browser: SignIn, db: Session, run_jobs: RunJobs
) -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("pictures/Stool.PNG", picture((120, 90, 60), 40, 30))
    page = staff_browser().get("/admin/exchange")

    page = page.submit(
        "#upload-form",
        file=("ours.csv", OURS.encode()),
        pictures=("pictures.zip", packed.getvalue()),
    )
    run_jobs()
    page.click("Look again").submit("#policy-form")
    run_jobs()

    db.rollback()
    assert db.scalar(select(func.count()).select_from(ProductImage)) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"PK\x03\x04" + b"\0" * 200, "This is an Excel or ZIP file"),
        (bytes(range(256)) * 40, "This is not a text file"),
        (b"   \n ", "The file is empty"),
        (b"," * 1_000_000, "no column names"),
        (b'{"a": 1}', "This JSON holds no list of products"),
    ],
    ids=["zip", "binary", "empty", "commas", "json"],
)
def test_what_is_no_table_is_refused_and_nothing_is_kept(
    staff_browser: SignIn, db: Session, data: bytes, sentence: str
) -> None:
    page = staff_browser().get("/admin/exchange")

    page = page.submit("#upload-form", file=("x.csv", data))

    assert page.status == 422
    assert sentence in page.text("#file-error")
    assert db.scalar(select(func.count()).select_from(CatalogueImport)) == 0


def test_a_zip_that_is_none_is_refused(staff_browser: SignIn) -> None:
    page = staff_browser().get("/admin/exchange")

    page = page.submit(
        "#upload-form", file=("ours.csv", OURS.encode()), pictures=("p.zip", b"no zip at all")
    )

    assert page.status == 422
    assert "a folder or a ZIP" in page.text("#pictures-error")


def test_an_import_can_be_cancelled(staff_browser: SignIn, db: Session, run_jobs: RunJobs) -> None:
    page = staff_browser().get("/admin/exchange")
    page = page.submit("#upload-form", file=("ours.csv", OURS.encode()))

    page.submit("form[action$=cancel]")

    assert run_jobs() == 0
    db.rollback()
    (one,) = db.scalars(select(CatalogueImport)).all()
    assert one.state is ImportState.cancelled
    assert db.scalar(select(func.count()).select_from(Product)) == 0


@pytest.mark.parametrize("dialect", ["vitrine", "shopify", "woocommerce"])
def test_the_catalogue_can_be_taken_out(staff_browser: SignIn, dialect: str) -> None:
    answer = staff_browser().send("GET", f"/admin/exchange/exports/{dialect}.csv")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert b"SKU" in answer.content


def test_who_may_not_import_is_refused(staff_browser: SignIn) -> None:
    browser = staff_browser("viewer")

    assert browser.get("/admin/exchange").status == 403
    assert browser.get("/admin/exchange/exports/vitrine.csv").status == 403


def test_staff_see_what_will_happen_and_take_it_back(
    staff_browser: SignIn, db: Session, run_jobs: RunJobs
) -> None:
    browser = staff_browser()
    file = "\r\n".join([HEADER, *BEFORE, ""]).encode()
    page = browser.get("/admin/exchange").submit("#upload-form", file=("all.csv", file))
    run_jobs()
    page = page.click("Look again").submit("#policy-form")
    run_jobs()
    page = page.click("Look again").click("Take this import back")

    assert page.texts("h2") == ["What will happen"]
    assert not page.has("#force")
    with browser.app.state.database.writing() as session:
        jug = session.scalars(select(Product).where(Product.slug == "jug")).one()
        catalogue.update_product(session, SYSTEM, jug, title="My jug")
    page = browser.get(page.url)
    assert "Somebody changed it since." in page.html
    page = page.submit("#revert-form")
    assert "Taking it back" in page.html
    run_jobs()

    page = page.click("Look again")

    assert "What was taken back" in page.texts("h2")
    db.rollback()
    assert list(db.scalars(select(col(Product.title)))) == ["My jug"]
    page = page.click("Take back what is left").submit("#revert-form", force=True)
    run_jobs()
    page = page.click("Look again")
    assert "Take back" not in page.text("#import-desk")
    db.rollback()
    assert list(db.scalars(select(col(Product.title)))) == []
