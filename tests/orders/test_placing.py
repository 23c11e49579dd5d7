import pytest
from sqlmodel import Session, col, func, select

from tests.factories.cart import fresh, make_cart, make_goods, set_price, withdraw
from tests.factories.orders import BERLIN, make_order, make_placement, place
from tests.factories.pricing import make_shipping_method, make_tax_rate
from tests.orders.books import faults
from webapp.cart import commands as carts
from webapp.cart import queries as cart_queries
from webapp.cart.models import CartState
from webapp.catalogue.models import Product
from webapp.inventory import commands as inventory
from webapp.inventory.queries import availability
from webapp.kit.actors import SYSTEM
from webapp.orders import commands, queries
from webapp.orders.errors import EmptyCart, OrderChanged, OutsideLimits, TermsNotAccepted
from webapp.orders.models import (
    FulfilmentStatus,
    Order,
    OrderLine,
    OrderStatus,
    OrderTaxLine,
    PaymentStatus,
)
from webapp.payments.errors import UnknownMethod
from webapp.payments.models import Payment
from webapp.pricing.errors import NoDelivery, TooLarge
from webapp.runtime.events import history
from webapp.shop import commands as shops
from webapp.shop.queries import current


def settings(db: Session, **values) -> None:
    row = shops.row(db)
    for name, value in values.items():
        setattr(row, name, value)
    db.commit()


def refuse(db: Session, cart, error, **values) -> Exception:
    """Place, expect the refusal, and see that nothing is left of the try."""
    placement = make_placement(db, cart, **values)
    left = {
        line.variant_id: fresh_left(db, line.variant_id) for line in cart_queries.lines_of(db, cart)
    }
    with pytest.raises(error) as refused:
        commands.place(db, current(db), cart.public_id, placement)
    db.rollback()
    assert orders(db) == 0
    assert db.exec(select(func.count()).select_from(Payment)).one() == 0
    assert {key: fresh_left(db, key) for key in left} == left
    db.refresh(cart)
    assert cart.state is CartState.open
    return refused.value


def fresh_left(db: Session, variant_id: int) -> int | None:
    return availability(db, [variant_id])[variant_id].most


def orders(db: Session) -> int:
    return db.exec(select(func.count()).select_from(Order)).one()


def test_an_order_keeps_what_the_shopper_saw(db):
    make_tax_rate(db, 190_000)
    make_shipping_method(db, price=490)
    stool = make_goods(db, "Oak stool", price=1999, on_hand=5)
    cart = make_cart(db, (stool, 2))

    order = place(db, cart, note="Ring twice", gift_message="For you", phone="+49 30 1")

    assert order.number == "1001"
    assert order.status is OrderStatus.open
    assert (order.subtotal_minor, order.shipping_minor, order.total_minor) == (3998, 490, 4488)
    assert order.tax_minor == 717  # 44.88 less 44.88 / 1.19
    assert order.billing_address["lines"] == [
        "Ada Lovelace",
        "Torstraße 1",
        "10119 Berlin",
        "Germany",
    ]
    assert (order.note, order.gift_message, order.phone) == ("Ring twice", "For you", "+49 30 1")
    assert (order.shipping_method, order.shipping_estimate) == ("Standard", "1–3 working days")
    assert (order.payment_method, order.payment_name) == ("bank_transfer", "Bank transfer")
    line = db.exec(select(OrderLine)).one()
    assert (line.title, line.sku, line.quantity) == ("Oak stool", stool.sku, 2)
    assert (line.unit_price_minor, line.subtotal_minor, line.total_minor) == (1999, 3998, 3998)
    assert [row.tax_minor for row in db.exec(select(OrderTaxLine).order_by("id"))] == [639, 78]
    assert fresh(db, stool.variant).left == 3
    db.refresh(cart)
    assert cart.state is CartState.converted
    assert faults(db) == []


def test_what_happened_is_on_record(db):
    order = make_order(db)

    happened = history(db, "order", order.public_id)

    assert [event.name for event in happened] == ["order.placed", "order.confirmed"]
    assert happened[0].payload["total_minor"] == 1999
    assert "ada@example.com" not in str([event.payload for event in happened])


def test_later_changes_of_the_catalogue_do_not_reach_an_order(db):
    stool = make_goods(db, "Oak stool", price=1999)
    order = make_order(db, stool)
    set_price(db, stool, 1)
    product = db.get(Product, stool.product_id)
    product.title = "Renamed"
    db.commit()

    page = queries.order_page(db, order.number)

    assert [(line.title, line.unit.minor) for line in page.lines] == [("Oak stool", 1999)]
    assert page.total.minor == 1999


def test_prices_without_tax_have_it_added(db):
    make_tax_rate(db, 210_000)
    make_shipping_method(db, price=500)
    settings(db, prices_include_tax=False)

    order = make_order(db, (make_goods(db, price=1070), 2))

    assert order.subtotal_minor == 2140
    assert order.tax_minor == 554  # 21 % of 26.40, rounded once
    assert order.shipping_minor == 605
    assert order.total_minor == 3194
    page = queries.order_page(db, order.number)
    assert (page.subtotal + page.shipping + page.tax).minor == page.total.minor
    assert faults(db) == []


def test_a_second_click_gives_the_order_of_the_first(db):
    stool = make_goods(db, on_hand=5)
    cart = make_cart(db, (stool, 2))
    placement = make_placement(db, cart)

    first = commands.place(db, current(db), cart.public_id, placement)
    second = commands.place(db, current(db), cart.public_id, placement)
    db.commit()

    assert first.id == second.id
    assert orders(db) == 1
    assert fresh(db, stool.variant).left == 3


def test_numbers_follow_each_other_between_prefix_and_suffix(db):
    settings(db, order_prefix="VT-", order_suffix="-26", next_order_number=7)

    assert [make_order(db).number for _ in range(3)] == ["VT-7-26", "VT-8-26", "VT-9-26"]


def test_a_number_that_is_taken_is_passed_over(db):
    settings(db, next_order_number=1001)
    make_order(db)
    make_order(db)
    settings(db, next_order_number=1001)

    assert make_order(db).number == "1003"


def test_an_empty_or_unknown_cart_becomes_no_order(db):
    cart = make_cart(db)

    refuse(db, cart, EmptyCart)
    with pytest.raises(EmptyCart):
        commands.place(db, current(db), "crt_nothing", make_placement(db, cart))


def test_a_cart_changed_in_another_window_stops_the_order(db):
    stool = make_goods(db)
    cart = make_cart(db, stool)
    version = cart.version
    carts.add(db, cart, stool)
    db.commit()

    refused = refuse(db, cart, OrderChanged, cart_version=version, shown_total_minor=1999)

    assert refused.facts["differences"] == [
        "Your cart was changed in another window.",
        "The total was €19.99 and is €39.98 now.",
    ]


def test_a_price_that_moved_stops_the_order(db):
    stool = make_goods(db, "Oak stool", price=1999)
    cart = make_cart(db, stool)
    set_price(db, stool, 2499)

    refused = refuse(db, cart, OrderChanged, shown_total_minor=1999)

    assert refused.facts["differences"] == [
        "Oak stool was €19.99 and costs €24.99 now.",
        "The total was €19.99 and is €24.99 now.",
    ]


def test_dearer_delivery_stops_the_order(db):
    method = make_shipping_method(db, price=490)
    cart = make_cart(db, make_goods(db, price=1999))
    method.price_minor = 590
    db.commit()

    refused = refuse(db, cart, OrderChanged, shown_total_minor=2489)

    assert refused.facts["differences"] == ["The total was €24.89 and is €25.89 now."]


def test_delivery_that_is_gone_stops_the_order(db):
    make_shipping_method(db, price=490)
    other = make_shipping_method(db, "Express", price=490)
    cart = make_cart(db, make_goods(db))
    other.is_active = False
    db.commit()

    refused = refuse(db, cart, OrderChanged, shipping_method=other.public_id)

    assert refused.facts["differences"] == [
        "The way of delivery you chose is not on offer for this any more."
    ]


@pytest.mark.parametrize(("left", "sentence"), [(1, "Only 1 left."), (0, "This has sold out.")])
def test_stock_that_went_stops_the_order(db, left, sentence):
    stool = make_goods(db, "Oak stool", price=1999, on_hand=2)
    cart = make_cart(db, (stool, 2))
    inventory.count(db, SYSTEM, stool.variant_id, left)
    db.commit()

    refused = refuse(db, cart, OrderChanged, shown_total_minor=3998)

    assert f"Oak stool: {sentence}" in refused.facts["differences"]


def test_what_was_withdrawn_stops_the_order(db):
    stool = make_goods(db, "Oak stool")
    cart = make_cart(db, stool)
    withdraw(db, stool)

    refused = refuse(db, cart, OrderChanged)

    assert refused.facts["differences"][0] == "Oak stool: We do not sell this any more."


def test_an_address_that_nothing_leads_to_is_named(db):
    make_shipping_method(db, countries=["FR"])
    settings(db, email="shop@example.com")
    cart = make_cart(db, make_goods(db))

    refused = refuse(db, cart, NoDelivery)

    assert refused.detail == (
        "We have no way to bring this order to Germany. Choose another address, order less at "
        "once or write to us: shop@example.com."
    )


def test_digital_goods_need_no_delivery(db):
    course = make_goods(
        db, "Course", on_hand=None, variant={"requires_shipping": False, "is_digital": True}
    )

    order = make_order(db, course)

    assert (order.shipping_method, order.shipping_minor) == ("", 0)
    assert order.shipping_address == {}
    assert order.fulfilment_status is FulfilmentStatus.unfulfilled


@pytest.mark.parametrize("method", ["cheque", "", "free", "<script>"])
def test_a_way_of_paying_that_is_not_offered(db, method):
    refuse(db, make_cart(db, make_goods(db)), UnknownMethod, payment_method=method)


def test_cash_on_delivery_is_for_what_is_delivered(db):
    course = make_goods(db, on_hand=None, variant={"requires_shipping": False})

    refuse(db, make_cart(db, course), UnknownMethod, payment_method="cash_on_delivery")


def test_an_order_that_costs_nothing_is_paid(db):
    sample = make_goods(db, "Sample", price=0)

    order = make_order(db, sample, payment_method="")

    assert order.payment_method == "free"
    assert order.payment_status is PaymentStatus.paid
    assert order.status is OrderStatus.open
    assert faults(db) == []


def test_terms_are_accepted_in_the_version_that_was_read(db):
    settings(db, terms="Be kind.", terms_version=3)
    cart = make_cart(db, make_goods(db))

    refuse(db, cart, TermsNotAccepted)
    assert "changed" in refuse(db, cart, TermsNotAccepted, terms_version=2).detail
    order = place(db, cart, terms_version=3)

    assert order.terms_version == 3
    assert order.terms_accepted_at == order.placed_at


def test_without_terms_nothing_is_recorded(db):
    order = make_order(db, terms_version=1)

    assert (order.terms_version, order.terms_accepted_at) == (None, None)


def test_the_shop_takes_orders_within_its_limits(db):
    settings(db, minimum_order_minor=5000)

    refuse(db, make_cart(db, make_goods(db)), OutsideLimits)


def test_a_sum_that_no_column_holds_is_refused(db):
    cart = make_cart(db, (make_goods(db, price=10**14, on_hand=None), 9999))

    with pytest.raises(TooLarge):
        make_placement(db, cart)


def test_several_taxes_and_odd_cents_still_balance(db):
    make_tax_rate(db, 190_000)
    make_tax_rate(db, 70_000, tax_class="reduced")
    make_shipping_method(db, price=333)
    things = [
        (make_goods(db, "A", price=1, on_hand=50), 7),
        (make_goods(db, "B", price=333, on_hand=50, tax_class="reduced"), 3),
        (make_goods(db, "C", price=1099), 1),
        (make_goods(db, "D", price=1099, is_taxable=False), 1),
    ]

    for rounding in ("document", "line"):
        for included in (True, False):
            settings(db, tax_rounding=rounding, prices_include_tax=included)
            make_order(db, *things)

    assert faults(db) == []


def test_an_order_is_placed_in_few_statements(db, statements):
    make_tax_rate(db)
    make_shipping_method(db)
    make_order(db)
    cart = make_cart(db, make_goods(db), make_goods(db, "Table"))
    placement = make_placement(db, cart)
    shop = current(db)

    with statements.counted() as seen:
        commands.place(db, shop, cart.public_id, placement)
        placed = len(seen)
        db.commit()

    assert placed <= 31  # of them two for the buyer's mail
    assert len(seen) - placed <= 11  # the notice to staff, and what is told outside, frozen


def test_the_form_is_known_again(db):
    order = make_order(db, attempt="a" * 43)

    assert queries.by_attempt(db, "a" * 43).id == order.id
    assert queries.by_attempt(db, "b" * 43) is None


def test_an_address_is_frozen_in_the_shops_language(db):
    settings(db, locale="de_DE")

    order = make_order(db, billing_address=BERLIN)

    assert order.billing_address["lines"][-1] == "Deutschland"
    assert db.exec(select(Order).where(col(Order.locale) == "de_DE")).one().id == order.id
