"""Every part on one page: well formed, tied together, and nothing inline."""

import re
from collections import Counter

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.look.sample import CONTEXT, FRAME, STATIC, environment

PAGES = {
    "guide": ("{% extends 'guide.html' %}", {}),
    "back office": (
        "{% extends 'layouts/backoffice.html' %}{% block title %}Orders{% endblock %}"
        "{% block heading %}Orders{% endblock %}"
        "{% block main %}{{ ui.field(form, 'email', 'Email') }}{% endblock %}",
        {},
    ),
    "plain": (
        "{% extends 'layouts/plain.html' %}{% block title %}Sign in{% endblock %}"
        "{% block main %}<h1>Sign in</h1>{{ ui.field(form, 'email', 'Email') }}{% endblock %}",
        {},
    ),
    "not found": (
        "{% extends 'errors/page.html' %}",
        {"status": 404, "title": "Not here", "detail": "It moved.", "request_id": "r1"},
    ),
    "broken": (
        "{% extends 'errors/page.html' %}",
        {"status": 500, "title": "Broken", "detail": "Ours.", "request_id": "r1", "frame": None},
    ),
}


@pytest.fixture(scope="module")
def templates():
    return environment()


@pytest.fixture(params=PAGES)
def page(request, templates):
    source, extra = PAGES[request.param]
    return LexborHTMLParser(templates.from_string(source).render({**CONTEXT, **extra}))


def test_a_page_has_one_heading_a_title_and_a_main_part(page):
    assert len(page.css("h1")) == 1
    assert page.css_first("title").text().strip()
    assert len(page.css("main#main")) == 1
    assert page.css_first("html").attributes["lang"] == "en"


def test_nothing_is_inline(page):
    assert page.css("[style]") == []
    assert page.css("style") == []
    assert [script for script in page.css("script") if not script.attributes.get("src")] == []
    handlers = [
        name
        for node in page.css("*")
        for name in node.attributes
        if name.startswith(("on", "hx-on", "data-hx-on"))
    ]
    assert handlers == []


def test_ids_are_unique_and_every_reference_has_its_end(page):
    ids = Counter(node.attributes["id"] for node in page.css("[id]"))
    assert [name for name, times in ids.items() if times > 1] == []
    referring = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "popovertarget")
    named = {
        target
        for attribute in referring
        for node in page.css(f"[{attribute}]")
        for target in (node.attributes[attribute] or "").split()
    }
    named |= {link.attributes["href"][1:] for link in page.css("a[href^='#']")}
    assert named - set(ids) - {""} == set()


def test_every_field_has_a_label(page):
    labelled = {label.attributes.get("for") for label in page.css("label[for]")}
    bare = [
        field.html
        for field in page.css("input, select, textarea")
        if field.attributes.get("id") not in labelled and field.parent.tag != "label"
    ]
    assert bare == []


def test_a_wrong_field_says_so_and_is_led_to(templates):
    html = LexborHTMLParser(templates.get_template("guide.html").render(CONTEXT))

    email = html.css_first("#email")
    assert email.attributes["value"] == "astrid@"
    assert email.attributes["aria-invalid"] == "true"
    assert email.attributes["aria-describedby"] == "email-hint email-error"
    assert "email address" in html.css_first("#email-error").text()
    assert html.css_first("#family").attributes.get("aria-invalid") is None
    links = [link.attributes["href"] for link in html.css("[data-errors] a")]
    assert links == ["#email", "#given"]
    assert "First name: This is needed." in html.css_first("[data-errors]").text()


def test_what_was_typed_is_escaped(templates):
    source = (
        "{{ ui.field(form, 'email', name) }}{{ ui.notice(name) }}"
        "{{ ui.breadcrumb([(name, None)]) }}"
    )
    html = templates.from_string(source).render(CONTEXT, name="<b>'\"")
    assert "<b>" not in html
    assert html.count("&lt;b&gt;") == 3


def test_the_error_page_of_a_broken_shop_asks_nothing_of_the_shop(templates):
    class Broken:
        def __getattr__(self, name):
            raise AssertionError(f"frame.{name} was asked")

    page = templates.get_template("errors/page.html").render(
        status=503, title="Away", detail="Back soon.", request_id="r1", frame=Broken()
    )
    assert "Back soon." in page


def test_every_icon_that_is_named_is_there(templates):
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons.svg").read_text()))
    named = set()
    for path in templates.list_templates(extensions=["html"]):
        text, _, _ = templates.loader.get_source(templates, path)
        named |= set(re.findall(r'ui\.icon\("([^"]+)"\)', text))
        named |= set(re.findall(r'\bicon="([^"]+)"', text))
    assert named - drawn == set()


def test_the_cart_is_named_cart_whatever_is_in_it(templates):
    html = LexborHTMLParser(templates.get_template("guide.html").render(CONTEXT))
    link = html.css_first(".site-head__cart a[href='/cart']")
    assert link.text().strip() == "Cart"
    assert link.attributes["aria-describedby"] == "cart-count"
    assert templates.from_string("{{ ui.cart_count(0) }}").render() == (
        '<span class="count" id="cart-count"></span>'
    )
    assert FRAME.shop.name in html.css_first(".wordmark").text()
