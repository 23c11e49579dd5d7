"""The environment: the shop's filters, its macros, its addresses."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from fastapi import APIRouter, Request
from jinja2 import UndefinedError
from starlette.routing import NoMatchFound

from webapp.kit.clock import frozen
from webapp.kit.money import Money
from webapp.runtime.wording import at, with_amounts
from webapp.web.manners import Manners, speaking
from webapp.web.templates import as_date, as_datetime, make_environment, money, number, weight
from webapp.web.views import html_of

EVENING = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("locale", "amount", "text"),
    [
        ("en_GB", Money(123450, "EUR"), "€1,234.50"),
        ("en_GB", Money(-5, "EUR"), "-€0.05"),
        ("de_DE", Money(123450, "EUR"), "1.234,50\xa0€"),
        ("de-DE", Money(1, "USD"), "0,01\xa0$"),
        ("en_US", Money(10**15 - 1, "USD"), "$9,999,999,999,999.99"),
        ("ja_JP", Money(1234, "JPY"), "￥1,234"),
        ("en_GB", Money(1234, "KWD"), "KWD\xa01.234"),
        ("en_GB", Money(-1250, "CHF"), "-CHF\xa012.50"),
        ("de_DE", Money(1250, "CHF"), "12,50\xa0CHF"),
        ("no such locale", Money(100, "GBP"), "£1.00"),
    ],
)
def test_amounts_are_exact_and_written_as_the_locale_writes_them(locale, amount, text):
    with speaking(lambda: Manners(locale=locale)):
        assert money(amount) == text


@pytest.mark.parametrize(
    ("plain", "written"),
    [
        ("2 x 1234.50 EUR = 2469.00 EUR (Trade)", "2 x 1.234,50\xa0€ = 2.469,00\xa0€ (Trade)"),
        ("-0.05 EUR, 300 JPY.", "-0,05\xa0€, 300\xa0¥."),
        ("SKU-7 EUR, 1.2.3 EUR, 5 EURO, 5 ABC, 1.234 EUR", None),
    ],
)
def test_amounts_inside_of_words_are_written_as_others_are(plain, written):
    assert with_amounts(plain, Manners("de_DE")) == (written or plain)


def test_moments_are_shown_on_the_shops_clock():
    with speaking(lambda: Manners("en_GB", "Europe/Berlin")):
        assert as_date(EVENING) == "6 March 2026"
        assert as_date(date(2026, 3, 5), "short") == "05/03/2026"
        assert "00:30" in as_datetime(EVENING)
        with frozen(EVENING + timedelta(minutes=1)):
            assert at(EVENING) == "at 00:30"
            assert at(EVENING - timedelta(hours=1)) == "on 5 Mar 2026 at 23:30"
    with speaking(lambda: Manners("de_DE", "America/New_York")):
        assert as_date(EVENING) == "5. März 2026"
    with pytest.raises(ValueError, match="time zone"):
        as_datetime(datetime(2026, 3, 5, 12, 0))


def test_numbers_and_weights():
    with speaking(lambda: Manners("de_DE")):
        assert number(1234567) == "1.234.567"
        assert weight(350) == "350 g"
        assert weight(1250) == "1,25 kg"
        assert weight(1000, "lb") == "2,2 lb"
    with speaking(lambda: Manners("en_US", weight_unit="lb")):
        assert weight(454) == "1 lb"
        assert number(Decimal("0.5")) == "0.5"


def test_macros_are_found_by_name_and_know_the_shops_manners(site, opened):
    site.template(
        "ui/more.html", "{% macro twice(x) %}{{ ui.price(x) }}{{ ui.price(x) }}{% endmacro %}"
    )
    site.template("page.html", "{{ ui.twice(amount) }}")
    site.manners = Manners(locale="de_DE")
    opened()
    request = Request({"type": "http", "app": site.app, "headers": [], "path": "/"})

    html = html_of(request, "page.html", {"amount": Money(100, "EUR")})

    assert html == "<b>1,00\xa0€</b><b>1,00\xa0€</b>"


def test_an_unknown_macro_and_a_macro_of_two_files_are_errors(tmp_path):
    (tmp_path / "ui").mkdir()
    (tmp_path / "ui" / "a.html").write_text("{% macro x() %}{% endmacro %}")
    environment = make_environment(tmp_path)

    with pytest.raises(UndefinedError, match="nothing"):
        environment.from_string("{{ ui.nothing() }}").render()

    (tmp_path / "ui" / "b.html").write_text("{% macro x() %}{% endmacro %}")
    with pytest.raises(LookupError, match="Two macros 'x'"):
        make_environment(tmp_path).from_string("{{ ui.x() }}").render()


def test_pages_are_escaped_and_plain_text_is_not(tmp_path):
    (tmp_path / "a.html").write_text("{{ x }}")
    (tmp_path / "a.txt").write_text("{{ x }}")
    environment = make_environment(tmp_path)

    assert environment.get_template("a.html").render(x="<b>") == "&lt;b&gt;"
    assert environment.get_template("a.txt").render(x="<b>") == "<b>"


def test_addresses_are_paths_by_route_name(site, opened):
    router = APIRouter(prefix="/products")

    @router.get("/{slug}", name="catalogue.product")
    def product(slug: str) -> str:
        return slug

    @site.app.get("/categories/{path:path}", name="catalogue.category")
    def category(path: str) -> str:
        return path

    site.app.include_router(router)
    site.template("page.html", "{{ url_for('catalogue.product', slug='oak-stool') }}")
    opened()
    url_for = site.app.state.url_for
    request = Request({"type": "http", "app": site.app, "headers": [], "path": "/"})

    assert html_of(request, "page.html") == "/products/oak-stool"
    assert url_for("catalogue.category", path="home/chairs") == "/categories/home/chairs"
    assert url_for("catalogue.product", slug="größe 1?") == "/products/gr%C3%B6%C3%9Fe%201%3F"
    for wrong in ({"name": "x"}, {}):
        with pytest.raises(NoMatchFound):
            url_for("catalogue.product", **wrong)
    with pytest.raises(NoMatchFound):
        url_for("catalogue.products")


def test_a_page_is_shown_where_its_compiled_form_cannot_be_kept(tmp_path):
    (tmp_path / "page.html").write_text("shown")
    environment = make_environment(tmp_path, bytecode_dir=tmp_path / "page.html" / "no folder")

    assert environment.get_template("page.html").render() == "shown"
