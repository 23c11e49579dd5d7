"""What a selection of goods costs somewhere: the calculation with its inputs looked up."""

from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from webapp.accounts.addresses import country_name
from webapp.kit.money import LARGEST_MINOR, Money
from webapp.kit.values import Value
from webapp.pricing.calculation import (
    LineInput,
    PriceCandidate,
    PricedLine,
    PriceInputs,
    PriceResult,
    Rate,
    ShippingInput,
    TaxRules,
    Totals,
    calculate,
)
from webapp.pricing.errors import TooLarge
from webapp.pricing.models import ShippingMethod, TaxRate
from webapp.runtime.db import once
from webapp.shop.queries import Shop

NOT_TAXED = "-"
"""The tax class of goods that bear no tax anywhere."""


class Item(Value, kw_only=True):
    """So many units of one thing at a price that is already decided."""

    key: str
    quantity: int
    unit_minor: int
    label: str = ""
    tax_class: str = "standard"
    requires_shipping: bool = True
    weight_g: int | None = None


class Way(Value, kw_only=True):
    """A shipping method as it is offered for these goods. ``price`` is what it costs them."""

    public_id: str
    name: str
    description: str
    price: Money
    estimate: str
    is_pickup: bool
    pickup_text: str
    tax_class: str
    listed: Money
    free_from: Money | None


class TaxSum(Value):
    """One row of the tax summary: (rate in millionths, name, the base without tax, the tax)."""

    name: str
    millionths: int
    base: Money
    tax: Money


class Quote(Value):
    """What the goods cost in one place, sent one way.

    ``way`` is the one asked for, else the first. ``problem`` says why there is none although goods
    have to be sent, and what the shopper can do; it is empty otherwise.
    """

    country: str
    prices_include_tax: bool
    needs_shipping: bool
    ways: tuple[Way, ...]
    way: Way | None
    problem: str
    result: PriceResult

    @property
    def totals(self) -> Totals:
        return self.result.totals

    def line(self, key: str) -> PricedLine:
        return self.result.line(key)

    def taxes(self) -> list[TaxSum]:
        """The tax of each rate over everything, highest rate first."""
        sums: dict[Rate, tuple[Money, Money]] = {}
        zero = Money.zero(self.result.currency)
        for group in self.result.groups:
            for tax in group.taxes:
                base, amount = sums.get(tax.rate, (zero, zero))
                sums[tax.rate] = (base + tax.taxable, amount + tax.amount)
        rows = [TaxSum(rate.name, rate.millionths, *sums[rate]) for rate in sums]
        return sorted(rows, key=lambda row: (-row.millionths, row.name))


def quote(
    session: Session,
    shop: Shop,
    items: Sequence[Item],
    *,
    country: str,
    method: str | None = None,
) -> Quote:
    """Price ``items`` for a destination: two statements, whatever their number.

    Tax follows the country of destination, for goods fetched at the shop its own. Raises
    ``TooLarge`` for sums that no column holds.
    """
    goods = sum(item.unit_minor * item.quantity for item in items)
    if goods > LARGEST_MINOR:
        raise TooLarge("This is worth more than the shop can handle in one order.")
    needs_shipping = any(item.requires_shipping for item in items)
    ways = _ways(session, shop, items, country, goods) if needs_shipping else ()
    way = next((one for one in ways if one.public_id == method), ways[0] if ways else None)
    taxed_in = shop.country if way is not None and way.is_pickup else country
    result = calculate(
        PriceInputs(
            currency=shop.currency,
            lines=tuple(_line(item, shop) for item in items),
            shipping=_shipping(way),
            tax=TaxRules(
                rates=rates(session, taxed_in),
                inclusive=shop.prices_include_tax,
                rounding="line" if shop.tax_rounding == "line" else "document",
            ),
        )
    )
    problem = "" if ways or not needs_shipping else _advice(shop, country)
    return Quote(
        country, shop.prices_include_tax, needs_shipping, tuple(ways), way, problem, result
    )


def rates(session: Session, country: str) -> Mapping[str, tuple[Rate, ...]]:
    """The tax rates in ``country`` by class: its own, else those for everywhere (``*``)."""
    return once(session, ("rates", country), lambda: _rates(session, country))


def _rates(session: Session, country: str) -> Mapping[str, tuple[Rate, ...]]:
    rows = session.exec(
        select(TaxRate.country, TaxRate.tax_class, TaxRate.name, TaxRate.millionths).where(
            col(TaxRate.country).in_([country, "*"])
        )
    ).all()
    found: dict[str, tuple[Rate, ...]] = {}
    for _country, tax_class, name, millionths in sorted(rows, key=lambda row: row[0] != "*"):
        found[tax_class] = (Rate(name, millionths, country),) if millionths else ()
    return {tax_class: those for tax_class, those in found.items() if those}


def all_tax_rates(session: Session) -> Sequence[TaxRate]:
    """Every rate, by country and class, for the settings page."""
    return session.exec(
        select(TaxRate).order_by(col(TaxRate.country), col(TaxRate.tax_class))
    ).all()


def all_shipping_methods(session: Session) -> Sequence[ShippingMethod]:
    """Every method in the merchant's order, the inactive ones too."""
    return session.exec(
        select(ShippingMethod).order_by(col(ShippingMethod.position), col(ShippingMethod.id))
    ).all()


def _ways(
    session: Session, shop: Shop, items: Sequence[Item], country: str, goods: int
) -> tuple[Way, ...]:
    """The methods that serve this country, weight and value, in the merchant's order."""
    weight = sum((item.weight_g or 0) * item.quantity for item in items if item.requires_shipping)
    methods = session.exec(
        select(ShippingMethod)
        .where(col(ShippingMethod.is_active).is_(True))
        .order_by(col(ShippingMethod.position), col(ShippingMethod.id))
    ).all()
    delivers = not shop.delivery_countries or country in shop.delivery_countries
    return tuple(
        _way(method, shop, goods)
        for method in methods
        if (delivers or method.is_pickup)
        and (not method.countries or country in method.countries)
        and (method.min_weight_g is None or weight >= method.min_weight_g)
        and (method.max_weight_g is None or weight <= method.max_weight_g)
    )


def _way(method: ShippingMethod, shop: Shop, goods: int) -> Way:
    is_free = method.free_from_minor is not None and goods >= method.free_from_minor
    return Way(
        public_id=method.public_id,
        name=method.name,
        description=method.description,
        price=shop.money(0 if is_free else method.price_minor),
        estimate=estimate(method.min_days, method.max_days, is_pickup=method.is_pickup),
        is_pickup=method.is_pickup,
        pickup_text=method.pickup_text,
        tax_class=method.tax_class,
        listed=shop.money(method.price_minor),
        free_from=None if method.free_from_minor is None else shop.money(method.free_from_minor),
    )


def estimate(low: int, high: int, *, is_pickup: bool = False) -> str:
    """How long it takes, in words, from working days."""
    if high == 0:
        return "Ready today" if is_pickup else "Today"
    days = f"{low}–{high} working days" if low not in {high, 0} else _up_to(low, high)
    return f"Ready in {days[0].lower()}{days[1:]}" if is_pickup else days


def _up_to(low: int, high: int) -> str:
    days = f"{high} working day{'' if high == 1 else 's'}"
    return days if low == high else f"Up to {days}"


def _line(item: Item, shop: Shop) -> LineInput:
    return LineInput(
        key=item.key,
        quantity=item.quantity,
        prices=(PriceCandidate(shop.money(item.unit_minor)),),
        label=item.label,
        tax_class=item.tax_class,
        requires_shipping=item.requires_shipping,
        weight_g=max(item.weight_g or 0, 0),
    )


def _shipping(way: Way | None) -> ShippingInput | None:
    if way is None:
        return None
    return ShippingInput(
        key=way.public_id,
        name=way.name,
        price=way.listed,
        tax_class=way.tax_class,
        free_from=way.free_from,
    )


def _advice(shop: Shop, country: str) -> str:
    reach = shop.email or shop.phone
    where = country_name(country, shop.locale)
    ask = f" or write to us: {reach}" if reach else ""
    return (
        f"We have no way to bring this order to {where}. Choose another address, order less at "
        f"once{ask}."
    )
