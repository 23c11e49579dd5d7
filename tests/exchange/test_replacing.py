"""A file that replaces: what it does not have is archived, once somebody agreed to the list."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from tests.browser import Browser
from tests.exchange.test_importing import bring, counted, written
from webapp.catalogue.models import Product, Variant
from webapp.exchange.commands import NotAgreed
from webapp.exchange.models import CatalogueImport, ImportState
from webapp.exchange.policy import Policy
from webapp.main import OpenShop
from webapp.runtime.events import EventRecord

HEADER = "Handle,Title,Status,Option1 name,Option1 value,SKU,Price"
CUP_S = "cup,Cup,active,Size,S,CUP-S,9.00"
CUP_M = "cup,,,Size,M,CUP-M,10.00"
CUP_L = "cup,,,Size,L,CUP-L,11.00"
JUG = "jug,Jug,active,,,JUG-1,19.00"
BOWL = "bowl,Bowl,draft,,,BOWL-1,15.00"
VARIANTS, PRODUCTS = Policy(on_absent="variants"), Policy(on_absent="products")


def on_sale(session: Session) -> tuple[list[str], list[str]]:
    """The SKUs and the addresses of what is not archived."""
    skus = select(col(Variant.sku)).where(col(Variant.is_archived).is_(False)).order_by(Variant.sku)
    slugs = select(col(Product.slug)).where(col(Product.status) != "archived")
    return list(session.scalars(skus)), list(session.scalars(slugs.order_by(Product.slug)))


@pytest.fixture
def stocked(shop: OpenShop, tmp_path: Path) -> OpenShop:
    bring(shop, written(tmp_path, HEADER, CUP_S, CUP_M, CUP_L, JUG, BOWL))
    return shop


def test_nothing_goes_unless_it_is_asked_for(stocked: OpenShop, tmp_path: Path) -> None:
    done = bring(stocked, written(tmp_path, HEADER, CUP_S))

    assert counted(done) == [0, 0, 1, 0, 0]
    with stocked.database.reading() as session:
        assert len(on_sale(session)[0]) == 5


def test_what_the_file_lacks_is_listed_and_goes_when_agreed(
    stocked: OpenShop, tmp_path: Path
) -> None:
    file = written(tmp_path, HEADER, CUP_S, CUP_L)
    asked: list[str] = []

    def agree(listed: str) -> bool:
        asked.append(listed)
        return True

    first = bring(stocked, file, policy=VARIANTS, agree=agree)
    second = bring(stocked, file, policy=VARIANTS, agree=agree)

    assert asked == [
        "The file does not have these; they would be archived:\n  version  Cup – M – CUP-M"
    ]
    assert counted(first) == [0, 2, 0, 0, 0]
    assert counted(second) == [0, 0, 2, 0, 0]
    with stocked.database.reading() as session:
        assert on_sale(session) == (
            ["BOWL-1", "CUP-L", "CUP-S", "JUG-1"],
            ["bowl", "cup", "jug"],
        )
        assert session.scalars(select(col(Variant.sku)).where(Variant.sku == "CUP-M")).one()
        one = session.scalars(select(CatalogueImport).order_by(col(CatalogueImport.id))).all()[1]
        said = session.scalars(select(EventRecord).where(EventRecord.name == "product.updated"))
        (gone,) = [each.payload for each in said if each.payload["variants"]]
        assert gone["origin"] == one.public_id
        assert list(gone["variants"].values()) == [{"is_archived": [False, True]}]


def test_products_go_as_well_when_that_is_asked_for(stocked: OpenShop, tmp_path: Path) -> None:
    file = written(tmp_path, HEADER, CUP_S, CUP_M, CUP_L)
    asked: list[str] = []

    bring(stocked, file, policy=PRODUCTS, agree=lambda listed: not asked.append(listed))

    assert asked[0].splitlines()[1:] == ["  product  Bowl", "  product  Jug"]
    with stocked.database.reading() as session:
        assert on_sale(session)[1] == ["cup"]
        assert len(session.scalars(select(Product)).all()) == 3

    again = bring(stocked, written(tmp_path, HEADER, JUG), policy=Policy())

    assert counted(again) == [0, 1, 0, 0, 0]
    with stocked.database.reading() as session:
        assert on_sale(session)[1] == ["cup", "jug"]


def test_without_agreement_nothing_is_imported(stocked: OpenShop, tmp_path: Path) -> None:
    file = written(tmp_path, HEADER, CUP_S.replace("9.00", "99.00"))

    with pytest.raises(NotAgreed):
        bring(stocked, file, policy=PRODUCTS)

    with stocked.database.reading() as session:
        assert len(on_sale(session)[0]) == 5
        price = select(col(Variant.price_minor)).where(Variant.sku == "CUP-S")
        assert session.scalars(price).one() == 900


@pytest.mark.parametrize("on_error", ["rows", "all"])
def test_a_refused_row_might_mean_anything_so_nothing_goes(
    stocked: OpenShop, tmp_path: Path, on_error: str
) -> None:
    policy = Policy(on_absent="products", on_error=on_error)  # type: ignore[arg-type]
    file = written(tmp_path, HEADER, CUP_S, CUP_M.replace("10.00", "ten"))

    done = bring(stocked, file, policy=policy, agree=lambda _: True)

    assert done.counts["failed"] == 1
    with stocked.database.reading() as session:
        assert len(on_sale(session)[0]) == 5
        assert len(on_sale(session)[1]) == 3


def test_all_or_nothing_replaces_in_the_same_transaction(stocked: OpenShop, tmp_path: Path) -> None:
    policy = Policy(on_absent="products", on_error="all")

    bring(stocked, written(tmp_path, HEADER, CUP_S), policy=policy, agree=lambda _: True)

    with stocked.database.reading() as session:
        assert on_sale(session) == (["BOWL-1", "CUP-S", "JUG-1"], ["cup"])


def test_a_file_that_says_nothing_of_versions_lacks_none(stocked: OpenShop, tmp_path: Path) -> None:
    file = written(tmp_path, "Handle,Title,Description", "cup,Cup,To drink from")

    done = bring(stocked, file, policy=VARIANTS)

    assert counted(done) == [0, 1, 0, 0, 0]
    with stocked.database.reading() as session:
        assert len(on_sale(session)[0]) == 5


def test_staff_see_the_list_and_agree_on_the_page(
    staff_browser: Callable[..., Browser], db: Session, run_jobs: Callable[[], int]
) -> None:
    def sent(*lines: str) -> bytes:
        return "\r\n".join([HEADER, *lines, ""]).encode()

    browser = staff_browser()
    page = browser.get("/admin/exchange").submit(
        "#upload-form", file=("all.csv", sent(CUP_S, CUP_M, JUG))
    )
    run_jobs()
    page.click("Look again").submit("#policy-form")
    run_jobs()
    page = browser.get("/admin/exchange").submit("#upload-form", file=("new.csv", sent(CUP_S)))
    run_jobs()

    page = page.click("Look again").submit("#policy-form", on_absent="products")

    assert "Looking what would happen" in page.html
    run_jobs()
    page = page.click("Look again")
    assert "1 versions the file does not have" in page.html
    assert [page.text("details.more:nth-of-type(1) li"), page.html.count("Jug")] == [
        "Cup – M – CUP-M",
        1,
    ]

    refused = page.submit("#policy-form")

    assert refused.status == 422
    assert "say that you agree" in refused.text("#agreed-error")
    db.rollback()
    assert len(on_sale(db)[0]) == 3

    page = refused.submit("#policy-form", agreed=True)
    run_jobs()

    page = page.click("Look again")
    assert "1 versions, 1 products" in page.html
    db.rollback()
    assert on_sale(db) == (["CUP-S", "JUG-1"], ["cup"])
    states = db.scalars(select(col(CatalogueImport.state)))
    assert set(states) == {ImportState.completed}
