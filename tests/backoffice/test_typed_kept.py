"""Somebody is signed out, or the shop cannot write anything, while they type."""

from sqlmodel import select

from tests.backoffice.test_product_pictures import picture
from tests.factories.catalogue import make_product
from webapp.accounts.guards import COOKIE
from webapp.catalogue.models import Product
from webapp.kit.errors import Unavailable
from webapp.runtime.storage import DiskStorage


def titles(db):
    db.rollback()
    db.expire_all()
    return list(db.exec(select(Product.title)))


def test_what_was_typed_is_sent_after_signing_in_beside_it(office, db):
    bowl = make_product(db, title="Bowl")
    shown = office.get(f"/admin/products/{bowl.public_id}")
    cookie = office.cookies[COOKIE]
    office.cookies.delete(COOKIE)

    page = shown.submit("#product-form", button="Save", title='Bowl & "lid"', body="One\nTwo")

    assert page.status == 401
    assert page.text("h1") == "You are signed out"
    assert page.one("#kept-form a").attributes["href"] == "/admin/sign-in"
    assert "Files have to be chosen again" in page.text("main")
    assert page.headers["cache-control"] == "private, no-store"
    assert titles(db) == ["Bowl"]

    office.cookies.set(COOKIE, cookie)
    saved = page.submit("#kept-form", button="Send it now")

    assert (saved.status, saved.value("[name=title]")) == (200, 'Bowl & "lid"')
    assert titles(db) == ['Bowl & "lid"']


def test_with_htmx_the_page_stays_and_a_notice_says_why(office, db):
    shown = office.get("/admin/settings/shop")
    office.cookies.delete(COOKIE)

    answer = shown.submit("#shop-form", htmx=True, name="Lorrimore")

    assert answer.status == 401
    assert answer.headers["hx-retarget"] == "#notices"
    assert "What you typed is still here" in answer.text(".notice")
    assert "Lorrimore" not in answer.html


def test_a_password_is_not_kept_and_a_bare_button_leads_to_the_door(office):
    shown = office.get("/account/password")
    office.cookies.delete(COOKIE)

    typed = shown.submit("form[action='/account/password']", password="nobody else")
    bare = office.send("POST", "/admin/sign-out")

    assert "nobody else" not in typed.html
    assert bare.status_code == 303


class Full(DiskStorage):
    """A disk without room."""

    def put(self, source, key):
        raise Unavailable("The file could not be stored.")


def test_what_could_not_be_stored_is_sent_once_more(office, db, app):
    bowl = make_product(db, title="Bowl")
    roomy, app.state.storage = app.state.storage, Full(app.state.storage.root)
    shown = office.get(f"/admin/products/{bowl.public_id}")

    page = shown.submit(
        "#product-form", button="Save", title="Lid", uploads=("a.png", picture("red"))
    )
    app.state.storage = roomy
    saved = page.submit("#kept-form", button="Try again")

    assert page.status == 503
    assert "Files have to be chosen again" in page.text("main")
    assert (saved.status, saved.value("[name=title]")) == (200, "Lid")
    assert titles(db) == ["Lid"]
