"""One route, two answers: the page for a visit, the block for a swap; and what may be kept."""

import pytest
from fastapi import Request
from jinja2 import UndefinedError
from starlette.responses import Response

from webapp.web.views import html_of, local_path, view

PAGE = """{% extends "layout.html" %}
{% block main %}<h1>{{ title }}</h1>
{% block lines -%}
<ul id="lines">{% block inner %}<li>{{ title }}</li>{% endblock %}</ul>
{%- endblock %}
{% endblock %}
{% block thanks %}<p id="thanks">Thanks, {{ title }}</p>{% endblock %}"""


@pytest.fixture
def paged(site):
    site.template("layout.html", "<title>Shop</title><main>{% block main %}{% endblock %}</main>")
    site.template("cart/cart.html", PAGE)
    site.title = "A & B"

    @site.app.get("/cart")
    def cart(request: Request) -> Response:
        return view(request, "cart/cart.html#lines", {"title": site.title})

    @site.app.get("/public")
    def public(request: Request) -> Response:
        return view(
            request, "cart/cart.html#lines", {"title": site.title}, public=True, vary=("HX-Target",)
        )

    @site.app.get("/refused")
    def refused(request: Request) -> Response:
        return view(request, "cart/cart.html", {"title": "x"}, status=422, public=True)

    return site


PART = '<ul id="lines"><li>A &amp; B</li></ul>'


@pytest.mark.parametrize(
    ("headers", "is_part"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "partial"}, True),
        ({"HX-Request": "true", "HX-Request-Type": "full"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_a_swap_gets_the_block_and_everybody_else_the_page(paged, opened, headers, is_part):
    answer = opened().send("GET", "/cart", headers=headers)

    assert answer.text.strip() == PART if is_part else "<title>Shop</title>" in answer.text
    assert ("<p id" in answer.text) is False
    assert answer.headers["vary"].startswith("HX-Request, HX-Request-Type, HX-Boosted")
    assert answer.headers["cache-control"] == "private, no-store"
    assert "etag" not in answer.headers


def test_a_public_page_is_asked_for_again_and_sent_only_when_it_changed(paged, opened):
    browser = opened()
    first = browser.send("GET", "/public")
    etag = {"If-None-Match": f'"other", {first.headers["etag"]}'}

    same = browser.send("GET", "/public", headers=etag)
    part = browser.send("GET", "/public", headers={**etag, "HX-Request": "true"})
    head = browser.send("HEAD", "/public", headers=etag)
    paged.title = "C"
    changed = browser.send("GET", "/public", headers=etag)

    assert first.headers["cache-control"] == "public, max-age=0, must-revalidate"
    assert first.headers["vary"] == "HX-Request, HX-Request-Type, HX-Boosted, HX-Target"
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert same.headers["cache-control"] == first.headers["cache-control"]
    assert head.status_code == 304
    assert part.status_code == 200
    assert changed.status_code == 200


def test_a_refused_page_is_never_public(paged, opened):
    assert opened().send("GET", "/refused").headers["cache-control"] == "private, no-store"


def test_a_block_or_name_that_is_not_there_is_an_error(paged, opened):
    opened()
    request = Request({"type": "http", "app": paged.app, "headers": [], "path": "/"})

    with pytest.raises(LookupError, match="no block 'line'"):
        html_of(request, "cart/cart.html#line", {"title": "x"})
    with pytest.raises(UndefinedError, match="'title' is undefined"):
        html_of(request, "cart/cart.html#lines")
    assert html_of(request, "cart/cart.html#thanks", {"title": "<x>"}) == (
        '<p id="thanks">Thanks, &lt;x&gt;</p>'
    )


@pytest.mark.parametrize(
    ("text", "is_ours"),
    [
        ("/", True),
        ("/admin/orders?page=2#top", True),
        ("", False),
        (None, False),
        ("admin", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("https://evil.example/", False),
        ("/a\r\nSet-Cookie: x", False),
        ("/" + "x" * 2000, False),
    ],
)
def test_only_a_path_of_this_site_may_be_redirected_to(text, is_ours):
    assert local_path(text) == (text if is_ours else None)
