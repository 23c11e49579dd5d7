"""Setting tax rates and shipping methods."""

import re
from typing import Any

from sqlmodel import Session, col, func, select

from webapp.accounts.addresses import is_country
from webapp.kit.actors import Actor
from webapp.kit.errors import Invalid
from webapp.kit.money import LARGEST_MINOR
from webapp.pricing.errors import BadMethod, NoSuchMethod, NoSuchRate
from webapp.pricing.events import ShippingMethodChanged, TaxRateChanged
from webapp.pricing.models import ShippingMethod, TaxRate
from webapp.runtime.events import emit

EVERYWHERE = "*"
MILLION = 1_000_000
LONGEST_DAYS = 365
HEAVIEST_G = 100_000_000

_TAX_CLASS = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_CHANGEABLE = frozenset(
    {
        "name",
        "description",
        "countries",
        "price_minor",
        "free_from_minor",
        "tax_class",
        "min_days",
        "max_days",
        "min_weight_g",
        "max_weight_g",
        "is_pickup",
        "pickup_text",
        "is_active",
        "position",
    }
)


def set_tax_rate(
    session: Session,
    actor: Actor,
    *,
    country: str,
    tax_class: str,
    millionths: int,
    name: str = "VAT",
) -> TaxRate:
    """The rate for one class of goods in one country (``*``: wherever there is no other).

    19 % is 190_000 millionths. Setting it again replaces it.
    """
    actor.must("settings:write")
    _check_class(tax_class)
    if country != EVERYWHERE and not is_country(country):
        raise Invalid("Choose a country from the list.", field="country")
    if not 0 <= millionths <= MILLION:
        raise Invalid("A tax rate is between 0 and 100 %.", field="millionths")
    if not 0 < len(name.strip()) <= 60:
        raise Invalid("Name the tax in at most 60 characters, like VAT.", field="name")
    rate = session.exec(
        select(TaxRate).where(TaxRate.country == country, TaxRate.tax_class == tax_class)
    ).one_or_none()
    if rate is None:
        rate = TaxRate(country=country, tax_class=tax_class)
    elif (rate.millionths, rate.name) == (millionths, name.strip()):
        return rate
    is_new = rate.id is None
    wanted = {"millionths": millionths, "name": name.strip()}
    changed: dict[str, list[Any]] = {
        column: [None if is_new else getattr(rate, column), value]
        for column, value in wanted.items()
        if is_new or getattr(rate, column) != value
    }
    rate.millionths = millionths
    rate.name = name.strip()
    session.add(rate)
    session.flush()
    emit(session, TaxRateChanged(country, tax_class, millionths, changed), actor=actor)
    return rate


def remove_tax_rate(session: Session, actor: Actor, *, country: str, tax_class: str) -> None:
    """Charge that class what ``*`` says, or nothing. Refuses with ``NoSuchRate``."""
    actor.must("settings:write")
    rate = session.exec(
        select(TaxRate).where(TaxRate.country == country, TaxRate.tax_class == tax_class)
    ).one_or_none()
    if rate is None:
        raise NoSuchRate("This tax rate is not there any more.")
    changed: dict[str, list[Any]] = {
        "millionths": [rate.millionths, None],
        "name": [rate.name, None],
    }
    session.delete(rate)
    session.flush()
    emit(session, TaxRateChanged(country, tax_class, None, changed), actor=actor)


def add_shipping_method(
    session: Session, actor: Actor, *, name: str, **values: Any
) -> ShippingMethod:
    """A new way for goods to travel, after the others. ``values`` as in ``ShippingMethod``."""
    actor.must("settings:write")
    last = session.exec(select(func.max(ShippingMethod.position))).one()
    method = ShippingMethod(name=name.strip(), position=0 if last is None else last + 1)
    _assign(method, values)
    _check_method(method)
    session.add(method)
    session.flush()
    changed = {name: [None, value] for name, value in _told(method).items()}
    emit(session, ShippingMethodChanged(method.public_id, changed), actor=actor)
    return method


def change_shipping_method(
    session: Session, actor: Actor, method: ShippingMethod, **values: Any
) -> ShippingMethod:
    """Set the named columns. Orders that were placed keep what they were told."""
    actor.must("settings:write")
    before = {name: getattr(method, name) for name in values if name in _CHANGEABLE}
    _assign(method, values)
    _check_method(method)
    changed = {
        name: [was, getattr(method, name)]
        for name, was in before.items()
        if was != getattr(method, name)
    }
    if changed:
        session.add(method)
        session.flush()
        emit(session, ShippingMethodChanged(method.public_id, changed), actor=actor)
    return method


def remove_shipping_method(session: Session, actor: Actor, method: ShippingMethod) -> None:
    """Take the method out of the shop."""
    actor.must("settings:write")
    changed = {name: [value, None] for name, value in _told(method).items()}
    session.delete(method)
    session.flush()
    fact = ShippingMethodChanged(method.public_id, changed)
    emit(session, fact, actor=actor)


def shipping_method(session: Session, public_id: str) -> ShippingMethod:
    """The method of that id, to be changed. Raises ``NoSuchMethod``."""
    method = session.exec(
        select(ShippingMethod).where(col(ShippingMethod.public_id) == public_id)
    ).one_or_none()
    if method is None:
        raise NoSuchMethod("This shipping method is not there any more.")
    return method


def _told(method: ShippingMethod) -> dict[str, Any]:
    """What there is to say of a method, for the fact of its coming or going."""
    values = {name: getattr(method, name) for name in sorted(_CHANGEABLE)}
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _assign(method: ShippingMethod, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if name not in _CHANGEABLE:
            raise TypeError(f"a shipping method has no {name!r} that can be set")
        setattr(method, name, value.strip() if isinstance(value, str) else value)


def _check_method(method: ShippingMethod) -> None:
    if not 0 < len(method.name) <= 120:
        raise BadMethod("Give it a name of at most 120 characters.", field="name")
    for name, longest in (("description", 400), ("pickup_text", 400)):
        if len(getattr(method, name)) > longest:
            raise BadMethod(f"Use at most {longest} characters.", field=name)
    for name in ("price_minor", "free_from_minor"):
        amount = getattr(method, name)
        if amount is not None and not 0 <= amount <= LARGEST_MINOR:
            raise BadMethod("Enter an amount of zero or more.", field=name)
    if not 0 <= method.min_days <= method.max_days <= LONGEST_DAYS:
        raise BadMethod(
            "The days go from the smaller number to the larger, at most 365.", field="max_days"
        )
    low, high = method.min_weight_g, method.max_weight_g
    for weight in (low, high):
        if weight is not None and not 0 <= weight <= HEAVIEST_G:
            raise BadMethod("Enter a weight of zero or more.", field="max_weight_g")
    if low is not None and high is not None and low > high:
        raise BadMethod(
            "The weights go from the smaller number to the larger.", field="max_weight_g"
        )
    unknown = [code for code in method.countries if not is_country(code)]
    if unknown:
        raise BadMethod(f"{', '.join(unknown)}: no such country.", field="countries")
    _check_class(method.tax_class)


def _check_class(tax_class: str) -> None:
    if not _TAX_CLASS.fullmatch(tax_class):
        raise Invalid(
            "A tax class is a short word of small letters, like standard.", field="tax_class"
        )
