"""What somebody tells about themselves, in a browser without script."""

import io
from datetime import UTC, datetime

import pytest
from PIL import Image
from sqlmodel import col, select

from tests.factories.people import link_in, mails_to, make_customer, people, sign_in, signed_in
from webapp.accounts.models import AddressEntry, Consent, Person
from webapp.accounts.words import NEWS
from webapp.kit.clock import frozen
from webapp.shop.commands import row as shop_row

BERLIN = {
    "address-country": "DE",
    "address-name": "Ada Lovelace",
    "address-street_address": "Torstraße 1",
    "address-postal_code": "10119",
    "address-city": "Berlin",
}


def picture(width: int = 600, height: int = 300, kind: str = "PNG") -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(into, kind)
    return into.getvalue()


def the(db, what):
    db.rollback()
    db.expire_all()
    return db.exec(select(what)).all()


@pytest.fixture
def ada(browser, db) -> Person:
    person = make_customer(db)
    signed_in(browser, db, person)
    return person


def test_a_profile_is_changed_and_what_is_wrong_comes_back(browser, db, ada):
    shop_row(db).usernames = True
    make_customer(db, "bob@example.com", username="bob")

    page = browser.get("/account/profile").submit(
        "#profile-form",
        name="Countess Ada",
        username="Ada.L",
        locale="de_DE",
        time_zone="Europe/Paris",
    )
    assert (page.url, page.value("#name"), page.value("#username")) == (
        "/account/profile",
        "Countess Ada",
        "ada.l",
    )
    with frozen(datetime(2040, 1, 10, 22, 30, tzinfo=UTC)):
        signed_in(browser, db, ada)
        assert "23:30" in browser.get("/account/security").text("main")
        browser.post("/account/profile", data={"username": "ada.l", "time_zone": "Asia/Tokyo"})
        assert "07:30" in browser.get("/account/security").text("main")
    signed_in(browser, db, ada)
    page = page.submit("#profile-form", username="bob", name="Nobody")
    assert (page.status, page.value("#name")) == (422, "Nobody")
    assert "Somebody has this name" in page.text("#username-error")
    forged = {"name": "Ada", "locale": "xx_XX", "time_zone": "Mars/Base", "role": "owner"}
    assert browser.post("/account/profile", data=forged).status == 422
    browser.post("/account/profile", data={"name": "Ada", "role": "owner"})

    (person, _) = the(db, Person)
    assert (person.name, person.role, person.username) == ("Ada", None, None)


def test_a_picture_is_made_square_and_shown_to_nobody_else(browser, db, app, run_jobs, ada):
    page = browser.get("/account/profile").submit(
        "#picture-form", picture=("me.png", picture(), "image/png")
    )
    first = page.one("img.avatar").attributes["src"]
    answer = browser.send("GET", first)
    assert answer.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(answer.content)).size == (256, 256)
    assert browser.get("/account").one("img.avatar").attributes["src"] == first

    page = page.submit("#picture-form", picture=("me.jpg", picture(kind="JPEG"), "image/jpeg"))
    assert page.one("img.avatar").attributes["src"] != first
    run_jobs()
    assert browser.get(first).status == 404
    assert len(list(app.state.storage.keys("avatars"))) == 1
    second = page.one("img.avatar").attributes["src"]
    with browser.somebody_else() as other:
        signed_in(other, db, make_customer(db, "eve@example.com"))
        assert other.get(second).status == 404
    page = page.submit('form[action$="/picture/remove"]')
    run_jobs()
    assert not page.has("img.avatar")
    assert list(app.state.storage.keys("avatars")) == []


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n and then nothing of the kind",
        b"x" * 5_000_001,
    ],
    ids=["empty", "drawing", "damaged", "large"],
)
def test_what_is_no_picture_is_refused(browser, db, app, ada, sent):
    page = browser.get("/account/profile").submit("#picture-form", picture=("a.png", sent))

    assert page.status == 422
    assert page.text("#picture-error")
    assert list(app.state.storage.keys("avatars")) == []


def test_news_are_asked_for_and_called_off_and_both_is_written_down(browser, db, ada):
    page = browser.get("/account/profile")
    assert "checked" not in page.one("#news").attributes

    page = page.submit("#news-form", news=True)
    page.submit("#news-form", news=True)
    browser.get("/account/profile").submit("#news-form", news=False)

    said = db.exec(select(Consent).order_by(col(Consent.id))).all()
    assert [(one.is_given, one.source, one.wording) for one in said] == [
        (True, "profile", NEWS),
        (False, "profile", NEWS),
    ]


def test_an_address_book_is_filled_changed_and_emptied(browser, db, ada):
    assert "No addresses yet" in browser.get("/account/addresses").text("main")
    page = browser.get("/account/addresses/new").submit(
        "#address-form", button="Save the address", **{**BERLIN, "address-city": ""}
    )
    assert page.status == 422
    assert page.value("#address-street_address") == "Torstraße 1"
    page = page.submit("#address-form", button="Save the address", **BERLIN)
    assert page.url == "/account/addresses"

    (entry,) = the(db, AddressEntry)
    assert (entry.city, entry.is_delivery, entry.is_invoice) == ("Berlin", True, True)
    page = browser.post("/account/addresses/fields", data={**BERLIN, "address-country": "US"})
    assert page.one("#address-form").attributes["action"].endswith("/account/addresses")
    assert page.has("select#address-country_area")
    assert page.value("#address-name") == "Ada Lovelace"
    browser.get("/account/addresses/new").submit(
        "#address-form",
        button="Save the address",
        **{**BERLIN, "address-street_address": "Torstraße 2", "is_invoice": True},
    )
    first, second = sorted(the(db, AddressEntry), key=lambda one: one.id)
    assert (first.is_delivery, first.is_invoice) == (True, False)
    assert (second.is_delivery, second.is_invoice) == (False, True)

    with browser.somebody_else() as other:
        signed_in(other, db, make_customer(db, "eve@example.com"))
        for path in (f"/{first.public_id}", f"/{first.public_id}/remove"):
            assert other.post(f"/account/addresses{path}", data=BERLIN).status == 404
        assert other.get(f"/account/addresses/{first.public_id}").status == 404
    page = browser.get(f"/account/addresses/{first.public_id}").submit(
        "#address-form", button="Save the address", **{"address-city": "Potsdam"}
    )
    page = page.submit(f'form[action$="{first.public_id}/remove"]')
    (left,) = the(db, AddressEntry)
    assert (left.id, left.is_delivery, left.is_invoice) == (second.id, True, True)


def test_the_address_changes_once_both_mailboxes_said_yes(browser, db, run_jobs, ada):
    page = browser.get("/account/email").submit("#email-form", email="Countess@Example.com")
    assert page.url == "/account/email"
    run_jobs()
    (old,), (new,) = (mails_to(db, at) for at in ("ada@example.com", "countess@example.com"))

    with browser.somebody_else() as phone:
        phone.get(link_in(new)).submit('form[action*="/email/new/"]')
        assert people(db) == [("ada@example.com", True)]
        phone.get(link_in(old)).submit('form[action*="/email/old/"]:not([action$="/stop"])')
        assert people(db) == [("countess@example.com", True)]
        assert browser.get("/account").url.startswith("/account/login")
        assert "opens nothing" in phone.get(link_in(new)).text("h1")
        assert sign_in(phone, email="countess@example.com").url == "/account"
    run_jobs()
    kinds = [mails_to(db, at)[-1].kind for at in ("ada@example.com", "countess@example.com")]
    assert kinds == ["accounts.email_changed", "accounts.email_changed"]


def test_the_old_mailbox_can_say_no(browser, db, run_jobs, ada):
    browser.get("/account/email").submit("#email-form", email="eve@example.com")
    run_jobs()
    (old,), (new,) = (mails_to(db, at) for at in ("ada@example.com", "eve@example.com"))
    browser.get(link_in(new)).submit('form[action*="/email/new/"]')

    page = browser.get(link_in(old)).submit('form[action$="/stop"]')

    assert page.url == "/account/reset"
    assert people(db) == [("ada@example.com", True)]
    assert "opens nothing" in browser.get(link_in(old)).text("h1")


def test_nobody_learns_here_that_another_account_has_the_address(browser, db, run_jobs, ada):
    make_customer(db, "bob@example.com")
    free = browser.get("/account/email").submit("#email-form", email="free@example.com")
    taken = browser.get("/account/email").submit("#email-form", email="bob@example.com")
    run_jobs()

    assert taken.status == free.status == 200
    assert taken.text("main").replace("bob@", "free@") == free.text("main")
    (told,) = mails_to(db, "bob@example.com")
    assert told.kind == "accounts.address_in_use"
    assert "/account/email/" not in told.text_body
    assert (
        browser.get("/account/email").submit("#email-form", email="ADA@example.com").status == 422
    )
