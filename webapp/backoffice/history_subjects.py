"""What the events are about: what each kind is called, who may see it, its name and its page."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from babel import Locale
from sqlalchemy import func, select
from sqlmodel import Session, col

from webapp.accounts.models import ApiKey, CustomerGroup, Person, Role
from webapp.catalogue.models import Attribute, Brand, Category, Collection, Product, Variant
from webapp.downloads.models import DigitalAsset
from webapp.downloads.portraits import draw_entitlements
from webapp.exchange.models import CatalogueImport
from webapp.identities.models import Provider
from webapp.kit.actors import Actor
from webapp.kit.values import Value
from webapp.media.models import MediaFile
from webapp.orders.models import Order
from webapp.payments.models import Payment
from webapp.pricing.models import ShippingMethod
from webapp.runtime.events import Subject
from webapp.runtime.happenings import recorded_under

SEEN_BY = "history:read"
MOST_FOUND = 12
"""Things that one word in the search field may mean."""


class Kind(Value):
    """A kind of subject. Who holds ``permission`` sees the history of one of them."""

    label: str
    plural: str
    permission: str = SEEN_BY


KINDS: Mapping[str, Kind] = {
    "order": Kind("Order", "Orders", "orders:read"),
    "payment": Kind("Payment", "Payments", "orders:read"),
    "product": Kind("Product", "Products", "catalogue:read"),
    "stock": Kind("Stock", "Stock", "catalogue:read"),
    "category": Kind("Category", "Categories", "catalogue:read"),
    "collection": Kind("Collection", "Collections", "catalogue:read"),
    "brand": Kind("Brand", "Brands", "catalogue:read"),
    "attribute": Kind("Attribute", "Attributes", "catalogue:read"),
    "asset": Kind("File", "Files", "catalogue:read"),
    "entitlement": Kind("Download", "Downloads", "orders:read"),
    "media": Kind("Picture", "Pictures", "catalogue:read"),
    "import": Kind("Import", "Imports", "imports:write"),
    "export": Kind("Export", "Exports", "imports:write"),
    "person": Kind("Person", "People", "staff:read"),
    "consent": Kind("Word of a guest", "Words of guests", "customers:read"),
    "role": Kind("Role", "Roles", "staff:write"),
    "customer_group": Kind("Group", "Groups of customers", "customers:read"),
    "key": Kind("API key", "API keys", "staff:write"),
    "shop": Kind("Settings", "Settings", "settings:write"),
    "provider": Kind("Sign-in provider", "Sign-in providers", "settings:write"),
    "tax_rate": Kind("Tax rate", "Tax rates", "settings:write"),
    "shipping_method": Kind("Shipping method", "Shipping methods", "settings:write"),
}


class Named(Value):
    """What something is called, and where it is looked at; no page for what is gone."""

    name: str
    path: str | None = None


def kind_of(name: str) -> Kind:
    """The kind; one that nobody described goes by its own name."""
    words = name.replace("_", " ").capitalize()
    return KINDS.get(name) or Kind(words, words)


def may_see(staff: Actor, kind: str) -> bool:
    """Whether they may see the history of a thing of this kind."""
    return staff.may(SEEN_BY) or staff.may(kind_of(kind).permission)


def named(session: Session, subjects: Iterable[Subject]) -> dict[Subject, Named]:
    """Names and pages of those that are there, one statement for each kind among them."""
    by_kind: dict[str, list[str]] = {}
    for kind, identifier in dict.fromkeys(subjects):
        by_kind.setdefault(kind, []).append(identifier)
    found: dict[Subject, Named] = {}
    for kind, ids in by_kind.items():
        if kind in _READERS:
            told = _READERS[kind](session, ids)
            found.update({(kind, identifier): one for identifier, one in told.items()})
    return found


def choices(session: Session, refs: set[str]) -> dict[str, str]:
    """What tells these variants from others of their product, by public id."""
    if not refs:
        return {}
    rows = session.execute(
        select(col(Variant.public_id), col(Variant.title)).where(col(Variant.public_id).in_(refs))
    )
    return {ref: title for ref, title in rows}  # noqa: C416


def name_in(payload: Mapping[str, Any]) -> str:
    """What a fact itself calls its subject, for what is not there any more."""
    for name in ("title", "number", "file_name", "original_name", "slug", "path", "dialect"):
        value = payload.get(name)
        if isinstance(value, str) and value:
            return value
    changed = payload.get("changed")
    for name in ("name", "title"):
        pair = changed.get(name) if isinstance(changed, dict) else None
        if isinstance(pair, list) and len(pair) == 2:
            return str(pair[1] or pair[0] or "")
    return ""


def meant_by(session: Session, text: str) -> tuple[Subject, ...]:
    """What staff may mean by an order number, email address, slug, path, SKU, code or id."""
    text = text.strip()
    if not text:
        return ()
    found: list[Subject] = []
    for kind, column, condition in _wheres(text):
        rows = session.scalars(select(column).where(condition).limit(MOST_FOUND))
        found += [(kind, str(identifier)) for identifier in rows]
    found += recorded_under(session, text, list(KINDS))
    return tuple(dict.fromkeys(found))[:MOST_FOUND]


def _wheres(text: str) -> list[tuple[str, Any, Any]]:
    low = text.lower()
    number = text.removeprefix("#")
    of_variant = select(col(Variant.product_id)).where(col(Variant.sku) == text)
    paid_for = select(col(Order.public_id)).where(col(Order.number) == number)
    return [
        ("order", col(Order.public_id), col(Order.number) == number),
        ("payment", col(Payment.public_id), col(Payment.reference).in_(paid_for)),
        ("order", col(Order.public_id), col(Order.email) == low),
        ("person", col(Person.public_id), col(Person.email) == low),
        ("product", col(Product.public_id), col(Product.slug) == low),
        ("product", col(Product.public_id), col(Product.id).in_(of_variant)),
        ("stock", col(Variant.public_id), col(Variant.sku) == text),
        ("category", col(Category.public_id), col(Category.path) == low.strip("/")),
        ("collection", col(Collection.public_id), col(Collection.slug) == low),
        ("brand", col(Brand.slug), col(Brand.slug) == low),
        ("attribute", col(Attribute.code), col(Attribute.code) == low),
    ]


def _simple(key: Any, name: Any, path: Callable[[str], str | None]) -> Any:
    """Reads things whose name is a column of their own table."""

    def read(session: Session, ids: Sequence[str]) -> dict[str, Named]:
        rows = session.execute(select(col(key), col(name)).where(col(key).in_(ids)))
        return {identifier: Named(str(told), path(identifier)) for identifier, told in rows}

    return read


def _stock(session: Session, ids: Sequence[str]) -> dict[str, Named]:
    rows = session.execute(
        select(col(Variant.public_id), col(Product.title), col(Variant.title))
        .join(Product, col(Product.id) == col(Variant.product_id))
        .where(col(Variant.public_id).in_(ids))
    )
    return {
        identifier: Named(" · ".join(filter(None, (title, choice))), f"/admin/stock/{identifier}")
        for identifier, title, choice in rows
    }


def _payments(session: Session, ids: Sequence[str]) -> dict[str, Named]:
    rows = session.execute(
        select(col(Payment.public_id), col(Order.number), col(Order.public_id))
        .join(Order, col(Order.public_id) == col(Payment.reference))
        .where(col(Payment.public_id).in_(ids))
    )
    return {
        identifier: Named(f"for {number}", f"/admin/orders/{order}")
        for identifier, number, order in rows
    }


def _assets(session: Session, ids: Sequence[str]) -> dict[str, Named]:
    rows = session.execute(
        select(
            col(DigitalAsset.public_id), col(DigitalAsset.name), col(DigitalAsset.product_ref)
        ).where(col(DigitalAsset.public_id).in_(ids))
    )
    return {
        identifier: Named(name, f"/admin/products/{product}/files")
        for identifier, name, product in rows
    }


def _entitlements(session: Session, ids: Sequence[str]) -> dict[str, Named]:
    return {
        identifier: Named(
            f"{drawn['name']} of {drawn['order_number']}",
            f"/admin/orders/{drawn['order']}/downloads",
        )
        for identifier, drawn in draw_entitlements(session, ids).items()
    }


def _people(session: Session, ids: Sequence[str]) -> dict[str, Named]:
    told = func.coalesce(func.nullif(col(Person.name), ""), col(Person.email))
    rows = session.execute(
        select(col(Person.public_id), told, col(Person.role)).where(col(Person.public_id).in_(ids))
    )
    return {
        identifier: Named(name, "/admin/staff" if role else f"/admin/customers/{identifier}")
        for identifier, name, role in rows
    }


def _tax_rates(session: Session, ids: Sequence[str]) -> dict[str, Named]:
    territories: Mapping[str, str] = Locale("en").territories
    found = {}
    for identifier in ids:
        country, _, tax_class = identifier.partition(":")
        where = "Everywhere" if country == "*" else territories.get(country, country)
        found[identifier] = Named(f"{where}, {tax_class}", "/admin/settings/tax")
    return found


def _shop(session: Session, ids: Sequence[str]) -> dict[str, Named]:
    return {identifier: Named("", "/admin/settings") for identifier in ids}


_READERS: Mapping[str, Callable[[Session, Sequence[str]], dict[str, Named]]] = {
    "order": _simple(Order.public_id, Order.number, lambda key: f"/admin/orders/{key}"),
    "payment": _payments,
    "product": _simple(Product.public_id, Product.title, lambda key: f"/admin/products/{key}"),
    "stock": _stock,
    "category": _simple(Category.public_id, Category.name, lambda key: f"/admin/categories/{key}"),
    "collection": _simple(
        Collection.public_id, Collection.title, lambda key: f"/admin/collections/{key}"
    ),
    "brand": _simple(Brand.slug, Brand.name, lambda key: f"/admin/products?brand={key}"),
    "attribute": _simple(Attribute.code, Attribute.name, lambda key: f"/admin/attributes/{key}"),
    "asset": _assets,
    "entitlement": _entitlements,
    "media": _simple(MediaFile.public_id, MediaFile.original_name, lambda key: None),
    "import": _simple(
        CatalogueImport.public_id, CatalogueImport.file_name, lambda key: f"/admin/exchange/{key}"
    ),
    "person": _people,
    "role": _simple(Role.code, Role.name, lambda key: "/admin/roles"),
    "customer_group": _simple(
        CustomerGroup.public_id, CustomerGroup.name, lambda key: "/admin/customers/groups"
    ),
    "key": _simple(ApiKey.public_id, ApiKey.name, lambda key: "/admin/keys"),
    "shop": _shop,
    "provider": _simple(
        Provider.public_id, Provider.name, lambda key: f"/admin/settings/sign-in/{key}"
    ),
    "tax_rate": _tax_rates,
    "shipping_method": _simple(
        ShippingMethod.public_id, ShippingMethod.name, lambda key: f"/admin/settings/shipping/{key}"
    ),
}
