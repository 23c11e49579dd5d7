"""The tests' own browser: it does what a person can do, and fails where a person would."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.responses import HTMLResponse, RedirectResponse, Response

PAGE = """<!doctype html><title>Form</title>
<a href="/other" aria-label="To the other page">-></a> <a href="/other">Words</a>
<a href="https://elsewhere.example/">Away</a>
<form id="f" method="post" action="/echo" enctype="{enctype}" hx-post="/swapped" hx-target="#out">
<input type="hidden" name="secret" value="42"><input name="plain" value="as it was">
<input name="off" value="never" disabled>
<input type="checkbox" name="one" value="yes" checked><input type="checkbox" name="two">
<input type="radio" name="size" value="s" checked><input type="radio" name="size" value="m">
<select name="colour"><option>red</option><option value="b" selected>blue</option></select>
<select name="many" multiple><option selected>1</option><option selected>2</option>
<option>3</option></select>
<textarea name="about">
first
second</textarea>
<input type="file" name="file">
<button name="act" value="save">Save</button>
<button name="act" value="drop" formaction="/dropped">Drop</button></form>
<input name="outside" form="f" value="too">
<form id="search" action="/echo?gone=1"><input name="q"></form>"""


@pytest.fixture
def paged(site):
    site.enctype = "application/x-www-form-urlencoded"

    @site.app.get("/form")
    def form() -> Response:
        return HTMLResponse(PAGE.replace("{enctype}", site.enctype))

    @site.app.get("/other")
    def other() -> Response:
        return HTMLResponse("<title>Other</title><p>one</p><p>two</p>")

    @site.app.get("/moved")
    def moved() -> Response:
        response = RedirectResponse("/other?from=moved", 303)
        response.set_cookie("seen", "yes")
        return response

    async def echo(request: Request) -> Any:
        async with request.form() as form:
            sent = form if request.method == "POST" else request.query_params
            pairs = [[name, await written(value)] for name, value in sent.multi_items()]
        return {
            "path": request.url.path,
            "pairs": sorted(pairs),
            "site": request.headers.get("sec-fetch-site"),
            "htmx": request.headers.get("hx-request"),
            "target": request.headers.get("hx-target"),
            "cookies": request.cookies,
        }

    async def written(value: str | UploadFile) -> str:
        if isinstance(value, str):
            return value
        return f"{value.filename}:{(await value.read()).decode()}"

    for path in ("/echo", "/dropped", "/swapped"):
        site.app.add_api_route(path, echo, methods=["GET", "POST"])
    return site


HELD = [
    ["about", "first\nsecond"],
    ["act", "save"],
    ["colour", "b"],
    ["file", ""],
    ["many", "1"],
    ["many", "2"],
    ["one", "yes"],
    ["outside", "too"],
    ["plain", "as it was"],
    ["secret", "42"],
    ["size", "s"],
]


def test_a_form_is_sent_with_what_it_holds(paged, opened):
    told = opened().get("/form").submit("#f").json()

    assert told["path"] == "/echo"
    assert told["pairs"] == HELD
    assert told["site"] == "same-origin"
    assert told["htmx"] is None


def test_a_form_is_filled_like_a_person_fills_it(paged, opened):
    page = opened().get("/form")

    told = page.submit(
        "#f", plain="new", one=False, two=True, size="m", colour="red", many=["3"], button="Drop"
    ).json()

    assert told["path"] == "/dropped"
    assert told["pairs"] == [
        ["about", "first\nsecond"],
        ["act", "drop"],
        ["colour", "red"],
        ["file", ""],
        ["many", "3"],
        ["outside", "too"],
        ["plain", "new"],
        ["secret", "42"],
        ["size", "m"],
        ["two", "on"],
    ]


def test_htmx_sends_the_form_where_htmx_would(paged, opened):
    told = opened().get("/form").submit("#f", htmx=True).json()

    assert (told["path"], told["htmx"], told["target"]) == ("/swapped", "true", "div#out")


def test_a_get_form_becomes_a_query_and_replaces_the_one_there(paged, opened):
    page = opened().get("/form").submit("#search", q="oak & ash")

    assert page.url == "/echo?q=oak+%26+ash"
    assert page.json()["pairs"] == [["q", "oak & ash"]]


def test_files_need_a_form_that_sends_files(paged, opened, tmp_path: Path):
    picture = tmp_path / "a.txt"
    picture.write_text("content")
    browser = opened()

    with pytest.raises(AssertionError, match="enctype"):
        browser.get("/form").submit("#f", file=picture)
    paged.enctype = "multipart/form-data"
    told = browser.get("/form").submit("#f", file=picture).json()
    without = browser.get("/form").submit("#f").json()

    with_file = [["file", "a.txt:content"] if pair[0] == "file" else pair for pair in HELD]
    assert told["pairs"] == with_file
    assert without["pairs"] == HELD


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"plan": "x"}, r"no \['plan'\]"),
        ({"off": "x"}, r"no \['off'\]"),
        ({"size": "xl"}, r"\['xl'\] is not offered"),
        ({"colour": "green"}, r"\['green'\] is not offered"),
        ({"button": "Delete"}, "0 buttons 'Delete'"),
    ],
)
def test_what_is_not_on_the_page_cannot_be_filled(paged, opened, fields, complaint):
    page = opened().get("/form")

    with pytest.raises(AssertionError, match=complaint):
        page.submit("#f", **fields)


def test_links_are_followed_by_their_name(paged, opened):
    page = opened().get("/form")

    assert page.click("To the other page").url == "/other"
    assert page.click("Words").url == "/other"
    assert page.click("Drop").json()["path"] == "/dropped"
    with pytest.raises(AssertionError, match="0 links"):
        page.click("Nothing")
    with pytest.raises(AssertionError, match="away"):
        page.click("Away")


def test_redirects_are_followed_and_cookies_kept(paged, opened):
    browser = opened()

    page = browser.get("/moved")

    assert (page.url, page.path, page.status) == ("/other?from=moved", "/other", 200)
    assert browser.get("/echo").json()["cookies"] == {"seen": "yes"}
    with browser.somebody_else() as other:
        assert other.get("/echo").json()["cookies"] == {}


def test_one_means_one(paged, opened):
    page = opened().get("/other")

    assert page.texts("p") == ["one", "two"]
    with pytest.raises(AssertionError, match="2 elements"):
        page.one("p")
    with pytest.raises(AssertionError, match="0 elements"):
        page.text("h1")
