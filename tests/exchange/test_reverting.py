"""An import taken back: the catalogue stands as it stood before, and what was sold stays sold."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel, col, func, select

from tests.conftest import session_of
from tests.exchange.test_importing import bring, counted, written
from tests.exchange.test_resuming import Failing, Interrupted, begun
from tests.factories.cart import fresh
from tests.factories.orders import make_order, make_shipped_order
from tests.factories.shop import picture
from webapp.catalogue import commands as catalogue
from webapp.catalogue.models import (
    Attribute,
    Brand,
    Category,
    Collection,
    Product,
    ProductImage,
    ProductStatus,
    Tag,
    Variant,
)
from webapp.exchange import commands, queries
from webapp.exchange.commands import NotNow
from webapp.exchange.exporting import Exported
from webapp.exchange.models import CatalogueImport, ImportBefore, ImportState
from webapp.exchange.policy import Policy
from webapp.exchange.reverting import take_back, way_of
from webapp.exchange.running import bring_in
from webapp.exchange.shell import revert_import
from webapp.exchange.writing import DIALECTS
from webapp.inventory.models import StockItem, StockMovement
from webapp.kit import clock
from webapp.kit.actors import SYSTEM
from webapp.main import OpenShop
from webapp.ops.audit import audit
from webapp.runtime.events import EventRecord

HEADER = (
    "Handle,External ids,Title,Status,Brand,Categories,Tags,Collections,Related products,Images,"
    "Option 1 name,Option 1 value,Option 2 name,Option 2 value,SKU,Variant external ids,Price,"
    "Compare-at price,Stock,When sold out,Attribute: Wood,Attribute: Grain [choice],"
    "Field: shop.note,Variant image"
)
BEFORE = (
    "oak-stool,erp > 1,Oak stool,active,Holm,Home > Seats,wood; oak,Autumn,handle > jug,stool.png,"
    "Size,S,,,STOOL-S,,49.00,,5,deny,Oak,Fine,one,stool.png",
    "oak-stool,erp > 1,,,,,,,,,Size,M,,,STOOL-M,,59.00,,2,deny,,,,",
    "jug,erp > 2,Jug,active,Holm,Home > Table,clay,Autumn; Clay,,jug.png,"
    ",,,,JUG-1,,19.00,25.00,3,deny,,,,",
    "bowl,,Bowl,draft,,Home > Table,,,,,,,,,BOWL-1,,15.00,,0,deny,,,,",
)
AFTER = (
    "oak-stool,erp > 1,Stool of oak,active,Falk,Home > Stools,stools,,handle > bowl,other.png,"
    "Size,S,Colour,Red,STOOL-S,,39.00,49.00,9,continue,,Coarse,,other.png",
    "oak-stool,erp > 1,,,,,,,,,Size,L,Colour,Red,STOOL-L,,69.00,,4,deny,,,,",
    "oak-stool,erp > 1,,,,,,,,,Size,M,Colour,Blue,STOOL-M,,69.00,,1,deny,,,,",
    "oak-stool,erp > 1,,,,,,,,,Size,M,Colour,Red,STOOL-MR,,69.00,,1,deny,,,,",
    "jug-of-clay,erp > 2,Jug,archived,,,,Spring,,,,,,,JUG-2,,29.00,,1,deny,Ash,,two,",
    "cup,erp > 9,Cup,active,Falk,Home > Cups,cups,Spring,handle > jug-of-clay,cup.png,"
    ",,,,CUP-1,,9.00,,7,deny,,,,",
)  # fmt: skip
Shots = dict[str, bytes]


def exports(shop: OpenShop) -> Shots:
    return {name: b"".join(Exported(shop.database, name).chunks()) for name in DIALECTS}


def last(shop: OpenShop) -> CatalogueImport:
    with shop.database.reading() as session:
        one = queries.last_import(session)
        session.expunge(one)
    return one


def back(shop: OpenShop, public_id: str = "last", **options: Any) -> Sequence[int]:
    """products, back, deleted, archived, left; and they add up."""
    done = revert_import(shop.database, public_id, quiet=True, **options)
    found = list(done.counts.values())
    assert found[0] == sum(found[1:])
    return found


def rows_of(shop: OpenShop, *tables: type[SQLModel]) -> list[int]:
    with shop.database.reading() as session:
        return [session.scalar(select(func.count()).select_from(one)) or 0 for one in tables]


def is_sound(shop: OpenShop) -> bool:
    return audit(shop.database).findings == {}


def version(db: Session, sku: str) -> Any:
    return fresh(db, db.scalars(select(col(Variant.public_id)).where(Variant.sku == sku)).one())


def on_hand(shop: OpenShop, sku: str) -> int:
    with shop.database.reading() as session:
        query = select(StockItem.on_hand).join(Variant, col(Variant.id) == StockItem.variant_id)
        return session.scalars(query.where(Variant.sku == sku)).one()


@pytest.fixture
def stocked(shop: OpenShop, tmp_path: Path) -> OpenShop:
    """A shop with three products, their pictures and their labels."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number, name in enumerate(("stool", "jug", "other", "cup")):
        (folder / f"{name}.png").write_bytes(picture((number * 60, 90, 120), 40, 30))
    bring(shop, written(tmp_path, HEADER, *BEFORE), images=folder)
    with shop.database.writing() as session:
        session.execute(SQLModel.metadata.tables["import_befores"].delete())
        session.execute(SQLModel.metadata.tables["import_made"].delete())
    return shop


def change(shop: OpenShop, tmp_path: Path, **options: Any) -> Sequence[int]:
    file = written(tmp_path, HEADER, *AFTER, name="after.csv")
    return counted(bring(shop, file, images=tmp_path / "pictures", **options))


def test_a_first_import_taken_back_leaves_an_empty_shop(shop: OpenShop, tmp_path: Path) -> None:
    file = written(tmp_path, HEADER, *BEFORE)
    empty = exports(shop)
    first = counted(bring(shop, file))

    assert back(shop, dry_run=True) == [3, 0, 3, 0, 0]
    assert rows_of(shop, Product) == [3]
    assert back(shop) == [3, 0, 3, 0, 0]

    assert rows_of(shop, Product, Brand, Category, Tag, Attribute, Collection) == [0] * 6
    assert exports(shop) == empty
    assert last(shop).state is ImportState.reverted
    assert back(shop) == [3, 0, 3, 0, 0]
    assert is_sound(shop)
    assert counted(bring(shop, file)) == first


def test_a_change_taken_back_exports_the_same_bytes_as_before(
    stocked: OpenShop, tmp_path: Path
) -> None:
    before = exports(stocked)
    labels = rows_of(stocked, Brand, Category, Tag, Attribute, Collection)
    counts = change(stocked, tmp_path)
    changed = exports(stocked)

    assert back(stocked) == [3, 2, 1, 0, 0]

    assert changed != before
    assert exports(stocked) == before
    assert rows_of(stocked, Brand, Category, Tag, Attribute, Collection) == labels
    assert is_sound(stocked)
    again = rows_of(stocked, StockMovement, EventRecord)
    assert back(stocked) == [3, 2, 1, 0, 0]
    assert rows_of(stocked, StockMovement, EventRecord) == again
    assert change(stocked, tmp_path) == counts
    assert exports(stocked) == changed


def test_what_a_replacing_file_archived_comes_back(stocked: OpenShop, tmp_path: Path) -> None:
    before = exports(stocked)
    file = written(tmp_path, HEADER, *BEFORE[:1])
    bring(stocked, file, policy=Policy(on_absent="products"), agree=lambda _: True)
    assert exports(stocked) != before

    assert back(stocked) == [3, 3, 0, 0, 0]

    assert exports(stocked) == before


def test_what_somebody_changed_since_is_left_unless_told_otherwise(
    stocked: OpenShop, tmp_path: Path
) -> None:
    before = exports(stocked)
    change(stocked, tmp_path)
    with stocked.database.writing() as session:
        for slug in ("jug-of-clay", "cup"):
            product = session.scalars(select(Product).where(Product.slug == slug)).one()
            catalogue.update_product(session, SYSTEM, product, title="Something else")

    assert back(stocked, dry_run=True) == [3, 1, 0, 0, 2]
    assert back(stocked) == [3, 1, 0, 0, 2]

    with stocked.database.reading() as session:
        one = queries.last_import(session)
        why = "Somebody changed it since."
        assert queries.noted(session, one) == [("Cup", why), ("Jug", why)]
        titles = select(col(Product.title)).order_by(Product.slug)
        assert list(session.scalars(titles)) == [
            "Bowl", "Something else", "Something else", "Oak stool"
        ]  # fmt: skip
        assert "Home > Cups" in exports(stocked)["vitrine"].decode()
    assert back(stocked, force=True) == [3, 2, 1, 0, 0]
    assert exports(stocked) == before
    with stocked.database.reading() as session:
        facts = session.scalars(
            select(EventRecord)
            .where(EventRecord.subject_kind == "import", EventRecord.name == "import.reverted")
            .order_by(col(EventRecord.seq))
        ).all()
        assert [(fact.payload["left"], fact.actor_name) for fact in facts] == [
            (2, "Vitrine"), (0, "Vitrine")
        ]  # fmt: skip


def test_what_somebody_did_to_its_pictures_since_is_left(stocked: OpenShop, tmp_path: Path) -> None:
    header = "Handle,Title,SKU,Price,When sold out,Images,Variant image,External ids"
    names = ("as it came", "described", "turned round", "shown", "bare")
    lines = [f"{n},{n},{n},9.00,deny,cup.png > A cup; other.png,other.png," for n in names]
    file = written(tmp_path, header, *lines, name="new.csv")
    assert counted(bring(stocked, file, images=tmp_path / "pictures"))[0] == 5
    assert back(stocked, dry_run=True) == [5, 0, 5, 0, 0]
    with stocked.database.writing() as session:
        found = {product.title: product for product in session.scalars(select(Product))}
        images = {
            title: session.scalars(
                select(ProductImage)
                .where(ProductImage.product_id == product.id)
                .order_by(col(ProductImage.position))
            ).all()
            for title, product in found.items()
        }
        catalogue.describe_image(session, SYSTEM, images["described"][0], alt="A cup, from above")
        turned = [image.id or 0 for image in reversed(images["turned round"])]
        catalogue.order_images(session, SYSTEM, found["turned round"], turned)
        key = session.scalars(select(Variant.id).where(Variant.sku == "shown")).one()
        catalogue.show_for_variants(session, SYSTEM, found["shown"], {key or 0: None})
        catalogue.remove_image(session, SYSTEM, images["bare"][0])

    assert back(stocked, dry_run=True) == [5, 0, 1, 0, 4]
    assert back(stocked) == [5, 0, 1, 0, 4]

    with stocked.database.reading() as session:
        left = set(session.scalars(select(Product.title)))
        assert left & set(names) == set(names[1:])
        notes = session.scalars(select(ImportBefore.note).where(ImportBefore.state == "left")).all()
        assert notes == ["Somebody changed it since."] * 4


def test_what_was_sold_since_stays_sold(stocked: OpenShop, tmp_path: Path) -> None:
    change(stocked, tmp_path)
    with session_of(stocked.database) as db:
        make_shipped_order(db, (version(db, "STOOL-S"), 3), (version(db, "STOOL-L"), 1))
        make_order(db, (version(db, "CUP-1"), 2))

    assert back(stocked, dry_run=True) == [3, 2, 0, 1, 0]
    assert back(stocked) == [3, 2, 0, 1, 0]

    # 5 before, 9 by the file, 3 sold; 0 before, 4 by the file, 1 sold; 0, 7, 2 promised.
    assert [on_hand(stocked, sku) for sku in ("STOOL-S", "STOOL-L", "CUP-1")] == [2, 0, 2]
    with stocked.database.reading() as session:
        cup = session.scalars(select(Product).where(Product.slug == "cup")).one()
        assert cup.status is ProductStatus.archived
        large = session.scalars(select(Variant).where(Variant.sku == "STOOL-L")).one()
        assert large.is_archived
        assert session.scalars(select(Variant).where(Variant.sku == "STOOL-MR")).first() is None
        (told,) = [text for title, text in queries.noted(session, last(stocked)) if title == "Cup"]
        assert told.endswith("2 of its stock were sold meanwhile and cannot go back.")
        moved = session.scalars(
            select(col(StockMovement.reason)).where(
                StockMovement.reference == last(stocked).public_id
            )
        )
        assert set(moved) == {"import", "import taken back"}
    assert is_sound(stocked)


@pytest.mark.parametrize("dies_at", [1, 2, 3])
def test_one_that_was_interrupted_goes_on(shop: OpenShop, tmp_path: Path, dies_at: int) -> None:
    """Both ways: the import dies between two batches, and so does taking it back."""
    rows = [
        f"p-{n},,Product {n},active,Brand {n % 7},,,,,,,,,,SKU-{n},,{n}.00,,3,,,,,"
        for n in range(1, 401)
    ]
    empty = exports(shop)
    one = begun(shop, written(tmp_path, HEADER, *rows))
    file = commands.open_import(one, shop.means.storage)
    first = Failing(shop, {}, dies_at)
    with pytest.raises(Interrupted):
        bring_in(first, file, commands.journey_of(one, file, site="", dry=False))
    second = Failing(shop, first.cursor, 1000)
    bring_in(second, file, commands.journey_of(one, file, site="", dry=False))
    with shop.database.writing() as session:
        one = queries.import_by_id(session, one.public_id)
        commands.finish(session, one, ImportState.completed)
        commands.mark_reverting(session, SYSTEM, one)
    with pytest.raises(Interrupted):
        take_back(Failing(shop, {}, dies_at), way_of(one), force=False)

    assert back(shop, one.public_id) == [400, 0, 400, 0, 0]

    assert exports(shop) == empty
    assert rows_of(shop, Brand, Product) == [0, 0]


def test_two_products_that_changed_places_change_back(shop: OpenShop, tmp_path: Path) -> None:
    header = "Handle,External ids,Title,SKU,Price,Compare-at price"
    bring(shop, written(tmp_path, header, "one,erp > 1,One,A,1.00,", "two,erp > 2,Two,B,2.00,"))
    before = exports(shop)
    bring(shop, written(tmp_path, header, "three,erp > 1,One,C,1.00,"))
    middle = last(shop)
    bring(shop, written(tmp_path, header, "one,erp > 2,Two,A,2.00,"))

    assert back(shop) == [1, 1, 0, 0, 0]
    assert back(shop, middle.public_id) == [1, 1, 0, 0, 0]

    assert exports(shop) == before


def test_what_was_before_is_kept_for_thirty_days(stocked: OpenShop, tmp_path: Path) -> None:
    change(stocked, tmp_path)
    with stocked.database.writing() as session:
        assert commands.forget_befores(session, clock.now() - commands.KEPT_FOR) == 0
        assert commands.forget_befores(session, clock.now() + commands.KEPT_FOR) == 3

    with pytest.raises(NotNow, match="30 days"):
        back(stocked)
    assert rows_of(stocked, ImportBefore) == [0]
