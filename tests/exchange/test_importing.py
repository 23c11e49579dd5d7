"""Files into a shop and out of it again, from the command line's side."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from sqlalchemy import select
from sqlmodel import Session, col, func

from tests.exchange.whole_files import LARGE, SHARED, SMALL
from tests.factories.shop import picture
from webapp.catalogue.models import (
    Category,
    ExternalId,
    Product,
    ProductImage,
    ProductRelation,
    Variant,
)
from webapp.exchange.errors import NotUnderstood, Unreadable
from webapp.exchange.models import CatalogueImport, ImageSource, ImportRow, PictureState
from webapp.exchange.policy import Policy
from webapp.exchange.shell import Done, export_file, import_file
from webapp.exchange.writing import DIALECTS
from webapp.inventory.models import StockItem, StockMovement
from webapp.kit import clock
from webapp.main import OpenShop

NewShop = Callable[[], OpenShop]

HEADER = "Handle,Title,Status,SKU,Price,Compare-at price,Stock,External ids,Tags,Categories"
STOOL = "oak-stool,Oak stool,active,STOOL-1,49.00,,5,,wood; oak,Home > Seats"
JUG = "jug,Jug,active,JUG-1,19.00,25.00,2,,clay,Home > Table"


def bring(shop: OpenShop, file: Path, **options: object) -> Done:
    options = {"guess": True, "quiet": True, **options}
    return import_file(shop.database, shop.means, file, **options)  # type: ignore[arg-type]


def written(folder: Path, *lines: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8")
    return path


def counted(done: Done) -> Sequence[int]:
    """created, changed, unchanged, skipped, failed; and they add up."""
    counts = done.counts
    found = [counts[n] for n in ("created", "changed", "unchanged", "skipped", "failed")]
    assert counts["rows"] == sum(found)
    return found


def test_a_file_fills_an_empty_shop_and_changes_nothing_the_second_time(
    shop: OpenShop, tmp_path: Path
) -> None:
    file = written(tmp_path, HEADER, STOOL, JUG)

    first = bring(shop, file)
    second = bring(shop, file)

    assert first.line == "rows 2, created 2, changed 0, unchanged 0, skipped 0, failed 0"
    assert second.line == "rows 2, created 0, changed 0, unchanged 2, skipped 0, failed 0"
    with shop.database.reading() as session:
        stock = dict(
            session.execute(
                select(col(Variant.sku), col(StockItem.on_hand)).join(
                    StockItem, col(StockItem.variant_id) == col(Variant.id)
                )
            ).all()
        )
        assert stock == {"STOOL-1": 5, "JUG-1": 2}
        assert set(session.scalars(select(col(StockMovement.reason)))) == {"import"}
        paths = session.scalars(select(col(Category.path)).order_by(col(Category.path))).all()
        assert paths == ["home", "home/seats", "home/table"]


def test_a_dry_run_tells_and_changes_nothing(shop: OpenShop, tmp_path: Path) -> None:
    file = written(tmp_path, HEADER, STOOL, JUG)

    done = bring(shop, file, dry_run=True)

    assert counted(done) == [2, 0, 0, 0, 0]
    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Product)) == 0
        one = session.scalars(select(CatalogueImport)).one()
        assert one.found["names"]["categories"] == ["Home", "Home > Seats", "Home > Table"]
        assert one.found["names"]["tags"] == ["wood", "oak", "clay"]
        row = session.get(ImportRow, (one.id, 2))
        assert row is not None
        told = {message["column"]: message["new"] for message in row.messages}
        assert (told["Price"], told["Stock"]) == ("€19.00", "2")
        assert made_for(session, one, 2) == ["Home > Table would be made."]
        assert made_for(session, one, 1) == ["Home > Seats would be made."]
    assert bring(shop, written(tmp_path, HEADER, STOOL)).line.startswith("rows 1, created 1")
    bring(shop, written(tmp_path, HEADER, STOOL, JUG), dry_run=True)
    with shop.database.reading() as session:
        one = session.scalars(select(CatalogueImport).order_by(col(CatalogueImport.id))).all()[-1]
        assert made_for(session, one, 1) == []
        assert made_for(session, one, 2) == ["Home > Table would be made."]


def made_for(session: Session, one: CatalogueImport, row: int) -> list[str]:
    """What a check says of categories with this row."""
    found = session.get(ImportRow, (one.id, row))
    assert found is not None
    return [each["text"] for each in found.messages if each["column"] == "Categories"]


def test_a_dry_run_reads_attributes_as_the_import_will(shop: OpenShop, tmp_path: Path) -> None:
    header = f"{HEADER},Attribute: Grain [choice],Attribute: Age [number]"
    bring(shop, written(tmp_path, header, f"{STOOL},Fine,"))
    file = written(
        tmp_path, header, f"{STOOL},Coarse,12", f"{JUG},coarse,old", "cup,Cup,active,C,9,,,,,,Fine,"
    )

    planned, done = bring(shop, file, dry_run=True), bring(shop, file)

    assert counted(planned) == counted(done) == [1, 1, 0, 0, 1]
    with shop.database.reading() as session:
        checked, imported = session.scalars(
            select(CatalogueImport).order_by(col(CatalogueImport.id).desc()).limit(2)
        ).all()[::-1]
        assert checked.found["names"]["choices"] == ["Grain: Coarse"]
        assert checked.found["names"]["attributes"] == ["Age"]
        told = [session.get(ImportRow, (one.id, 2)) for one in (checked, imported)]
        assert [row.messages[0]["text"] for row in told if row] == [
            "Age is a number like 12.5."
        ] * 2


def test_only_what_differs_is_changed(shop: OpenShop, tmp_path: Path) -> None:
    bring(shop, written(tmp_path, HEADER, STOOL, JUG))

    done = bring(shop, written(tmp_path, HEADER, STOOL.replace("49.00", "51.00"), JUG))

    assert counted(done) == [0, 1, 1, 0, 0]
    with shop.database.reading() as session:
        prices = select(col(Variant.price_minor)).where(col(Variant.sku) == "STOOL-1")
        assert session.scalar(prices) == 5100


@pytest.mark.parametrize(
    ("policy", "counts"),
    [
        (Policy(on_match="skip"), [1, 0, 0, 1, 0]),
        (Policy(on_missing="skip"), [0, 1, 0, 1, 0]),
        (Policy(), [1, 1, 0, 0, 0]),
    ],
    ids=["leave matches", "leave others", "both"],
)
def test_what_is_there_and_what_is_not_are_treated_as_told(
    shop: OpenShop, tmp_path: Path, policy: Policy, counts: list[int]
) -> None:
    bring(shop, written(tmp_path, HEADER, STOOL))

    done = bring(shop, written(tmp_path, HEADER, STOOL.replace("49", "5"), JUG), policy=policy)

    assert counted(done) == counts


def test_a_row_with_a_mistake_is_left_out_and_comes_back_with_its_reason(
    shop: OpenShop, tmp_path: Path
) -> None:
    file = written(tmp_path, HEADER, STOOL, JUG.replace("19.00", "cheap"))

    done = bring(shop, file, rejects=tmp_path / "refused.csv")

    assert counted(done) == [1, 0, 0, 0, 1]
    lines = (tmp_path / "refused.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == f"{HEADER},_row,_error"
    assert lines[1].startswith("jug,Jug,active,JUG-1,cheap")
    assert ",2,Price: " in lines[1]


def test_what_is_right_of_a_row_is_taken_where_that_was_chosen(
    shop: OpenShop, tmp_path: Path
) -> None:
    file = written(tmp_path, HEADER, JUG.replace("19.00", "cheap"))

    done = bring(shop, file, policy=Policy(on_error="fields"))

    assert counted(done) == [1, 0, 0, 0, 0]
    with shop.database.reading() as session:
        jug = session.scalars(select(Product)).one()
        assert (jug.title, jug.status.value) == ("Jug", "draft")


def test_all_or_nothing_imports_nothing_where_a_row_is_wrong(
    shop: OpenShop, tmp_path: Path
) -> None:
    wrong = written(tmp_path, HEADER, STOOL, JUG.replace("19.00", "cheap"))

    refused = bring(shop, wrong, policy=Policy(on_error="all"))
    with shop.database.reading() as session:
        count = session.scalar(select(func.count()).select_from(Product))
    done = bring(shop, written(tmp_path, HEADER, STOOL, JUG), policy=Policy(on_error="all"))

    assert counted(refused) == [0, 0, 0, 1, 1]
    assert count == 0
    assert counted(done) == [2, 0, 0, 0, 0]


def test_empty_cells_clear_or_keep(shop: OpenShop, tmp_path: Path) -> None:
    bring(shop, written(tmp_path, HEADER, JUG))
    bare = written(tmp_path, HEADER, JUG.replace("25.00", "").replace("clay", ""))

    kept = bring(shop, bare, policy=Policy(blank="keep"))
    cleared = bring(shop, bare)

    assert counted(kept) == [0, 0, 1, 0, 0]
    assert counted(cleared) == [0, 1, 0, 0, 0]


def test_a_product_without_a_price_is_a_draft_and_stays_one(shop: OpenShop, tmp_path: Path) -> None:
    file = written(tmp_path, "Handle,Title,Status,SKU,When sold out", "jug,Jug,active,J,deny")

    first, second = bring(shop, file), bring(shop, file)

    assert (counted(first), counted(second)) == ([1, 0, 0, 0, 0], [0, 0, 1, 0, 0])
    with shop.database.reading() as session:
        assert session.scalars(select(Product)).one().status.value == "draft"


def test_alike_titles_get_addresses_of_their_own(shop: OpenShop, tmp_path: Path) -> None:
    rows = [f"{number},Ring,10.00" for number in range(400)]
    file = written(tmp_path, "Product ID,Name,Price", *rows)

    first, second = bring(shop, file), bring(shop, file)

    assert (counted(first), counted(second)) == ([400, 0, 0, 0, 0], [0, 0, 400, 0, 0])
    with shop.database.reading() as session:
        slugs = set(session.scalars(select(col(Product.slug))))
        assert {"ring", "ring-399", "ring-1"} <= slugs
        assert session.scalar(select(func.count()).select_from(ExternalId)) == 400


def test_numbers_of_two_unknown_files_are_not_mixed_up(shop: OpenShop, tmp_path: Path) -> None:
    bring(shop, written(tmp_path, "Product ID,Name,Price", "1,Ring,10.00"))

    done = bring(shop, written(tmp_path, "Product ID,Name,Price,Weight", "1,Lamp,80.00,2"))

    assert counted(done) == [1, 0, 0, 0, 0]


def test_pointers_are_followed_to_rows_further_down(shop: OpenShop, tmp_path: Path) -> None:
    header = "Handle,Title,SKU,Price,When sold out,Related products,Upsells,External ids"
    file = written(
        tmp_path,
        header,
        "jug,Jug,JUG-1,9.00,deny,handle > bowl; sku > CUP-1; sku > GONE,,",
        "bowl,Bowl,BOWL-1,8.00,deny,,handle > jug,",
        "cup,Cup,CUP-1,4.00,deny,,,",
    )

    first, second = bring(shop, file), bring(shop, file)

    assert (counted(first), counted(second)) == ([3, 0, 0, 0, 0], [0, 0, 3, 0, 0])
    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProductRelation)) == 3
        row = session.scalars(select(ImportRow).where(col(ImportRow.number) == 1)).first()
        assert row is not None
        assert "There is no product GONE" in json.dumps(row.messages)

    empty = bring(shop, written(tmp_path, header, "bowl,Bowl,BOWL-1,8.00,deny,,,"))

    assert counted(empty) == [0, 1, 0, 0, 0]
    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ProductRelation)) == 2


def test_pictures_are_taken_from_a_folder_once(shop: OpenShop, tmp_path: Path) -> None:
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    (pictures / "Stool.png").write_bytes(picture((200, 30, 30), 40, 30))
    (pictures / "copy.png").write_bytes(picture((200, 30, 30), 40, 30))
    header = "Handle,Title,SKU,Price,When sold out,Images,Variant image,External ids"
    file = written(
        tmp_path, header,
        "stool,Stool,S,9.00,deny,stool.png > Oak; gone.png,stool.png,",
        "chair,Chair,C,9.00,deny,copy.png,,",
    )  # fmt: skip

    first, second = bring(shop, file, images=pictures), bring(shop, file, images=pictures)

    assert (counted(first), counted(second)) == ([2, 0, 0, 0, 0], [0, 0, 2, 0, 0])
    with shop.database.reading() as session:
        images = session.scalars(select(ProductImage).order_by(col(ProductImage.id))).all()
        assert [(image.alt, image.file_id) for image in images] == [("Oak", 1), ("", 1)]
        shown = session.scalar(select(col(Variant.image_id)).where(col(Variant.sku) == "S"))
        assert shown == images[0].id
        lost = session.scalars(
            select(ImageSource).where(col(ImageSource.state) == PictureState.failed)
        ).one()
        assert (lost.source, lost.problem) == ("gone.png", "There is no picture called gone.png.")


def test_a_bomb_in_a_zip_is_not_unpacked(shop: OpenShop, tmp_path: Path) -> None:
    with ZipFile(tmp_path / "p.zip", "w", ZIP_DEFLATED) as archive:
        archive.writestr("stool.png", bytes(60_000_000))
    header = "Handle,Title,SKU,Price,When sold out,Images,External ids"
    file = written(tmp_path, header, "stool,Stool,S,9.00,deny,stool.png,")

    done = bring(shop, file, images=tmp_path / "p.zip")

    assert counted(done) == [1, 0, 0, 0, 0]
    with shop.database.reading() as session:
        lost = session.scalars(select(ImageSource)).one()
        assert lost.problem == "stool.png is larger than a picture may be."


def test_a_sale_holds_within_its_window_only(shop: OpenShop, tmp_path: Path) -> None:
    header = "Handle,Title,SKU,Price,Compare-at price,When sold out,Sale starts,Sale ends"
    file = written(tmp_path, header, "jug,Jug,J,8.00,10.00,deny,2026-05-01,2026-05-31")

    def price(day: int, month: int) -> tuple[int, int | None]:
        with clock.frozen(datetime(2026, month, day, tzinfo=UTC)):
            bring(shop, file)
            assert counted(bring(shop, file)) == [0, 0, 1, 0, 0]
            export_file(shop.database, tmp_path / "out.csv")
            assert counted(bring(shop, tmp_path / "out.csv")) == [0, 0, 1, 0, 0]
        with shop.database.reading() as session:
            variant = session.scalars(select(Variant)).one()
            return variant.price_minor, variant.compare_at_minor

    assert price(1, 4) == (1000, None)
    assert price(10, 5) == (800, 1000)
    assert price(10, 6) == (1000, None)


def test_an_unknown_header_is_refused_with_a_proposal_that_can_be_given_back(
    shop: OpenShop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(tmp_path, "Artikelnummer;Bezeichnung;Preis", "A-1;Kanne;12,50")

    with pytest.raises(NotUnderstood, match="--mapping FILE"):
        bring(shop, file, guess=False)
    (tmp_path / "mapping.json").write_text(capsys.readouterr().out, encoding="utf-8")
    done = bring(shop, file, guess=False, mapping=tmp_path / "mapping.json")

    assert counted(done) == [1, 0, 0, 0, 0]
    assert counted(bring(shop, file, guess=False)) == [0, 0, 1, 0, 0]


def test_the_same_article_number_twice_fails_both_rows(shop: OpenShop, tmp_path: Path) -> None:
    file = written(tmp_path, HEADER, STOOL, JUG.replace("JUG-1", "STOOL-1"))

    assert counted(bring(shop, file)) == [0, 0, 0, 0, 2]


def test_an_article_number_of_another_product_is_refused(shop: OpenShop, tmp_path: Path) -> None:
    bring(shop, written(tmp_path, HEADER, STOOL, JUG))

    done = bring(shop, written(tmp_path, HEADER, JUG.replace("JUG-1", "STOOL-1")))

    assert counted(done) == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("cell", "counts"),
    [
        ("x" * 1_000_000, [1, 0, 0, 0, 1]),
        ("'=1+1", [2, 0, 0, 0, 0]),
        ("a\0b", [1, 0, 0, 0, 1]),
        ("<script>alert(1)</script>", [2, 0, 0, 0, 0]),
    ],
    ids=["a million letters", "a formula", "a NUL", "a script"],
)
def test_odd_cells_are_refused_or_harmless(
    shop: OpenShop, tmp_path: Path, cell: str, counts: list[int]
) -> None:
    file = written(tmp_path, f"{HEADER},Description", f"{STOOL},plain", f"{JUG},{cell}")

    assert counted(bring(shop, file)) == counts
    with shop.database.reading() as session:
        assert not [b for b in session.scalars(select(col(Product.body))) if "<script" in b]


def test_ragged_rows_are_counted_each(shop: OpenShop, tmp_path: Path) -> None:
    file = written(tmp_path, HEADER, STOOL, f"{JUG},more,and,more", "bowl,Bowl", ",,,,")

    done = bring(shop, file)

    assert done.counts["rows"] == 4
    assert counted(done) == [2, 0, 0, 1, 1]


@pytest.mark.parametrize("data", [b"", bytes(range(1, 256)) * 50, b"," * 500_000])
def test_what_is_no_table_is_refused(shop: OpenShop, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.csv").write_bytes(data)

    with pytest.raises(Unreadable):
        bring(shop, tmp_path / "x.csv")

    with shop.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(CatalogueImport)) == 0


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")
@pytest.mark.parametrize("name", SMALL)
def test_a_real_catalogue_comes_in_and_goes_out_the_same(
    new_shop: NewShop, tmp_path: Path, name: str
) -> None:
    shop = new_shop()
    planned = bring(shop, SHARED / name, dry_run=True)
    first = bring(shop, SHARED / name)
    second = bring(shop, SHARED / name)

    assert planned.counts == first.counts
    assert counted(second)[:2] == [0, 0]
    for dialect in DIALECTS:
        out, again = tmp_path / f"{dialect}.csv", tmp_path / f"{dialect}-again.csv"
        other = new_shop()
        rows = export_file(shop.database, out, dialect=dialect)

        assert counted(bring(shop, out)) == [0, 0, rows, 0, 0]
        assert counted(bring(other, out)) == [rows, 0, 0, 0, 0]
        export_file(other.database, again, dialect=dialect)
        assert again.read_bytes() == out.read_bytes()


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/data is absent")
@pytest.mark.parametrize("name", LARGE)
def test_the_beginning_of_a_large_catalogue_comes_in(
    shop: OpenShop, tmp_path: Path, name: str
) -> None:
    with (SHARED / name).open("rb") as whole:
        lines = [line for line, _ in zip(whole, range(301), strict=False)]
    (tmp_path / "begin.csv").write_bytes(b"".join(lines))

    first, second = bring(shop, tmp_path / "begin.csv"), bring(shop, tmp_path / "begin.csv")

    assert counted(first)[0] >= 270
    assert counted(second)[:2] == [0, 0]
