"""An import that was interrupted goes on where it stood; pictures come by themselves afterwards."""

import http.server
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, func, select

from tests.exchange.test_importing import HEADER, bring, written
from tests.factories.shop import picture
from webapp.catalogue.models import Product, ProductImage
from webapp.exchange import commands, queries
from webapp.exchange.jobs import run_import
from webapp.exchange.models import CatalogueImport, ImageSource, ImportState, PictureState
from webapp.exchange.running import bring_in
from webapp.kit.actors import SYSTEM
from webapp.main import OpenShop


class Interrupted(BaseException):
    pass


class Failing:
    """A run whose process dies when it wants to write for the ``dies_at``-th time."""

    def __init__(self, shop: OpenShop, cursor: Mapping[str, Any], dies_at: int) -> None:
        self.shop, self.cursor, self.left = shop, dict(cursor), dies_at

    @contextmanager
    def reading(self) -> Iterator[Session]:
        with self.shop.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        kept = dict(self.cursor)
        try:
            with self.shop.database.writing() as session:
                yield session
                self.left -= 1
                if self.left == 0:
                    raise Interrupted
        except Interrupted:
            self.cursor = kept
            raise

    def progress(self, current: int, total: int = 0, note: str = "") -> None:
        pass

    def checkpoint(self, cursor: Mapping[str, Any]) -> None:
        self.cursor = dict(cursor)


def begun(shop: OpenShop, file: Path) -> CatalogueImport:
    layout = commands.inspected(file)
    key = commands.keep_file(shop.means.storage, file.read_bytes())
    with shop.database.writing() as session:
        one = commands.begin(
            session,
            SYSTEM,
            file_name=file.name,
            storage_key=key,
            layout=layout,
            choices=commands.choices_of(session),
        )
        commands.mark_running(session, SYSTEM, one)
    return one


@pytest.mark.parametrize("dies_at", [2, 3, 4])
def test_an_interrupted_import_goes_on_without_doing_anything_twice(
    shop: OpenShop, tmp_path: Path, dies_at: int
) -> None:
    rows = [f"p-{n},Product {n},active,SKU-{n},{n}.00,,3,,," for n in range(1, 701)]
    one = begun(shop, written(tmp_path, HEADER, *rows))
    file = commands.open_import(one, shop.means.storage)
    first = Failing(shop, {}, dies_at)
    with pytest.raises(Interrupted):
        bring_in(first, file, commands.journey_of(one, file, site="", dry=False))

    second = Failing(shop, first.cursor, 1000)
    tally = bring_in(second, file, commands.journey_of(one, file, site="", dry=False))

    assert tally.as_dict() == {
        "rows": 700, "created": 700, "changed": 0, "unchanged": 0, "skipped": 0, "failed": 0
    }  # fmt: skip
    with shop.database.reading() as session:
        assert session.exec(select(func.count()).select_from(Product)).one() == 700


def test_a_cancelled_import_stops_and_keeps_what_it_did(shop: OpenShop, tmp_path: Path) -> None:
    one = begun(shop, written(tmp_path, HEADER, "p,Product,active,S,1.00,,3,,,"))
    with shop.database.writing() as session:
        run_import.later(session, import_id=one.public_id)
        commands.cancel(session, SYSTEM, queries.import_by_id(session, one.public_id))

    shop.runner.run_due(raising=True)

    with shop.database.reading() as session:
        assert queries.import_by_id(session, one.public_id).state is ImportState.cancelled
        assert session.exec(select(func.count()).select_from(Product)).one() == 0


@pytest.fixture
def gallery() -> Iterator[Callable[[], list[str]]]:
    """A web server with one picture; gives the paths it was asked for, its address first."""
    asked: list[str] = []
    data = picture((10, 120, 90), 40, 30)

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            found = self.path.startswith("/jug")
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(data) if found else 0))
            self.end_headers()
            if found:
                self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        asked.append(f"http://127.0.0.1:{server.server_address[1]}")
        yield lambda: asked
        server.shutdown()
        thread.join()


def test_pictures_are_fetched_once_for_each_address(
    shop: OpenShop, tmp_path: Path, gallery: Callable[[], list[str]]
) -> None:
    (site,) = gallery()
    file = written(
        tmp_path,
        "Handle,Title,SKU,Price,When sold out,External ids,Images",
        f"jug,Jug,J,9.00,deny,,{site}/jug.png > A jug; {site}/gone.png",
        f"cup,Cup,C,4.00,deny,,{site}/jug.png",
    )

    bring(shop, file)
    shop.runner.run_due(raising=True)

    assert sorted(gallery()[1:]) == ["/gone.png", "/jug.png"]
    with shop.database.reading() as session:
        alts = session.exec(select(ProductImage.alt).order_by(col(ProductImage.id))).all()
        assert alts == ["A jug", ""]
        states = session.exec(select(ImageSource.state).order_by(col(ImageSource.id))).all()
        assert states == [PictureState.here, PictureState.failed, PictureState.here]
        one = session.exec(select(CatalogueImport)).one()
        (row, _) = queries.rows_of(session, one).items
        assert any("status 404" in message["text"] for message in row.messages)

    again = bring(shop, file)

    assert again.line == "rows 2, created 0, changed 0, unchanged 2, skipped 0, failed 0"
