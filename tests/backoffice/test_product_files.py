"""The files of a product: uploaded, arranged, hostile ones kept harmless."""

import pytest
from sqlmodel import select

from tests.factories.downloads import PDF, make_download, make_file
from tests.factories.orders import make_paid_order
from webapp.downloads.models import DigitalAsset, Entitlement
from webapp.downloads.queries import of_order
from webapp.kit.errors import Unavailable
from webapp.runtime.storage import DiskStorage

HOSTILE = [
    ("../../etc/passwd", PDF, "passwd", "application/pdf"),
    ("..\\..\\evil.pdf", PDF, "evil.pdf", "application/pdf"),
    ("a<b>|c?.html", b"<script>alert(1)</script>", "a-b-c-.html", None),
    ("page.pdf", b"<!doctype html><script>alert(1)</script>", "page.pdf", None),
    (
        "drawing.png",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        "drawing.png",
        None,
    ),
    ("notes.txt", b"a text " * 200, "notes.txt", None),
    (".htaccess", b"Options +ExecCGI", "htaccess", None),
    ("Zwölf Abende; a=b.zip", b"PK\x03\x04....", "Zwölf Abende; a=b.zip", "application/zip"),
]


def stored(db) -> list[DigitalAsset]:
    db.rollback()
    db.expire_all()
    return list(db.exec(select(DigitalAsset).order_by(DigitalAsset.position)).all())


def files_page(office, goods):
    return office.get(f"/admin/products/{goods.product}/files")


@pytest.mark.parametrize(("name", "content", "kept", "kind"), HOSTILE)
def test_whatever_comes_in_goes_out_as_a_file_that_does_nothing(
    office, db, app, name, content, kept, kind
):
    suppers = make_download(db)

    page = files_page(office, suppers).submit("#files-form", uploads=[(name, content)])

    (one,) = stored(db)
    assert one.file_name == kept
    assert one.content_type == (kind or "application/octet-stream")
    assert one.storage_key.startswith("downloads/")
    sent = office.send("GET", page.one("a[download]").attributes["href"])
    assert sent.content == content
    assert sent.headers["content-type"] == one.content_type
    assert sent.headers["content-disposition"].startswith("attachment;")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in sent.headers
    assert "content-encoding" not in sent.headers


def test_files_are_arranged_renamed_and_taken_away(office, db):
    suppers = make_download(db)
    editor = office.get(f"/admin/products/{suppers.product}")
    page = editor.click("Files").submit(
        "#files-form", uploads=[("for_screens.pdf", PDF), ("for-printing.pdf", PDF)]
    )
    assert page.texts("li strong") == ["For screens", "For printing"]
    assert "The files are added." in page.text("#notices")

    page = page.click("Move For printing Earlier")
    assert page.texts("li strong") == ["For printing", "For screens"]
    first = stored(db)[0]
    address = f"/admin/products/{suppers.product}/files/{first.public_id}"
    refused = page.submit(f"form[action='{address}/name']", name=" ")
    assert (refused.status, refused.text(".field__error")) == (422, "Give it a name.")
    page = page.submit(f"form[action='{address}/name']", name="A5, for printing")
    assert page.texts("li strong") == ["A5, for printing", "For screens"]

    db.rollback()
    make_paid_order(db, suppers)
    page = page.click("Remove For screens")
    assert page.texts("li strong + .pill") == ["Sold no more"]
    assert "whoever bought it keeps it" in page.text("#notices")


@pytest.mark.parametrize(
    ("uploads", "says"),
    [
        ([], "Choose a file."),
        ([("empty.pdf", b"")], "This file is empty."),
        ([(f"{number}.pdf", PDF) for number in range(51)], "A product has at most 50 files."),
    ],
)
def test_what_cannot_be_taken_is_said_and_leaves_nothing(office, db, app, uploads, says):
    suppers = make_download(db)

    page = files_page(office, suppers).submit("#files-form", uploads=uploads)

    assert page.status == 422
    assert says in page.text("#files-form")
    assert stored(db) == []
    assert list(app.state.storage.keys("downloads")) == []


def test_a_disk_that_is_full_before_the_second_file_keeps_nothing_of_the_first(office, db, app):
    suppers = make_download(db)
    app.state.storage = Narrow(app.state.storage.root)

    page = files_page(office, suppers).submit(
        "#files-form", uploads=[("one.pdf", PDF), ("two.pdf", PDF)]
    )

    assert (page.status, app.state.storage.puts) == (503, 2)
    assert "Is the disk full" in page.text("main")
    assert stored(db) == []
    assert list(app.state.storage.keys("downloads")) == []


class Narrow(DiskStorage):
    """A disk with room for one file."""

    puts = 0

    def put(self, source, key):
        self.puts += 1
        if self.puts > 1:
            raise Unavailable("The file could not be stored. Is the disk full?")
        return super().put(source, key)


def test_what_is_too_large_is_refused_unread(office, db, app):
    suppers = make_download(db)
    app.state.settings.max_upload_bytes = 2_000

    page = files_page(office, suppers).submit("#files-form", uploads=[("large.pdf", b"x" * 5_000)])

    assert page.status == 413
    assert stored(db) == []


def test_orders_that_paid_before_are_seen_and_get_the_files(office, db, app):
    suppers = make_download(db)
    order = make_paid_order(db, suppers)
    seen = office.get(f"/admin/orders/{order.public_id}")
    assert "No file yet" in seen.text("main")

    page = seen.click("Files of Twelve suppers").submit(
        "#files-form", uploads=[("suppers.pdf", PDF)]
    )
    assert "1 paid order waits for a file" in page.text("main")
    page = page.click("Give them the files")

    assert "1 order has the files now." in page.text("#notices")
    assert "waits for a file" not in page.text("main")
    db.rollback()
    assert len(db.exec(select(Entitlement)).all()) == 1
    after = office.get(f"/admin/orders/{order.public_id}").text("main")
    assert "No file yet" not in after
    assert "1 file given to the customer" in after


def test_a_later_file_goes_to_earlier_buyers_by_a_box_or_a_button(office, db, run_jobs):
    suppers = make_download(db)
    make_file(db, suppers, "First")
    assert files_page(office, suppers).all("#give") == []
    order = make_paid_order(db, suppers)

    page = files_page(office, suppers).submit("#files-form", uploads=[("second.pdf", PDF)])
    run_jobs()
    assert len(had(db, order)) == 1
    page = page.click("Give to 1 earlier buyer the file Second")
    run_jobs()
    assert had(db, order) == ["First", "Second"]
    assert "Earlier buyers get it now" in page.text("#notices")

    page = files_page(office, suppers)
    assert "earlier buyer" not in page.text("ul[aria-label='Files']")
    page.submit("#files-form", uploads=[("third.pdf", PDF)], give="on")
    run_jobs()
    assert had(db, order) == ["First", "Second", "Third"]


def had(db, order) -> list[str]:
    db.rollback()
    return [file.name for line in of_order(db, order.public_id) for file in line.files]


def test_who_may_look_but_not_change_sees_names_and_no_controls(as_role, db):
    suppers = make_download(db)
    asset = make_file(db, suppers, "For screens")
    viewer = as_role("viewer")
    address = f"/admin/products/{suppers.product}/files"

    page = viewer.get(address)

    assert "For screens" in page.text("main")
    assert page.all("main form") == []
    assert viewer.get(f"{address}/{asset.public_id}/file").status == 403


def test_the_files_of_a_product_that_is_deleted_go_with_it(office, db, app, run_jobs):
    suppers = make_download(db)
    make_file(db, suppers, storage=app.state.storage)

    office.get(f"/admin/products/{suppers.product}").click("Delete")
    run_jobs()

    assert stored(db) == []
    assert list(app.state.storage.keys("downloads")) == []
