import pytest
from sqlmodel import Session

from tests.factories.pricing import make_shipping_method, make_tax_rate
from webapp.kit.actors import SHOPPER, SYSTEM
from webapp.kit.errors import Invalid, NotAllowed
from webapp.kit.money import LARGEST_MINOR, Money
from webapp.pricing import commands, queries
from webapp.pricing.errors import BadMethod, NoSuchMethod, NoSuchRate, TooLarge
from webapp.pricing.queries import NOT_TAXED, Item, estimate, quote
from webapp.runtime.events import history
from webapp.shop import commands as shops
from webapp.shop.queries import current


def stool(**values) -> Item:
    return Item(**{"key": "a", "quantity": 1, "unit_minor": 1999, "weight_g": 500} | values)


def quoted(db: Session, *items: Item, country: str = "DE", method: str | None = None, **settings):
    row = shops.row(db)
    for name, value in settings.items():
        setattr(row, name, value)
    db.commit()
    return quote(db, current(db), items or (stool(),), country=country, method=method)


def names(found) -> list[str]:
    return [way.name for way in found.ways]


def test_the_tax_is_that_of_the_country_else_that_of_everywhere(db):
    make_tax_rate(db, 190_000)
    make_tax_rate(db, 200_000, country="FR")
    make_tax_rate(db, 0, country="CH")

    taxes = {country: quoted(db, country=country).taxes() for country in ("DE", "FR", "CH")}

    assert [row.millionths for row in taxes["DE"]] == [190_000]
    assert [row.millionths for row in taxes["FR"]] == [200_000]
    assert taxes["CH"] == []


def test_goods_that_are_not_taxed_bear_none(db):
    make_tax_rate(db, 190_000)

    assert quoted(db, stool(tax_class=NOT_TAXED)).totals.tax == Money(0, "EUR")


def test_what_is_fetched_is_taxed_where_it_is_fetched(db):
    make_tax_rate(db, 190_000, country="DE")
    make_tax_rate(db, 200_000, country="FR")
    pickup = make_shipping_method(db, "Pick up", price=0, is_pickup=True)
    make_shipping_method(db)

    rows = quoted(db, country="FR", method=pickup.public_id).taxes()

    assert [row.millionths for row in rows] == [190_000]


def test_ways_are_offered_by_country_and_weight(db):
    make_shipping_method(db, "Letter", max_weight_g=1000)
    make_shipping_method(db, "Parcel", min_weight_g=1001)
    make_shipping_method(db, "France", countries=["FR"])
    make_shipping_method(db, "Off", is_active=False)

    assert names(quoted(db)) == ["Letter"]
    assert names(quoted(db, stool(quantity=2))) == ["Letter"]
    assert names(quoted(db, stool(quantity=3))) == ["Parcel"]
    assert names(quoted(db, country="FR")) == ["Letter", "France"]
    assert names(quoted(db, stool(weight_g=None, quantity=99))) == ["Letter"]


def test_only_fetching_is_offered_where_the_shop_does_not_deliver(db):
    make_shipping_method(db)
    make_shipping_method(db, "Pick up", price=0, is_pickup=True)

    assert names(quoted(db, country="FR", delivery_countries=["DE"])) == ["Pick up"]


@pytest.mark.parametrize(("quantity", "price"), [(2, 490), (3, 0)])
def test_delivery_is_free_from_a_sum(db, quantity, price):
    make_shipping_method(db, price=490, free_from_minor=5997)

    found = quoted(db, stool(quantity=quantity))

    assert found.way.price == Money(price, "EUR")
    assert found.totals.shipping == Money(price, "EUR")


def test_the_way_asked_for_is_taken_and_another_for_one_that_is_gone(db):
    make_shipping_method(db, "Standard")
    express = make_shipping_method(db, "Express", price=990)

    assert quoted(db, method=express.public_id).way.name == "Express"
    assert quoted(db, method="shm_gone").way.name == "Standard"
    assert quoted(db, stool(requires_shipping=False)).way is None


def test_without_a_way_there_is_advice(db):
    found = quoted(db, phone="+49 30 1")

    assert found.way is None
    assert found.problem == (
        "We have no way to bring this order to Germany. Choose another address, order less at "
        "once or write to us: +49 30 1."
    )
    assert quoted(db, stool(requires_shipping=False)).problem == ""


def test_a_quote_takes_two_statements(db, statements):
    make_tax_rate(db)
    make_shipping_method(db)
    shop = current(db)
    items = [stool(key=str(number)) for number in range(9)]

    with statements.counted() as seen:
        quote(db, shop, items, country="DE")

    assert len(seen) == 2


def test_a_sum_that_no_column_holds_is_refused(db):
    with pytest.raises(TooLarge):
        quoted(db, stool(unit_minor=LARGEST_MINOR, quantity=2))


@pytest.mark.parametrize(
    ("days", "words"),
    [((0, 0), "Today"), ((1, 1), "1 working day"), ((2, 2), "2 working days"),
     ((1, 3), "1–3 working days"), ((0, 2), "Up to 2 working days")],
)  # fmt: skip
def test_an_estimate_in_words(days, words):
    assert estimate(*days) == words


def test_an_estimate_for_fetching():
    assert estimate(0, 0, is_pickup=True) == "Ready today"
    assert estimate(1, 2, is_pickup=True) == "Ready in 1–2 working days"


def test_a_rate_is_set_replaced_and_removed(db):
    make_tax_rate(db, 190_000)
    make_tax_rate(db, 160_000)
    make_tax_rate(db, 160_000)

    assert [row.millionths for row in queries.all_tax_rates(db)] == [160_000]
    assert len(history(db, "tax_rate", "*:standard")) == 2
    commands.remove_tax_rate(db, SYSTEM, country="*", tax_class="standard")
    assert queries.all_tax_rates(db) == []
    with pytest.raises(NoSuchRate):
        commands.remove_tax_rate(db, SYSTEM, country="*", tax_class="standard")


@pytest.mark.parametrize(
    "values",
    [
        {"country": "XX"},
        {"country": "de"},
        {"tax_class": ""},
        {"tax_class": "Ünïcode"},
        {"tax_class": "x" * 41},
        {"millionths": -1},
        {"millionths": 1_000_001},
        {"name": " "},
        {"name": "x" * 61},
    ],
)
def test_a_rate_that_cannot_be(db, values):
    good = {"country": "DE", "tax_class": "standard", "millionths": 190_000}

    with pytest.raises(Invalid):
        commands.set_tax_rate(db, SYSTEM, **(good | values))

    assert queries.all_tax_rates(db) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"description": "x" * 401}, "description"),
        ({"price_minor": -1}, "price_minor"),
        ({"price_minor": 10**30}, "price_minor"),
        ({"free_from_minor": -1}, "free_from_minor"),
        ({"min_days": 3, "max_days": 2}, "max_days"),
        ({"max_days": 366}, "max_days"),
        ({"min_weight_g": 2, "max_weight_g": 1}, "max_weight_g"),
        ({"countries": ["DE", "XX"]}, "countries"),
        ({"tax_class": "?"}, "tax_class"),
    ],
)
def test_a_method_that_cannot_work(db, values, field):
    with pytest.raises(Invalid) as refused:
        commands.add_shipping_method(db, SYSTEM, **({"name": "Standard"} | values))

    assert refused.value.facts["field"] == field
    db.rollback()
    assert queries.all_shipping_methods(db) == []


def test_a_method_is_changed_and_removed(db):
    method = make_shipping_method(db)

    found = commands.shipping_method(db, method.public_id)
    commands.change_shipping_method(db, SYSTEM, found, price_minor=590, name="Parcel")
    commands.change_shipping_method(db, SYSTEM, found, price_minor=590)
    assert [(one.name, one.price_minor) for one in queries.all_shipping_methods(db)] == [
        ("Parcel", 590)
    ]
    assert len(history(db, "shipping_method", method.public_id)) == 2
    with pytest.raises(BadMethod):
        commands.change_shipping_method(db, SYSTEM, found, price_minor=-1)
    db.rollback()
    commands.remove_shipping_method(db, SYSTEM, found)
    with pytest.raises(NoSuchMethod):
        commands.shipping_method(db, method.public_id)
    with pytest.raises(TypeError):
        commands.change_shipping_method(db, SYSTEM, found, public_id="shm_other")


def test_only_staff_with_the_right_set_prices(db):
    method = make_shipping_method(db)

    for change in (
        lambda: commands.set_tax_rate(
            db, SHOPPER, country="DE", tax_class="standard", millionths=1
        ),
        lambda: commands.remove_tax_rate(db, SHOPPER, country="DE", tax_class="standard"),
        lambda: commands.add_shipping_method(db, SHOPPER, name="x"),
        lambda: commands.change_shipping_method(db, SHOPPER, method, name="x"),
        lambda: commands.remove_shipping_method(db, SHOPPER, method),
    ):
        with pytest.raises(NotAllowed):
            change()
