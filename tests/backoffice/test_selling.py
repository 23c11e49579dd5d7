"""Where the shop sells and in what money, while that can still be chosen."""

import pytest

from tests.factories.catalogue import make_product
from tests.factories.pricing import make_shipping_method
from webapp.shop.queries import current

PAGE = "/admin/settings/selling"


def step(office):
    """The first-run list's line about where the shop sells; None once the list is gone."""
    found = [one for one in office.get("/admin").texts("ol li") if "Say where you sell" in one]
    return found[0] if found else None


def test_a_new_shop_is_told_to_choose_its_money_before_anything_costs_something(office, db):
    assert "Now Germany, in EUR." in step(office)

    office.get(PAGE).submit("#selling-form", currency="JPY", country="JP")

    assert "Done" in step(office)


def test_once_something_has_a_price_there_is_nothing_left_to_choose(office, db):
    make_product(db)

    assert "Done" in step(office)


@pytest.mark.parametrize(
    ("currency", "typed", "minor", "sentence"),
    [
        ("JPY", "1200", 1200, ""),
        ("KWD", "12.345", 12345, ""),
        ("JPY", "10.50", None, "JPY has no decimals."),
        ("KWD", "0.0005", None, "KWD has 3 decimals, this amount has more."),
    ],
)
def test_the_smallest_order_is_in_the_currency_chosen_beside_it(
    office, db, currency, typed, minor, sentence
):
    page = office.get(PAGE).submit("#selling-form", currency=currency, minimum_order=typed)

    shop = current(db)
    assert shop.minimum_order_minor == minor
    assert shop.currency == ("EUR" if sentence else currency)
    assert sentence in (page.text("#minimum_order-error") if sentence else "")


def test_what_shipping_costs_does_not_become_another_money(office, db):
    make_shipping_method(db)

    page = office.get(PAGE).submit("#selling-form", currency="JPY")

    assert page.status == 422
    assert "Remove its methods" in page.text("#currency-error")
    assert current(db).currency == "EUR"
