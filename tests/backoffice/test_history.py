"""Staff look through what happened: who, when, what it was before; of everything and of one."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories.cart import make_goods
from tests.factories.catalogue import make_category, make_product, variants_of
from tests.factories.orders import make_paid_order
from webapp.backoffice.history_changes import changes_in
from webapp.backoffice.history_words import has_words, sentence
from webapp.catalogue import commands as catalogue
from webapp.catalogue.drafts import VariantSave
from webapp.inventory import commands as inventory
from webapp.kit.actors import Actor
from webapp.kit.clock import frozen
from webapp.kit.money import Money
from webapp.pricing import commands as pricing
from webapp.runtime.events import known_names
from webapp.storefront.account.security_log import is_told, words_for

ADA = Actor(
    "staff", "per_ada", "Ada", frozenset({"catalogue:write", "stock:write", "settings:write"})
)


def texts(page):
    return [" ".join(item.text().split()) for item in page.all(".timeline > li")]


def test_a_change_is_told_with_who_and_with_what_it_was(office, db):
    stool = make_product(db, "Oak stool", price=4900)
    variant = variants_of(db, stool)[0]
    catalogue.update_product(db, ADA, stool, title="Oak footstool")
    catalogue.update_variant(db, ADA, variant, price_minor=5200)
    db.commit()

    page = office.get("/admin/history?kind=product")

    first, second, third = texts(page)[:3]
    assert first.startswith("Product Oak footstool · Price changed from €49.00 to €52.00")
    assert "Price: €49.00 → became €52.00" in second
    assert "Title: Oak stool → became Oak footstool" in third
    assert all("· Ada" in text for text in (first, second, third))


@pytest.mark.parametrize("htmx", [False, True])
def test_the_history_is_searched(office, db, htmx):
    order = make_paid_order(db, make_goods(db, price=1999))
    make_category(db, "Kitchen")
    db.commit()

    page = office.get("/admin/history").submit("#find-history", htmx=htmx, q=order.number)

    assert page.status == 200
    assert texts(page)[-1].startswith(f"Order {order.number} · Placed for €")
    assert {text.split(" ")[0] for text in texts(page)} == {"Order", "Payment"}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("kind=category", 1),
        ("name=category.created", 1),
        ("who=staff:per_ada", 2),
        ("who=staff:nobody", 0),
        ("q=oak-stool", 3),
        ("q=STOOL-1", 5),
        ("q=kitchen&who=staff:per_ada", 1),
        ("q=nothing+of+the+kind", 0),
        ("since=2026-03-02&until=2026-03-02&who=staff:per_ada", 1),
        ("since=2026-03-03&who=staff:per_ada", 0),
    ],
)
def test_what_is_asked_for_is_found(office, db, asked, found):
    with frozen(datetime(2026, 3, 1, 12, tzinfo=UTC)):
        stool = make_product(
            db,
            "Oak stool",
            on_hand=0,
            variants=[VariantSave(fields={"price_minor": 4900, "sku": "STOOL-1"})],
        )
        catalogue.update_product(db, ADA, stool, summary="For sitting")
    with frozen(datetime(2026, 3, 2, 12, tzinfo=UTC)):
        catalogue.create_category(db, ADA, name="Kitchen")
    inventory.receive(
        db, Actor("staff", "per_bob", "Bob", ADA.permissions), variants_of(db, stool)[0].id, 3
    )
    db.commit()

    assert len(texts(office.get(f"/admin/history?{asked}"))) == found


def test_a_day_that_is_none_is_said_and_left_out(office, db):
    page = office.get("/admin/history?since=yesterday")

    assert page.status == 422
    assert "2026-03-31" in page.text("#since-error")
    assert texts(page) != []


def test_long_histories_turn_pages(office, db):
    category = make_category(db, "Kitchen")
    for number in range(60):
        catalogue.update_category(db, ADA, category, name=f"Kitchen {number}")
    db.commit()

    page = office.get(f"/admin/history/category/{category.public_id}")
    older = page.click("Next")

    assert len(texts(page)) == 40
    assert len(texts(older)) == 21
    assert texts(older)[-1].startswith("Added")
    assert texts(older.click("Previous")) == texts(page)


def test_what_is_gone_keeps_its_history(office, db):
    stool = make_product(db, "Oak stool")
    catalogue.delete_product(db, ADA, stool)
    db.commit()

    page = office.get("/admin/history?name=product.deleted").click("Product Oak stool")

    assert page.text("h1") == "Product Oak stool"
    assert "not there any more" in page.text("main")
    assert texts(page)[0].startswith("Deleted")
    assert texts(page)[-1].startswith("Created")


def test_nothing_is_known_of_what_never_was(office):
    assert office.get("/admin/history/product/prd_nothing").status == 404
    assert office.get("/admin/history/lamp/lam_1").status == 404


@pytest.mark.parametrize(
    ("role", "everything", "product", "rate"),
    [
        ("owner", 200, 200, 200),
        ("admin", 200, 200, 200),
        ("manager", 200, 200, 200),
        ("editor", 403, 200, 403),
        ("fulfilment", 403, 200, 403),
        ("viewer", 403, 200, 403),
    ],
)
def test_who_sees_what(as_role, db, role, everything, product, rate):
    stool = make_product(db, "Oak stool")
    pricing.set_tax_rate(db, ADA, country="DE", tax_class="reduced", millionths=70_000)
    db.commit()
    browser = as_role(role)

    assert browser.get("/admin/history").status == everything
    assert browser.get(f"/admin/history/product/{stool.public_id}").status == product
    assert browser.get("/admin/history/tax_rate/DE%3Areduced").status == rate
    assert ("History" in browser.get("/admin").text("nav")) is (everything == 200)


def test_a_tax_rate_tells_what_it_was(office, db):
    for millionths in (190_000, 160_000):
        pricing.set_tax_rate(db, ADA, country="DE", tax_class="standard", millionths=millionths)
    db.commit()

    page = office.get("/admin/settings/tax").click("History of the rate for Germany, standard")

    assert page.text("h1") == "Tax rate Germany, standard"
    assert "Rate: 19 % → became 16 %" in texts(page)[0]


@pytest.mark.parametrize("things", [1, 3])
def test_a_page_takes_as_many_statements_for_many_things_as_for_one(office, db, statements, things):
    for number in range(things):
        make_product(db, f"Stool {number}")
        make_category(db, f"Shelf {number}")
    db.commit()

    with statements.counted() as sent:
        office.get("/admin/history")

    assert len(sent) <= 14, "\n".join(sent)


def test_every_event_is_told_in_words():
    """Also those that no sentence was written for, and those whose facts are of another time."""
    for name in known_names():
        said = sentence(name, {}, "EUR")
        assert said, name
        assert said[0] == said[0].upper(), name


def test_all_that_opens_an_account_has_words_for_staff_and_for_its_owner():
    """A new kind of event about people, their passkeys, keys or providers is put in words twice."""
    of_people = ("person.", "passkey.", "key.", "customer.", "staff.", "provider.")
    names = sorted(known_names())
    assert [one for one in names if one.startswith(of_people) and not has_words(one)] == []
    told = [one for one in names if is_told(one)]
    assert len(told) >= 28
    for name in told:
        said = words_for(name, {})
        assert said[0] == said[0].upper() and "_" not in said, name


def test_values_are_shown_as_people_write_them():
    at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    told = changes_in(
        {
            "changed": {
                "price_minor": [1234, None],
                "is_active": [True, False],
                "publish_at": [None, at.isoformat()],
                "body": ["<p>Oak &amp; ash</p>", "x" * 500],
                "options": [[["Size", [["S", ""], ["M", ""]]]], []],
                "millionths": [190000, 70000],
                "position": [1, 2],
                "odd": "not a pair",
            },
            "variants": {"var_1": {"sku": ["A", "B"]}, "var_2": "created"},
        },
        "EUR",
    )

    assert [(one.label, one.before, one.after) for one in told[:4]] == [
        ("Price", Money(1234, "EUR"), None),
        ("Active", "yes", "no"),
        ("Publish at", None, at),
        ("Description", "Oak & ash", told[3].after),
    ]
    assert len(str(told[3].after)) <= 160
    assert [(one.label, one.before, one.after) for one in told[4:]] == [
        ("Options", "Size (S, M)", None),
        ("Rate", "19 %", "7 %"),
        ("SKU", "A", "B"),
    ]
    assert at + timedelta(0) == told[2].after


def test_odd_addresses_are_answered_calmly(office):
    odd = ["%00", "%27", "%25", "x" * 200, "%F0%9F%AA%91", "..%2F..", ":::"]
    asked = [
        f"?{name}={value}" for name in ("q", "kind", "who", "since", "cursor") for value in odd
    ]
    asked += [f"/{value}/{value}" for value in ("%00", "%27", "x" * 200, "%F0%9F%AA%91")]

    statuses = {path: office.get(f"/admin/history{path}").status for path in asked}

    assert {path: status for path, status in statuses.items() if status >= 500} == {}
