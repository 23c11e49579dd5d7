"""Filling an empty shop with the demo shop, through the commands that staff and imports use."""

import io
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from webapp.catalogue import commands as catalogue
from webapp.catalogue.drafts import (
    OptionSave,
    ProductFields,
    ProductSave,
    Saved,
    VariantFields,
    VariantSave,
)
from webapp.catalogue.models import AttributeType, ProductStatus
from webapp.demo import reading
from webapp.demo.booklets import booklet
from webapp.downloads import commands as downloads
from webapp.downloads.commands import KeptFile
from webapp.inventory import commands as inventory
from webapp.inventory.commands import PolicyFields, StockSave
from webapp.inventory.models import StockPolicy
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import now
from webapp.kit.money import Money
from webapp.kit.slugs import slugify
from webapp.media.commands import PreparedImage, prepare, store_image
from webapp.pricing import commands as pricing
from webapp.runtime.db import Database
from webapp.runtime.jobs import Means
from webapp.runtime.storage import Storage
from webapp.shop import commands as shop_settings

DAYS = {"standard": (2, 3), "express": (1, 1), "neighbours": (3, 5), "collect": (0, 1)}
"""Working days from least to most, by the code of the shipping method."""


def seed(database: Database, means: Means) -> str:
    """Put the demo shop on the shelves, all of it or nothing; returns a sentence with counts.

    Pictures are read first, outside of the transaction; their sizes are made by jobs afterwards.
    """
    with ThreadPoolExecutor(max_workers=2) as readers:
        prepared = dict(
            readers.map(
                lambda path: (path.name, prepare(path, means.storage, as_it_is=True)),
                reading.picture_files(),
            )
        )
    files = _booklets(means.storage)
    with database.writing() as session:
        pictures = _store(session, prepared)
        _settings(session, pictures)
        categories = _categories(session, pictures)
        attributes = _attributes(session)
        saved = _products(session, categories, attributes)
        _stock(session, saved)
        _pictures(session, saved, pictures)
        _relations(session, saved)
        _collections(session, saved)
        _files(session, saved, files)
        count = len(saved)
    return f"{count} products in {len(categories)} categories, {len(pictures)} pictures."


def _booklets(storage: Storage) -> dict[str, KeptFile]:
    """The files of what is sold as a download, by SKU."""
    kept = {}
    for product in reading.products():
        for variant in product["variants"]:
            if variant["digital"]:
                choice = ", ".join(variant["options"].values())
                name = slugify(f"{product['slug']} {choice}") + ".pdf"
                made = io.BytesIO(booklet(product, choice))
                kept[variant["sku"]] = downloads.keep(
                    storage, made, file_name=name, kind="application/pdf"
                )
    return kept


def _files(session: Session, saved: Mapping[str, Saved], files: Mapping[str, KeptFile]) -> None:
    for product in reading.products():
        outcome = saved[product["slug"]]
        for told, row in zip(product["variants"], outcome.variants, strict=True):
            if told["sku"] in files:
                choice = ", ".join((product["title"], *told["options"].values()))
                downloads.add_asset(
                    session,
                    SYSTEM,
                    outcome.product,
                    files[told["sku"]],
                    name=f"{choice} (PDF)",
                    variant=row.public_id if len(product["variants"]) > 1 else "",
                )


def _store(session: Session, prepared: Mapping[str, PreparedImage]) -> dict[str, int]:
    stored: dict[str, int] = {}
    for name, picture in prepared.items():
        file = store_image(session, SYSTEM, picture)
        assert file.id is not None
        stored[name] = file.id
    return stored


def _settings(session: Session, pictures: Mapping[str, int]) -> None:
    told = reading.part("shop")
    place = told["address"]
    bank = told["bank"]
    methods = told["shipping_methods"]
    reached = sorted({country for method in methods for country in method["countries"]})
    shop_settings.change(
        session,
        SYSTEM,
        name=told["name"],
        tagline=told["tagline"],
        about=told["about"],
        email=told["email"],
        phone=told["phone"],
        address="\n".join(
            [place["name"], place["street"], f"{place['postal_code']} {place['city']}", "Germany"]
        ),
        hero_title=told["hero"]["title"],
        hero_text=told["hero"]["text"],
        hero_file_id=pictures.get(told["hero"]["file"]),
        currency=told["currency"],
        country=told["country"],
        time_zone=told["time_zone"],
        prices_include_tax=told["prices_include_tax"],
        terms=told["terms"]["body"],
        privacy=told["privacy"]["body"],
        bank_details="\n".join(
            [
                bank["account_holder"],
                bank["bank"],
                f"IBAN {bank['iban']}",
                f"BIC {bank['bic']}",
                bank["note"],
            ]
        ),
        delivery_countries=reached,
        is_set_up=True,
    )
    for tax in told["tax_classes"]:
        millionths = int(Decimal(tax["rate"]) * 10_000)
        for country in (told["country"], pricing.EVERYWHERE):
            pricing.set_tax_rate(
                session,
                SYSTEM,
                country=country,
                tax_class=tax["code"],
                millionths=millionths,
                name="VAT",
            )
    for method in methods:
        least, most = DAYS[method["code"]]
        is_pickup = method["code"] == "collect"
        pricing.add_shipping_method(
            session,
            SYSTEM,
            name=method["name"],
            description="" if is_pickup else method["description"],
            countries=method["countries"],
            price_minor=_minor(method["price"], told["currency"]),
            free_from_minor=_minor_or_none(method["free_from"], told["currency"]),
            min_days=least,
            max_days=most,
            max_weight_g=method["max_weight_g"],
            is_pickup=is_pickup,
            pickup_text=method["description"] if is_pickup else "",
        )


def _categories(session: Session, pictures: Mapping[str, int]) -> dict[str, int]:
    made: dict[str, int] = {}
    for told in reading.part("categories"):
        above, _, slug = told["path"].rpartition("/")
        image = told["image"]
        category = catalogue.create_category(
            session,
            SYSTEM,
            name=told["name"],
            slug=slug,
            parent_id=made[above] if above else None,
            description=told["description"],
            image_id=pictures.get(image["file"]) if image else None,
        )
        assert category.id is not None
        made[told["path"]] = category.id
    return made


def _attributes(session: Session) -> dict[str, str]:
    """The stored code of each attribute by the code in the data."""
    told: dict[str, dict[str, Any]] = {}
    for product in reading.products():
        for code, attribute in product["attributes"].items():
            told.setdefault(code, attribute)
    return {
        code: catalogue.create_attribute(
            session,
            SYSTEM,
            code=code,
            name=attribute["name"],
            type=AttributeType(attribute["type"]),
            unit=attribute["unit"] or "",
            is_filter=code in {"material", "origin", "dishwasher_safe"},
        ).code
        for code, attribute in told.items()
    }


def _products(
    session: Session, categories: Mapping[str, int], attributes: Mapping[str, str]
) -> dict[str, Saved]:
    brands = {brand["slug"]: brand["name"] for brand in reading.part("brands")}
    currency = reading.part("shop")["currency"]
    told = reading.products()
    saves = [
        ProductSave(
            fields=_fields(product, brands, categories, attributes),
            options=[
                OptionSave(name=option["name"], values=option["values"])
                for option in product["options"]
            ],
            variants=[_variant(variant, currency) for variant in product["variants"]],
        )
        for product in told
    ]
    outcomes = catalogue.save_products(session, SYSTEM, saves, origin="demo")
    saved: dict[str, Saved] = {}
    for product, outcome in zip(told, outcomes, strict=True):
        if not isinstance(outcome, Saved):
            raise outcome
        saved[product["slug"]] = outcome
    return saved


def _fields(
    product: Mapping[str, Any],
    brands: Mapping[str, str],
    categories: Mapping[str, int],
    attributes: Mapping[str, str],
) -> ProductFields:
    days = product["publish_in_days"]
    # What the data calls scheduled is an active product whose day lies ahead.
    status = "active" if product["status"] == "scheduled" else product["status"]
    return ProductFields(
        title=product["title"],
        slug=product["slug"],
        summary=product["summary"],
        body=product["body"],
        brand=brands[product["brand"]],
        category_id=categories[product["category"]],
        tags=product["tags"],
        attributes={
            attributes[code]: _written(attribute["value"])
            for code, attribute in product["attributes"].items()
        },
        status=ProductStatus(status),
        publish_at=None if days is None else now() + timedelta(days=days),
        is_featured=product["featured"],
        tax_class=product["tax_class"],
        seo_title=product["seo_title"] or "",
        seo_description=product["seo_description"] or "",
    )


def _variant(variant: Mapping[str, Any], currency: str) -> VariantSave:
    fields = VariantFields(
        sku=variant["sku"],
        barcode=variant["barcode"] or "",
        price_minor=_minor(variant["price"], currency),
        compare_at_minor=_minor_or_none(variant["compare_at"], currency),
        cost_minor=_minor_or_none(variant["cost"], currency),
        weight_g=variant["weight_g"] or None,
        requires_shipping=variant["requires_shipping"],
        is_digital=variant["digital"],
    )
    measure = variant["unit_measure"]
    if measure:
        fields["unit_amount"] = int(Decimal(measure["total"]) * 1000)
        fields["unit"] = measure["unit"]
        fields["unit_base_amount"] = int(Decimal(measure["base"]) * 1000)
        fields["unit_base"] = measure.get("base_unit", measure["unit"])
    return VariantSave(values=variant["options"], fields=fields)


def _stock(session: Session, saved: Mapping[str, Saved]) -> None:
    saves = []
    for product in reading.products():
        rows = saved[product["slug"]].variants
        for told, row in zip(product["variants"], rows, strict=True):
            assert row.id is not None
            policy = PolicyFields(
                policy=StockPolicy(told["policy"]), is_tracked=told["stock"] is not None
            )
            saves.append(StockSave(variant_id=row.id, on_hand=told["stock"], fields=policy))
    inventory.save_stock(session, SYSTEM, saves, reason="The demo shop's first delivery")


def _pictures(session: Session, saved: Mapping[str, Saved], pictures: Mapping[str, int]) -> None:
    for product in reading.products():
        outcome = saved[product["slug"]]
        shown: set[int] = set()
        for image in product["images"]:
            if image["file"] not in pictures:
                continue
            chosen = [
                row.id
                for told, row in zip(product["variants"], outcome.variants, strict=True)
                if image["options"]
                and row.id is not None
                and row.id not in shown
                and image["options"].items() <= told["options"].items()
            ]
            shown.update(chosen)
            catalogue.attach_image(
                session,
                SYSTEM,
                outcome.product,
                pictures[image["file"]],
                alt=image["alt"],
                variant_ids=chosen,
            )


def _relations(session: Session, saved: Mapping[str, Saved]) -> None:
    for product in reading.products():
        others = [saved[slug].product.id for slug in product["related"]]
        if others:
            catalogue.relate(
                session,
                SYSTEM,
                saved[product["slug"]].product,
                [other for other in others if other is not None],
            )


def _collections(session: Session, saved: Mapping[str, Saved]) -> None:
    for told in reading.part("collections"):
        collection = catalogue.create_collection(
            session,
            SYSTEM,
            title=told["title"],
            slug=told["slug"],
            description=told["description"],
            is_featured=told["featured"],
        )
        chosen = [saved[slug].product.id for slug in told["products"]]
        catalogue.set_collection_products(
            session, SYSTEM, collection, [each for each in chosen if each is not None]
        )


def _minor(amount: str, currency: str) -> int:
    return Money.parse(amount, currency).minor


def _minor_or_none(amount: str | None, currency: str) -> int | None:
    return None if amount is None else _minor(amount, currency)


def _written(value: object) -> str:
    """A value of the data as people would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(Fraction(str(value)).numerator) if _is_whole(value) else str(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())
