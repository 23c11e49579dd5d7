"""All that the checkout page shows, given what was typed so far."""

from collections.abc import Mapping

from sqlmodel import Session

from webapp.accounts.addresses import AddressField, countries, fields_of
from webapp.cart.models import Cart
from webapp.cart.queries import CartView, cart_view
from webapp.checkout.choices import SAME, country_of, delivery_countries, is_same
from webapp.kit.money import Money
from webapp.kit.values import Value
from webapp.orders.bill import Bill, tax_label
from webapp.orders.commands import purchase_of
from webapp.payments import providers
from webapp.pricing.queries import Quote, Way, quote
from webapp.shop.queries import Shop


class PaymentChoice(Value):
    code: str
    name: str
    description: str


class CheckoutView(Value, kw_only=True):
    """The page's data. ``chosen`` completes what was typed: country, delivery, payment."""

    cart: CartView
    ships: bool
    same_billing: bool
    shipping_countries: tuple[tuple[str, str], ...]
    billing_countries: tuple[tuple[str, str], ...]
    shipping_fields: tuple[AddressField, ...]
    billing_fields: tuple[AddressField, ...]
    ways: tuple[Way, ...]
    delivery_problem: str
    payments: tuple[PaymentChoice, ...]
    bill: Bill
    chosen: dict[str, str]
    has_terms: bool
    terms_version: int

    @property
    def total(self) -> Money:
        return self.bill.total


def checkout_view(
    session: Session, shop: Shop, cart: Cart, typed: Mapping[str, str]
) -> CheckoutView:
    """At most six statements. Nothing that was typed is lost; what cannot be is replaced by what
    can (a country we do not deliver to, a delivery that is not on offer).
    """
    shown = cart_view(session, shop, cart)
    ships = shown.needs_shipping
    shipping_country = country_of(shop, typed, "shipping")
    billing_country = country_of(shop, typed, "billing")
    country = shipping_country if ships else billing_country
    priced = quote(session, shop, shown.items(), country=country, method=typed.get("method"))
    purchase = purchase_of(priced, country)
    payments = tuple(
        PaymentChoice(one.code, one.name(purchase), one.description(purchase))
        for one in providers.offered(shop, purchase)
    )
    same = is_same(typed)
    every = countries(shop.locale)
    return CheckoutView(
        cart=shown,
        ships=ships,
        same_billing=same,
        shipping_countries=delivery_countries(shop, every),
        billing_countries=every,
        shipping_fields=fields_of(shipping_country) if ships else (),
        billing_fields=() if ships and same else fields_of(billing_country),
        ways=priced.ways,
        delivery_problem=priced.problem,
        payments=payments,
        bill=bill_of(priced),
        chosen={
            "shipping-country": shipping_country,
            "billing-country": billing_country,
            "method": priced.way.public_id if priced.way else "",
            "payment": _chosen_payment(payments, typed.get("payment", "")),
            SAME: "on" if same else "",
        },
        has_terms=bool(shop.terms),
        terms_version=shop.terms_version,
    )


def bill_of(priced: Quote) -> Bill:
    """The foot of the bill, before it is an order."""
    shipping = priced.result.shipping
    zero = Money.zero(priced.result.currency)
    if shipping is None:
        cost = zero
    else:
        cost = shipping.gross if priced.prices_include_tax else shipping.amount
    totals = priced.totals
    return Bill(
        subtotal=totals.subtotal,
        discount=totals.discount,
        delivery_name=priced.way.name if priced.way else "",
        shipping=cost,
        fees=totals.fees,
        tax_rows=[(tax_label(row.name, row.millionths), row.tax) for row in priced.taxes()],
        total=totals.total,
        prices_include_tax=priced.prices_include_tax,
    )


def _chosen_payment(payments: tuple[PaymentChoice, ...], typed: str) -> str:
    codes = [payment.code for payment in payments]
    if typed in codes:
        return typed
    return codes[0] if codes else ""
