"""Signed cookies and one-time notices."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi import Request
from itsdangerous import URLSafeSerializer
from starlette.responses import PlainTextResponse, Response

from webapp.kit import clock
from webapp.web import flashes
from webapp.web.sessions import Cookies, forget_cookie, read_cookie, set_cookie
from webapp.web.views import after_post, redirect, view

SECRET = "a secret for tests, long enough"


@pytest.fixture
def signing(site):
    @site.app.post("/set")
    def set_(request: Request) -> Response:
        response = PlainTextResponse("set")
        set_cookie(request, response, "cart", {"id": 7}, 3600)
        return response

    @site.app.post("/forget")
    def forget(request: Request) -> Response:
        response = PlainTextResponse("forgotten")
        forget_cookie(request, response, "cart")
        return response

    @site.app.get("/read")
    def read(request: Request) -> Any:
        return {"cart": read_cookie(request, "cart")}

    return site


def test_a_signed_value_comes_back_and_can_be_forgotten(signing, opened):
    browser = opened()

    browser.post("/set")
    kept = browser.get("/read").json()
    browser.post("/forget")
    gone = browser.get("/read").json()

    assert (kept, gone) == ({"cart": {"id": 7}}, {"cart": None})


def test_the_cookie_is_locked_down_and_on_https_bound_to_the_host(signing, opened):
    on_http = opened().send("POST", "/set").headers["set-cookie"].lower()

    assert on_http.startswith("cart=")
    assert "httponly" in on_http
    assert "samesite=lax" in on_http
    assert "path=/" in on_http
    assert "max-age=3600" in on_http
    assert "secure" not in on_http


@pytest.mark.parametrize(
    ("origin", "name"),
    [("http://localhost", "carries"), ("https://localhost", "__Host-carries")],
)
def test_scripts_see_that_a_browser_carries_something_and_not_what(signing, opened, origin, name):
    browser = opened(origin=origin)

    first, second = browser.send("POST", "/set"), browser.send("POST", "/set")

    told = [one for one in first.headers.get_list("set-cookie") if one.startswith(name)]
    assert [one.partition(";")[0] for one in told] == [f"{name}=1"]
    assert "httponly" not in told[0].lower()
    assert len(second.headers.get_list("set-cookie")) == 1


def test_on_https_the_cookie_is_secure_and_bound_to_the_host(signing, opened):
    browser = opened(origin="https://localhost")

    on_https = browser.send("POST", "/set").headers["set-cookie"]

    assert on_https.startswith("__Host-cart=")
    assert "Secure" in on_https
    assert "domain" not in on_https.lower()
    assert browser.get("/read").json() == {"cart": {"id": 7}}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "WzEsMl0.x",
        "a" * 5000,
        Cookies("another secret, also long enough").signed("cart", {"id": 7}, 3600),
        Cookies(SECRET).signed("session", {"id": 7}, 3600),
        URLSafeSerializer(SECRET, salt="cookie.cart").dumps("not a pair"),
        URLSafeSerializer(SECRET, salt="cookie.cart").dumps(["never", {"id": 7}]),
        Cookies(SECRET).signed("cart", {"id": 7}, 3600)[:-1],
    ],
    # Names of our own: signatures differ from run to run, and parallel runs compare names.
    ids=[
        "empty",
        "a letter",
        "no signature of ours",
        "very long",
        "another secret",
        "another cookie",
        "a word",
        "no date",
        "a letter short",
    ],
)
def test_a_forged_cookie_reads_as_nothing(signing, opened, text):
    assert opened().get("/read", headers={"Cookie": f"cart={text}"}).json() == {"cart": None}


def test_a_cookie_is_good_until_its_time_and_not_longer():
    cookies = Cookies(SECRET)
    text = cookies.signed("cart", 7, 3600)

    with clock.moved(timedelta(seconds=3590)):
        assert cookies.read("cart", text) == 7
    with clock.moved(timedelta(seconds=3601)):
        assert cookies.read("cart", text) is None


def test_a_value_that_no_browser_would_keep_is_our_mistake():
    with pytest.raises(ValueError, match="too large"):
        Cookies(SECRET).signed("cart", list(range(3000)), 60)
    with pytest.raises(ValueError, match="secret"):
        Cookies("")


# Notices

NOTICES = "{% for n in frame.notices %}<p class=notice>{{ n.text }}</p>{% endfor %}"


@pytest.fixture
def noticing(site):
    site.template("page.html", "<title>Page</title>" + NOTICES)
    site.template("other.html", "<title>Other</title>")
    site.template("part.html", "<b>whole</b>{% block part %}<i id=part>part</i>{% endblock %}")

    @site.app.get("/page")
    def page(request: Request) -> Response:
        return view(request, "page.html", public=True)

    @site.app.get("/other")
    def other(request: Request) -> Response:
        return view(request, "other.html", public=True)

    @site.app.post("/change")
    def change(request: Request, text: str = "Saved <b>.") -> Response:
        return after_post(request, go_to="/other", show="part.html#part", notice=text)

    @site.app.post("/leave")
    def leave(request: Request) -> Response:
        return redirect(request, "/page", notice="Left.")

    class Frame:
        def __init__(self, request: Request) -> None:
            self._request = request

        @property
        def notices(self) -> list[flashes.Notice]:
            return flashes.take(self._request)

    site.frame = Frame
    return site


def test_a_notice_is_said_once_on_the_next_page_that_shows_notices(noticing, opened):
    browser = opened(frame=noticing.frame)

    browser.post("/change?text=First.")
    browser.post("/change?text=Second.")
    shown = browser.get("/page")
    again = browser.get("/page")

    assert shown.texts(".notice") == ["First.", "Second."]
    assert again.texts(".notice") == []


def test_a_page_that_says_a_notice_is_not_public(noticing, opened):
    browser = opened(frame=noticing.frame)

    browser.send("POST", "/leave")
    personal, public = browser.get("/page"), browser.get("/page")

    assert personal.headers["cache-control"] == "private, no-store"
    assert "etag" not in personal.headers
    assert public.headers["cache-control"] == "public, max-age=0, must-revalidate"


def test_htmx_gets_the_notice_beside_the_part(noticing, opened):
    browser = opened(frame=noticing.frame)

    page = browser.post("/change", htmx=True)

    assert page.html == (
        '<i id=part>part</i><hx-partial hx-target="#notices" hx-swap="beforeend">'
        '<div class="notice">Saved &lt;b&gt;.</div></hx-partial>'
    )
    assert page.headers["content-length"] == str(len(page.html))


def test_htmx_is_led_away_by_header_and_the_notice_waits(noticing, opened):
    browser = opened(frame=noticing.frame)

    answer = browser.send("POST", "/leave", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/page")
    assert browser.get("/page").texts(".notice") == ["Left."]
