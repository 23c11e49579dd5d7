"""Forms: what is right gets through typed, what is wrong comes back with its reason beside it."""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from fastapi import Depends, Request
from pydantic import EmailStr, Field, field_validator, model_validator
from starlette.responses import Response

from tests.web.conftest import Note
from webapp.kit.money import Money
from webapp.web.deps import Db
from webapp.web.manners import Manners
from webapp.web.submissions import (
    Accept,
    Amount,
    Form,
    LongText,
    Price,
    Says,
    Secret,
    Submission,
    Text,
    Upload,
    check,
    submitted,
)
from webapp.web.views import after_post, view

EUROS = Manners("en_GB", "UTC", "EUR")
GERMAN = Manners("de_DE", "UTC", "EUR")
YEN = Manners("ja_JP", "UTC", "JPY")


class Colour(Enum):
    red = "red"
    blue = "blue"


class Everything(Form):
    name: str
    email: EmailStr | None = None
    about: Text = ""
    body: LongText = ""
    password: Secret | None = None
    quantity: Annotated[int, Field(ge=1, le=99)] = 1
    weight: Decimal | None = None
    price: Price | None = None
    change: Amount | None = None
    colour: Colour | None = None
    size: Literal["s", "m"] | None = None
    day: date | None = None
    is_active: bool = True
    wants_news: bool | None = None
    tags: list[str] = []
    numbers: list[int] = []


def only(wrong: Submission[Any]) -> str:
    """The one sentence of a submission with exactly one error."""
    assert wrong.data is None
    assert len(wrong.errors) == 1, wrong.errors
    return next(iter(wrong.errors.values()))


def test_what_is_right_arrives_typed_and_trimmed():
    right = check(
        Everything,
        {
            "name": "  Oak stool ",
            "email": "ada@example.com",
            "about": "one\r\ntwo ",
            "password": " two spaces ",
            "quantity": "12",
            "weight": "1.50",
            "price": "12.5",
            "change": "-3",
            "colour": "blue",
            "size": "m",
            "day": "2026-03-05",
            "is_active": "on",
            "wants_news": "no",
            "tags": ["new", " ", " wood "],
            "numbers": ["1", "2"],
        },
        EUROS,
    )

    assert right.errors == {}
    assert right.data is not None
    assert dict(right.data) == {
        "name": "Oak stool",
        "email": "ada@example.com",
        "about": "one\ntwo",
        "body": "",
        "password": " two spaces ",
        "quantity": 12,
        "weight": Decimal("1.50"),
        "price": Money(1250, "EUR"),
        "change": Money(-300, "EUR"),
        "colour": Colour.blue,
        "size": "m",
        "day": date(2026, 3, 5),
        "is_active": True,
        "wants_news": False,
        "tags": ["new", "wood"],
        "numbers": [1, 2],
    }


def test_a_blank_input_is_a_missing_one_and_an_empty_checkbox_is_no():
    plain = check(Everything, {"name": "x", "quantity": " ", "price": "", "wants_news": ""}, EUROS)

    assert plain.data is not None
    assert (plain.data.quantity, plain.data.price, plain.data.wants_news) == (1, None, None)
    assert plain.data.is_active is False


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Enter the name."),
        ({"name": " "}, "Enter the name."),
        ({"name": "x" * 256}, "Keep this to 255 characters or fewer."),
        ({"name": "one\ntwo"}, "Write this on one line."),
        ({"name": "a\0b"}, "This contains a character that cannot be stored."),
        ({"name": "a\x1bb"}, "This contains a character that cannot be stored."),
        ({"about": "a\x07b"}, "This contains a character that cannot be stored."),
        ({"password": "a\0b"}, "This contains a character that cannot be stored."),
        ({"about": "x" * 5001}, "Keep this to 5,000 characters or fewer."),
        ({"tags": ["x" * 256]}, "Keep this to 255 characters or fewer."),
        ({"tags": ["a\0b"]}, "This contains a character that cannot be stored."),
        ({"email": "ada@"}, "Enter an email address like name@example.com."),
        ({"quantity": "many"}, "Enter a whole number."),
        ({"quantity": "1.5"}, "Enter a whole number."),
        ({"quantity": "0"}, "Enter 1 or more."),
        ({"quantity": "100"}, "Enter 99 or less."),
        ({"numbers": ["9" * 30]}, "This number is too large."),
        ({"numbers": ["9" * 5000]}, "This number is too large."),
        ({"weight": "heavy"}, "Enter a number."),
        ({"weight": "NaN"}, "Enter a number."),
        ({"weight": "1e999999"}, "This number is too large or too fine."),
        ({"price": "cheap"}, "An amount is written like 12.34."),
        ({"price": "1.234"}, "EUR has 2 decimals, this amount has more."),
        ({"price": "-1"}, "Enter an amount of zero or more."),
        ({"colour": "green"}, "Choose one of the options."),
        ({"size": "xxl"}, "Choose one of the options."),
        ({"is_active": "perhaps"}, "Choose one of the options."),
        ({"day": "yesterday"}, "Enter a date."),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(values, sentence):
    given = values if "name" in values or not values else {"name": "x", **values}

    assert only(check(Everything, given, EUROS)) == sentence


def test_amounts_are_read_as_the_shop_writes_them():
    def price(text: str, manners: Manners) -> Money | None:
        data = check(Everything, {"name": "x", "price": text}, manners).data
        return data.price if data else None

    assert price("1,234.50", EUROS) == Money(123450, "EUR")
    assert price("1.234,50", GERMAN) == Money(123450, "EUR")
    assert price("1.234", GERMAN) == Money(123400, "EUR")
    assert price("1200", YEN) == Money(1200, "JPY")
    assert price("12.5", YEN) is None


class Bound(Form):
    name: Annotated[str, Field(title="your full name", max_length=10)]
    email: Annotated[EmailStr, Says(missing="Tell us where to write to.", wrong="Not an address.")]
    size: Annotated[Literal["s", "m"], Field(title="a size")]
    tags: Annotated[list[str], Field(max_length=2)]

    @field_validator("name")
    @classmethod
    def _not_root(cls, value: str) -> str:
        if value == "root":
            raise ValueError("Choose another name.")
        return value

    @model_validator(mode="after")
    def _agrees(self) -> "Bound":
        if self.size == "m" and "small" in self.tags:
            raise ValueError("Size and tags do not agree.")
        return self


def test_sentences_use_the_fields_own_words():
    nothing = check(Bound, {}, EUROS)
    wrong = check(
        Bound, {"name": "root", "email": "x", "size": "l", "tags": ["a", "b", "c"]}, EUROS
    )
    long = check(
        Bound, {"name": "x" * 11, "email": "a@example.com", "size": "s", "tags": "a"}, EUROS
    )

    assert nothing.errors == {
        "name": "Enter your full name.",
        "email": "Tell us where to write to.",
        "size": "Choose a size.",
        "tags": "Add at least one.",
    }
    assert wrong.errors == {
        "name": "Choose another name.",
        "email": "Not an address.",
        "size": "Choose one of the options.",
        "tags": "Choose at most 2.",
    }
    assert long.errors == {"name": "Keep this to 10 characters or fewer."}


def test_an_error_of_the_whole_form_stands_under_no_name():
    wrong = check(
        Bound, {"name": "Ada", "email": "a@example.com", "size": "m", "tags": ["small"]}, EUROS
    )

    assert wrong.errors == {"": "Size and tags do not agree."}


class RowForm(Form):
    id: int | None = None
    sku: str
    price: Price
    options: list[str] = []
    picture: Upload | None = None


class PlaceForm(Form):
    city: str
    is_home: bool = False


class ProductForm(Form):
    title: str
    variants: Annotated[list[RowForm], Field(min_length=1)]
    place: PlaceForm | None = None


def test_repeated_groups_become_rows_and_blank_rows_are_none():
    right = check(
        ProductForm,
        {
            "title": "Stool",
            "variants-0-sku": "A",
            "variants-0-price": "1",
            "variants-0-options": ["oak", "small"],
            "variants-3-sku": " ",
            "variants-3-price": "",
            "variants-10-sku": "B",
            "variants-10-price": "2.50",
            "place-city": "Bern",
        },
        EUROS,
    )

    assert right.data is not None
    rows = [(row.sku, row.price.minor, row.options) for row in right.data.variants]
    assert rows == [("A", 100, ["oak", "small"]), ("B", 250, [])]
    assert right.data.place is not None
    assert right.data.place.city == "Bern"
    assert right.rows("variants") == [0, 3, 10]


def test_an_error_in_a_row_stands_under_the_name_of_its_input():
    wrong = check(
        ProductForm,
        {
            "title": "Stool",
            "variants-2-sku": "A",
            "variants-2-price": "free",
            "variants-7-price": "1",
            "place-is_home": "on",
        },
        EUROS,
    )
    none = check(ProductForm, {"title": "Stool"}, EUROS)

    assert wrong.errors == {
        "variants-2-price": "An amount is written like 12.34.",
        "variants-7-sku": "Enter the sku.",
        "place-city": "Enter the city.",
    }
    assert none.errors == {"variants": "Add at least one."}


def test_more_rows_than_anybody_types_are_refused():
    rows = {f"variants-{index}-sku": "x" for index in range(600)}

    wrong = check(ProductForm, {"title": "Stool", **rows}, EUROS)

    assert wrong.errors["variants"] == "Send at most 500 of these at once."


def test_a_form_shows_what_there_is():
    form: Submission[Any] = Submission.showing(
        {
            "title": "Stool",
            "none": None,
            "is_active": True,
            "is_sold": False,
            "colour": Colour.red,
            "tags": ["a", "b"],
            "variants": [{"sku": "A", "price": Money(1250, "EUR")}],
            "place": {"city": "Bern"},
        }
    )

    assert form.values == {
        "title": "Stool",
        "is_active": "on",
        "colour": "red",
        "tags": "b",
        "variants-0-sku": "A",
        "variants-0-price": "12.50",
        "place-city": "Bern",
    }
    assert form.chosen("tags", "a")
    assert form.chosen("colour", Colour.red)
    assert not form.chosen("tags", "c")
    assert form.rows("variants") == [0]


# Over HTTP


class AskForm(Form):
    email: EmailStr
    password: Secret = ""
    about: Text = ""
    tags: list[str] = []


PAGE = """<!doctype html><title>Ask</title>
{% block ask_form %}<form id="ask-form" method="post" action="/ask" hx-post="/ask">
<input name="email" value="{{ form.values.get('email', '') }}">
<input name="password" type="password" value="{{ form.values.get('password', '') }}">
<textarea name="about">{{ form.values.get('about', '') }}</textarea>
{% for tag in ["a", "b"] %}<input type="checkbox" name="tags" value="{{ tag }}"
{{- " checked" if form.chosen("tags", tag) }}>{% endfor %}
{% for name in form.errors %}<p id="{{ name }}-error">{{ form.errors[name] }}</p>{% endfor %}
<button>Ask</button></form>{% endblock %}"""

Asked = Annotated[Submission[AskForm], Depends(submitted(AskForm))]


@pytest.fixture
def asking(site):
    site.template("ask.html", PAGE)

    @site.app.get("/ask")
    def ask(request: Request) -> Response:
        return view(request, "ask.html#ask_form", {"form": Submission()})

    @site.app.post("/ask")
    def submit_ask(request: Request, db: Db, form: Asked) -> Response:
        if form.data:
            db.add(Note(text=f"{form.data.email} {form.data.tags} {form.data.about!r}"))
            return after_post(request, go_to="/ask")
        db.add(Note(text="must not be kept"))
        db.flush()
        return view(request, "ask.html#ask_form", {"form": form}, status=422)

    return site


@pytest.mark.parametrize("htmx", [False, True])
def test_a_failed_form_comes_back_with_everything_that_was_typed_but_a_password(
    asking, opened, htmx
):
    page = opened().get("/ask")

    page = page.submit(
        "#ask-form", htmx=htmx, email="ada@", password="hunter2", about="<b>\nhi", tags=["b"]
    )

    assert page.status == 422
    assert page.value("[name=email]") == "ada@"
    assert page.value("[name=about]") == "<b>\nhi"
    assert page.value("[name=password]") == ""
    assert [node.attributes["value"] for node in page.all("[name=tags][checked]")] == ["b"]
    assert page.text("#email-error") == "Enter an email address like name@example.com."
    assert page.has("title") is not htmx
    assert asking.notes() == []


def test_a_form_that_is_right_is_done_once_and_leads_on(asking, opened):
    page = opened().get("/ask").submit("#ask-form", email="ada@example.com", tags=["a", "b"])

    assert (page.status, page.url) == (200, "/ask")
    assert asking.notes() == ["ada@example.com ['a', 'b'] ''"]


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"email": "ada@example.com"}},
        {"content": b"\xff\xfe\x00", "headers": {"Content-Type": "application/octet-stream"}},
        {"content": b""},
        {"data": {"email": ["a@example.com", "b@"]}},
    ],
)
def test_a_body_that_is_no_form_is_a_form_with_nothing_in_it(asking, opened, body):
    page = opened().post("/ask", **body)

    assert page.status == 422
    assert page.has("#email-error")
    assert asking.notes() == []


def test_a_broken_multipart_body_is_a_bad_request(asking, opened):
    kind = {"Content-Type": "multipart/form-data"}

    page = opened().post("/ask", content=b"--xx\r\nnonsense", headers=kind)

    assert page.status == 400
    assert page.has("h1")


def test_more_fields_than_any_form_has_are_a_bad_request(asking, opened):
    page = opened().post("/ask", data={f"f{index}": "x" for index in range(5001)})

    assert page.status == 400


class PictureForm(Form):
    title: str = ""
    picture: Annotated[Upload, Accept("image/png", "image/jpeg", most=20_000)]
    more: list[Annotated[Upload, Accept("image/*")]] = []


Pictured = Annotated[Submission[PictureForm], Depends(submitted(PictureForm))]

PICTURE_PAGE = """<form id="f" method="post" action="/pictures" enctype="multipart/form-data">
<input name="title"><input type="file" name="picture"><input type="file" name="more" multiple>
<p id="told">{{ told }}</p>
{% for name in form.errors %}<p id="{{ name }}-error">{{ form.errors[name] }}</p>{% endfor %}
</form>"""

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100


@pytest.fixture
def picturing(site):
    site.template("pictures.html", PICTURE_PAGE)

    @site.app.get("/pictures")
    def show(request: Request) -> Response:
        return view(request, "pictures.html", {"form": Submission(), "told": ""})

    @site.app.post("/pictures")
    def take(request: Request, form: Pictured) -> Response:
        told = ""
        if form.data:
            pictures = [form.data.picture, *form.data.more]
            told = " ".join(f"{p.name}={p.kind}:{len(p.read())}" for p in pictures)
        return view(request, "pictures.html", {"form": form, "told": told})

    return site


def test_files_arrive_with_their_true_kind_and_a_harmless_name(picturing, opened):
    page = opened().get("/pictures")

    page = page.submit(
        "#f",
        picture=("../../etc/pass:wd.png", PNG, "text/html"),
        more=[("a.gif", b"GIF89a..."), ("b.webp", b"RIFF\0\0\0\0WEBPVP8 ")],
    )

    assert page.text("#told") == "pass-wd.png=image/png:108 a.gif=image/gif:9 b.webp=image/webp:16"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (None, "Choose a file."),
        (("a.png", b""), "This file is empty."),
        (("a.png", PNG * 300), "This file has 32 KB; send at most 20 KB."),
        (
            ("a.png", b"<svg onload=alert(1)>", "image/png"),
            "This is not a kind of file we can use here (image/svg+xml).",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_beside_its_field(picturing, opened, file, sentence):
    page = opened().get("/pictures").submit("#f", picture=file)

    assert page.text("#picture-error") == sentence


def test_text_where_a_file_belongs_and_a_file_where_text_belongs(picturing, opened):
    browser = opened()

    as_text = browser.post("/pictures", data={"picture": "x"})
    as_file = browser.post("/pictures", files={"title": ("t.txt", b"x"), "picture": ("a.png", PNG)})

    assert as_text.text("#picture-error") == "Choose a file."
    assert as_file.text("#title-error") == "Send text here, not a file."


def test_a_get_form_is_read_from_the_query(site, opened):
    class SearchForm(Form):
        q: str = ""
        page: Annotated[int, Field(ge=1)] = 1

    @site.app.get("/search")
    def search(form: Annotated[Submission[SearchForm], Depends(submitted(SearchForm))]) -> Any:
        return {"q": form.values.get("q"), "errors": form.errors}

    browser = opened()

    assert browser.get("/search?q=oak&page=2").json() == {"q": "oak", "errors": {}}
    assert browser.get("/search?page=0").json()["errors"] == {"page": "Enter 1 or more."}
