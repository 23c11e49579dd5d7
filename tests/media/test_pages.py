"""The addresses of pictures: bytes, caching, and what is not there."""

import io

import pytest
from PIL import Image
from sqlmodel import select

from tests.media.pictures import UPRIGHT, bytes_of, corners, picture
from webapp.kit.actors import SYSTEM
from webapp.media import pages
from webapp.media.commands import prepare, store_image
from webapp.media.models import MediaFile, Rendition
from webapp.runtime.shelf import Shelf

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def stool(app, database):
    """A picture of 400 x 300 whose job has not run yet."""
    prepared = prepare(bytes_of(picture(400, 300), "JPEG", quality=95), app.state.storage)
    with database.writing() as session:
        return store_image(session, SYSTEM, prepared)


def test_a_width_is_made_on_demand_kept_and_cached_for_ever(
    app, browser, database, stool, run_jobs
):
    answer = browser.send("GET", f"/media/{stool.sha256}/320.webp")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == FOR_EVER
    image = Image.open(io.BytesIO(answer.content))
    assert (image.format, image.size) == ("WEBP", (320, 240))
    assert corners(answer.content) == UPRIGHT
    with database.reading() as session:
        assert [row.width for row in session.exec(select(Rendition))] == [320]
    assert run_jobs() == 1
    assert browser.send("GET", f"/media/{stool.sha256}/320.webp").content == answer.content


def test_a_browser_that_has_it_is_not_sent_it_again(browser, stool):
    for path in (f"/media/{stool.sha256}/160.webp", f"/media/{stool.sha256}/original.jpg"):
        tag = browser.send("GET", path).headers["etag"]
        again = browser.send("GET", path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        changed = browser.send("GET", path, headers={"If-None-Match": '"other"'})
        assert changed.status_code == 200


def test_the_original_is_served_as_it_is_kept(app, browser, stool):
    answer = browser.send("GET", f"/media/{stool.sha256}/original.jpg")

    with app.state.storage.open(stool.storage_key) as kept:
        assert answer.content == kept.read()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == FOR_EVER


def test_a_head_says_the_same_without_the_body(browser, stool):
    answer = browser.send("HEAD", f"/media/{stool.sha256}/160.webp")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"] == "image/webp"


@pytest.mark.parametrize(
    "tail",
    ["0.webp", "1.webp", "161.webp", "640.webp", "1280.webp", "99999999999999999999.webp",
     "-160.webp", "160.jpg", "160.webp.exe", "original.png", "original.webp", "original.",
     "..%2f..%2fshop.db", "original.jpg%00"],
)  # fmt: skip
def test_other_widths_and_kinds_are_not_there(browser, database, stool, tail):
    assert browser.send("GET", f"/media/{stool.sha256}/{tail}").status_code == 404

    with database.reading() as session:
        assert session.exec(select(Rendition)).all() == []


@pytest.mark.parametrize("name", ["0" * 64, "x", "..", "%2e%2e", "A" * 64, "0" * 63 + "'"])
def test_unknown_pictures_are_not_there(browser, stool, name):
    assert browser.send("GET", f"/media/{name}/160.webp").status_code == 404
    assert browser.send("GET", f"/media/{name}/original.jpg").status_code == 404


def test_a_picture_is_asked_of_the_database_once_a_minute(
    app, browser, database, stool, statements
):
    now = 0.0
    app.state.shelf = Shelf(kept_s=60, clock=lambda: now)
    path = f"/media/{stool.sha256}/320.webp"
    first = browser.send("GET", path)

    with statements.counted() as asked:
        again = browser.send("GET", path)
        known = browser.send("GET", path, headers={"If-None-Match": first.headers["etag"]})
    assert not asked
    assert (again.status_code, again.content) == (200, first.content)
    assert dict(again.headers) | {"x-request-id": ""} == dict(first.headers) | {"x-request-id": ""}
    assert (known.status_code, known.content) == (304, b"")

    with database.writing() as session:
        session.get(MediaFile, stool.id).is_private = True
    assert browser.send("GET", path).status_code == 200
    now = 60.0
    assert browser.send("GET", path).status_code == 404


def test_a_private_picture_has_no_public_address(browser, database, stool):
    with database.writing() as session:
        session.get(MediaFile, stool.id).is_private = True

    for path in (f"/media/{stool.sha256}/160.webp", f"/media/{stool.sha256}/original.jpg"):
        assert browser.send("GET", path).status_code == 404


def test_a_picture_whose_file_is_lost_is_not_there(app, browser, stool):
    app.state.storage.delete(stool.storage_key)

    assert browser.send("GET", f"/media/{stool.sha256}/160.webp").status_code == 404
    assert browser.send("GET", f"/media/{stool.sha256}/original.jpg").status_code == 404


def test_when_too_many_are_being_made_the_original_comes_and_is_not_cached(
    browser, database, stool
):
    for _ in range(2):
        pages._renderers.acquire()
    try:
        answer = browser.send("GET", f"/media/{stool.sha256}/160.webp")
    finally:
        for _ in range(2):
            pages._renderers.release()

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert answer.headers["cache-control"] == "no-store"
    assert corners(answer.content) == UPRIGHT
    with database.reading() as session:
        assert session.exec(select(Rendition)).all() == []
