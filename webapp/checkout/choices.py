"""What was typed at checkout: kept as it is, and read into what an order needs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from webapp.accounts.addresses import FIELDS, Address, country_name, is_country, read
from webapp.accounts.commands import normalised_email
from webapp.accounts.profiles import SavedAddress
from webapp.kit.errors import Invalid
from webapp.shop.queries import Shop

LONGEST_KEPT = 1000

SAME = "same_billing"
"""The checkbox "the billing address is the same"."""

SAVED, SAVED_WAS = "saved", "saved_was"
"""Which address of the address book was chosen, and which it was when the page was shown."""

_KEPT = frozenset(
    {SAVED, "email", "phone", "note", "gift_message", "method", "payment", SAME}
    | {f"{part}-{name}" for part in ("shipping", "billing") for name in ("country", *FIELDS)}
)
_PHONE = re.compile(r"\+?[0-9][0-9 ()/.-]{3,38}")
_ATTEMPT = re.compile(r"[A-Za-z0-9_-]{20,64}")


@dataclass
class Buyer:
    """Who buys and where it goes. ``errors`` has a sentence for each input to blame."""

    email: str = ""
    phone: str = ""
    shipping: Address | None = None
    billing: Address | None = None
    errors: dict[str, str] = field(default_factory=dict)


def kept(typed: Mapping[str, str]) -> dict[str, str]:
    """What to remember of a form, so that nothing typed is lost. Never the box of the terms."""
    found = {
        name: value.replace("\0", "")[:LONGEST_KEPT]
        for name, value in typed.items()
        if name in _KEPT
    }
    return {SAME: "", **found} if found else {}


def begun(typed: Mapping[str, str], email: str, book: Sequence[SavedAddress]) -> dict[str, str]:
    """With what somebody keeps in their account, where nothing was typed yet."""
    begun = dict(typed)
    begun["email"] = typed.get("email") or email
    if any(name.startswith(("shipping-", "billing-")) for name in typed):
        return begun
    delivery = next((one for one in book if one.is_delivery), None)
    invoice = next((one for one in book if one.is_invoice), None)
    if delivery is not None:
        begun |= {**_written(delivery, "shipping"), SAVED: delivery.public_id}
    if invoice is not None:
        begun |= _written(invoice, "billing")
    if delivery is not None and invoice is not None and delivery is not invoice:
        begun[SAME] = ""
    return begun


def with_saved(typed: Mapping[str, str], book: Sequence[SavedAddress]) -> dict[str, str]:
    """With the address that was just chosen from the address book, if one was."""
    wanted = typed.get(SAVED, "")
    chosen = next((one for one in book if one.public_id == wanted), None)
    if chosen is None or wanted == typed.get(SAVED_WAS, ""):
        return dict(typed)
    return {**typed, **_written(chosen, "shipping"), SAVED_WAS: wanted}


def _written(saved: SavedAddress, part: str) -> dict[str, str]:
    values = {name: getattr(saved.address, name) for name in ("country", *FIELDS)}
    return {f"{part}-{name}": value for name, value in values.items()}


def delivery_countries(
    shop: Shop, all_countries: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, str], ...]:
    """Where the shop delivers, as (code, name)."""
    if not shop.delivery_countries:
        return all_countries
    return tuple(pair for pair in all_countries if pair[0] in shop.delivery_countries)


def country_of(shop: Shop, typed: Mapping[str, str], part: str) -> str:
    """The country that was chosen, else the shop's own, else the first it delivers to."""
    chosen = typed.get(f"{part}-country", "")
    if is_country(chosen) and (part == "billing" or _delivers(shop, chosen)):
        return chosen
    if part == "billing" or _delivers(shop, shop.country):
        return shop.country if is_country(shop.country) else "DE"
    return shop.delivery_countries[0]


def read_buyer(shop: Shop, typed: Mapping[str, str], *, ships: bool) -> Buyer:
    """Email, phone and addresses, each checked; all that is wrong is told at once."""
    buyer = Buyer()
    if typed.get("email", "").strip():
        try:
            buyer.email = normalised_email(typed["email"])
        except Invalid as refusal:
            buyer.errors["email"] = refusal.detail
    phone = typed.get("phone", "").strip()
    if phone and not _PHONE.fullmatch(phone):
        buyer.errors["phone"] = "Enter a phone number, like +49 30 901820."
    buyer.phone = phone
    if "billing-country" not in typed:
        # The box was unticked on a page that did not show these fields yet.
        typed = {**typed, "billing-country": country_of(shop, typed, "billing")}
    if not ships:
        buyer.billing = _address(typed, "billing", buyer)
        return buyer
    country = typed.get("shipping-country", "")
    if is_country(country) and not _delivers(shop, country):
        where = country_name(country, shop.locale)
        buyer.errors["shipping-country"] = f"We do not deliver to {where}."
    else:
        buyer.shipping = _address(typed, "shipping", buyer)
    if is_same(typed):
        buyer.billing = buyer.shipping
    else:
        buyer.billing = _address(typed, "billing", buyer)
    return buyer


def is_same(typed: Mapping[str, str]) -> bool:
    """Whether the bill goes where the goods go; so unless somebody said otherwise."""
    return typed.get(SAME, "on") == "on"


def attempt_of(typed: str) -> str | None:
    """The form's random key, if it looks like one of ours."""
    return typed if _ATTEMPT.fullmatch(typed) else None


def _address(typed: Mapping[str, str], part: str, buyer: Buyer) -> Address | None:
    values = {name: typed.get(f"{part}-{name}", "") for name in FIELDS}
    address, wrong = read(typed.get(f"{part}-country", ""), values)
    buyer.errors |= {f"{part}-{name}": sentence for name, sentence in wrong.items()}
    return address


def _delivers(shop: Shop, country: str) -> bool:
    return not shop.delivery_countries or country in shop.delivery_countries
