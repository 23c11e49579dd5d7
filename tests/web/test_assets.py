"""Static files: names with the content's hash, kept for good; nothing outside the folder."""

import pytest

from webapp.web.assets import Assets

CSS = (
    "@import 'more.css';\n@font-face { src: url(../fonts/a.woff2?x#y) }\n"
    + "a { color: red }\n" * 60
)


@pytest.fixture
def filed(site):
    site.static("css/base.css", CSS)
    site.static("css/more.css", "b { background: url( '../img/dot.svg' ) }")
    site.static("fonts/a.woff2", b"wOF2 font")
    site.static("fonts/b.woff2", b"wOF2 font of another kind")
    site.static("img/dot.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    site.static("js/app.js", "console.log(1)")
    (site.folder / "secret.txt").write_text("secret")
    site.static(".hidden", "hidden")
    return site


def test_a_hashed_name_may_be_kept_for_good_and_the_plain_one_is_asked_for_again(filed, opened):
    browser = opened()
    url = filed.app.state.assets.url("js/app.js")

    hashed, plain = browser.send("GET", url), browser.send("GET", "/static/js/app.js")
    older = browser.send("GET", "/static/js/app.0123456789.js")
    known = {"If-None-Match": hashed.headers["etag"]}
    same = browser.send("GET", url, headers=known)

    assert url.startswith("/static/js/app.")
    assert hashed.text == plain.text == older.text == "console.log(1)"
    assert hashed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert older.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert hashed.headers["content-type"] == "text/javascript; charset=utf-8"
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["cache-control"] == hashed.headers["cache-control"]


def test_references_in_a_style_sheet_lead_to_hashed_files(filed, opened):
    browser = opened()
    assets = filed.app.state.assets

    css = browser.send("GET", assets.url("css/base.css")).text
    more = browser.send("GET", assets.url("css/more.css")).text

    font = assets.url("fonts/a.woff2").rpartition("/")[2]
    sheet = assets.url("css/more.css").rpartition("/")[2]
    dot = assets.url("img/dot.svg").rpartition("/")[2]
    assert f"url(../fonts/{font}?x#y)" in css
    assert f"@import '{sheet}'" in css
    assert f"url( '../img/{dot}' )" in more


def test_several_files_are_asked_for_as_one_and_kept_for_good(filed, opened, tmp_path):
    browser, assets = opened(), filed.app.state.assets
    url = assets.url("css/more+base.css")

    both = browser.send("GET", url)
    apart = [browser.send("GET", assets.url(f"css/{name}.css")).text for name in ("more", "base")]

    assert both.text == "\n".join(apart)
    assert both.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert both.headers["content-type"] == "text/css; charset=utf-8"
    assert both.headers["content-encoding"] == "gzip"


@pytest.mark.parametrize(
    "name",
    [
        "css/base+absent.css",
        "css/base+base.css",
        "css/base+.css",
        "css/+.css",
        "css/base+../js/app.css",
        "fonts/a+a.woff2",
        "fonts/a+b.woff2",
        "css/" + "+".join(f"x{n}" for n in range(40)) + ".css",
    ],
)
def test_what_cannot_be_one_file_is_not_there(filed, opened, name):
    assert opened().send("GET", f"/static/{name}").status_code == 404


def test_what_visitors_put_together_is_not_kept(filed, opened):
    browser, assets = opened(), filed.app.state.assets

    answers = [
        browser.send("GET", f"/static/css/{name}.css") for name in ("more+base", "base+more")
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert not [name for name in assets._files if "+" in name]


def test_a_style_sheet_changes_its_name_with_what_it_shows(tmp_path):
    def name_with(font: bytes) -> str:
        (tmp_path / "a.woff2").write_bytes(font)
        (tmp_path / "b.css").write_text("x { src: url(a.woff2) }")
        return Assets(tmp_path).url("b.css")

    assert name_with(b"one") == name_with(b"one") != name_with(b"two")


def test_sheets_that_import_each_other_and_references_to_nothing_are_left(tmp_path):
    (tmp_path / "a.css").write_text("@import 'b.css'; x { y: url(none.png) url(data:x) url(/z) }")
    (tmp_path / "b.css").write_text("@import 'a.css'; x { y: url(../../etc/passwd) url(#id) }")

    assert Assets(tmp_path).url("a.css").startswith("/static/a.")


def test_large_texts_are_kept_compressed(filed, opened):
    browser = opened()
    url = filed.app.state.assets.url("css/base.css")

    packed = browser.send("GET", url, headers={"Accept-Encoding": "gzip"})
    bare = browser.send("GET", url, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(bare.content) / 3
    assert "content-encoding" not in bare.headers
    assert packed.text == bare.text
    assert packed.headers["vary"] == bare.headers["vary"] == "Accept-Encoding"


def test_other_files_are_sent_with_their_type_and_in_ranges(filed, opened):
    browser = opened()
    url = filed.app.state.assets.url("fonts/a.woff2")

    whole = browser.send("GET", url)
    part = browser.send("GET", url, headers={"Range": "bytes=0-3"})
    head = browser.send("HEAD", url)

    assert (whole.content, whole.headers["content-type"]) == (b"wOF2 font", "font/woff2")
    assert (part.status_code, part.content) == (206, b"wOF2")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", "9")


@pytest.mark.parametrize(
    "path",
    [
        "../secret.txt",
        "%2e%2e/secret.txt",
        "css/../../secret.txt",
        "css/..%2f..%2fsecret.txt",
        "..%5csecret.txt",
        "/etc/passwd",
        "%2fetc/passwd",
        "link.txt",
        ".hidden",
        "css/.base.css",
        "css",
        "",
        "a%00b",
        "none.js",
        "none.0123456789.js",
        "x" * 3000,
    ],
)
def test_nothing_else_is_served(filed, opened, path):
    (filed.folder / "static" / "link.txt").symlink_to(filed.folder / "secret.txt")

    page = opened().get(f"/static/{path}")

    assert page.status == 404
    assert "secret" not in page.html


def test_static_files_are_only_read(filed, opened):
    page = opened().post("/static/js/app.js")

    assert page.status == 405
    assert page.headers["allow"] == "GET, HEAD"


def test_a_file_that_is_not_there_is_an_error_when_the_page_is_made(tmp_path):
    with pytest.raises(LookupError, match=r"no static file 'css/base\.css'"):
        Assets(tmp_path).url("css/base.css")


def test_only_in_debug_a_changed_file_is_noticed(tmp_path):
    path = tmp_path / "a.js"
    path.write_text("one")
    watching, trusting = Assets(tmp_path, debug=True), Assets(tmp_path)
    before = watching.url("a.js"), trusting.url("a.js")

    path.write_text("three")

    assert before[0] == before[1] == trusting.url("a.js") != watching.url("a.js")


def test_an_icon_is_drawn_where_it_stands(tmp_path):
    (tmp_path / "icons.svg").write_text(
        '<svg><symbol id="dot" viewBox="0 0 24 24"><circle r="4"/></symbol>\n'
        '<symbol id="line" viewBox="0 0 24 24"><path d="M1 1h9"/>\n</symbol></svg>'
    )
    assets = Assets(tmp_path, debug=True)

    assert f"{assets.drawing('dot')}" == '<circle r="4"/>'
    assert "M1 1h9" in assets.drawing("line")
    with pytest.raises(LookupError, match="square"):
        assets.drawing("square")
    (tmp_path / "icons.svg").write_text('<svg><symbol id="square"><path d="M1 1h1v1z"/></symbol>')
    assert "h1v1" in assets.drawing("square")
