"""The catalogue as records that say everything, in batches, and as a file of one dialect."""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from webapp.catalogue.columns import (
    attributes,
    brands,
    categories,
    collection_products,
    collections,
    external_ids,
    option_values,
    options,
    product_attributes,
    product_categories,
    product_relations,
    product_tags,
    products,
    tags,
    variant_values,
    variants,
)
from webapp.catalogue.commands.knowing import in_chunks
from webapp.catalogue.models import ProductStatus, RelationKind
from webapp.exchange import drafting, picturing, stocking
from webapp.exchange.commands import choices_of
from webapp.exchange.fields import DOWNLOADS
from webapp.exchange.records import (
    Attribute,
    Axis,
    Custom,
    Download,
    External,
    Image,
    ProductRecord,
    Reference,
    UnitPrice,
    VariantRecord,
)
from webapp.exchange.terms import terms_of
from webapp.exchange.values import Style
from webapp.exchange.writing import DIALECTS, written
from webapp.inventory.models import StockPolicy
from webapp.kit.errors import Invalid
from webapp.kit.money import Money
from webapp.runtime.db import Database

AT_ONCE = 200


@dataclass
class Exported:
    """A catalogue on its way out. ``rows`` is known once ``chunks`` has ended."""

    database: Database
    dialect: str
    site: str = ""
    """The shop's public address: pictures are then named by where they lie."""
    rows: int = 0

    def __post_init__(self) -> None:
        if self.dialect not in DIALECTS:
            raise Invalid(f"A catalogue can be written for {', '.join(DIALECTS)}.", field="dialect")

    def chunks(self) -> Iterator[bytes]:
        """The file, piece by piece, of one moment of the catalogue."""
        with self.database.reading() as session:
            choices = choices_of(session)
            pieces = written(
                self.dialect, lambda: records(session, choices.currency, self.site), choices
            )
            lines = 0
            for piece in pieces:
                lines += sum(1 for _ in csv.reader(io.StringIO(piece.decode("utf-8-sig"))))
                yield piece
            self.rows = max(0, lines - 1)


def records(session: Session, currency: str, site: str = "") -> Iterator[ProductRecord]:
    """Every product, oldest first, with all that a file can say of it. Can be asked anew."""
    after = 0
    while True:
        ids = list(
            session.scalars(
                select(products.c.id)
                .where(products.c.id > after)
                .order_by(products.c.id)
                .limit(AT_ONCE)
            )
        )
        if not ids:
            return
        yield from _Batch.of(session, ids, currency, site).records()
        after = ids[-1]


def whole_records(
    session: Session, ids: Sequence[int], currency: str
) -> Iterator[tuple[int, str, list[tuple[int, str]], ProductRecord]]:
    """These products, each with key and public id, and those of the variants of its record.

    Nothing is left out, not even the variant that only waits for its price.
    """
    batch = _Batch.of(session, ids, currency, "")
    for row in batch.rows:
        keys = [(each.id, each.public_id) for each in batch.variants[row.id]]
        yield row.id, row.public_id, keys, batch.record(row, whole=True)


@dataclass(slots=True)
class _Batch:
    """All that is known of some products, by product key unless told otherwise."""

    currency: str
    rows: list[Any]
    variants: dict[int, list[Any]] = field(default_factory=lambda: defaultdict(list))
    axes: dict[int, list[Axis]] = field(default_factory=dict)
    choices: dict[int, list[tuple[int, str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    """(position of the axis, its name, value) by variant."""
    shelves: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    paths: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Names from the root by category."""
    tags: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    collections: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    attributes: dict[int, list[Attribute]] = field(default_factory=lambda: defaultdict(list))
    relations: dict[tuple[int, Any], list[Reference]] = field(
        default_factory=lambda: defaultdict(list)
    )
    externals: dict[tuple[str, int], list[External]] = field(
        default_factory=lambda: defaultdict(list)
    )
    galleries: dict[int, picturing.Gallery] = field(default_factory=dict)
    stock: dict[int, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, ids: Sequence[int], currency: str, site: str) -> _Batch:
        query = (
            select(products, brands.c.name.label("brand"))
            .join(brands, brands.c.id == products.c.brand_id, isouter=True)
            .where(products.c.id.in_(ids))
            .order_by(products.c.id)
        )
        batch = cls(currency, list(session.execute(query)))
        for row in session.execute(
            select(variants)
            .where(variants.c.product_id.in_(ids))
            .order_by(variants.c.position, variants.c.id)
        ):
            batch.variants[row.product_id].append(row)
        keys = [row.id for rows in batch.variants.values() for row in rows]
        batch._read_axes(session, ids, keys)
        batch._read_shelves(session, ids)
        batch._read_labels(session, ids)
        batch._read_ties(session, ids, keys)
        batch.galleries = picturing.galleries(session, ids, site)
        batch.stock = stocking.counters(session, keys)
        return batch

    def records(self) -> Iterator[ProductRecord]:
        for row in self.rows:
            yield self.record(row)

    def _read_axes(self, session: Session, ids: Sequence[int], keys: Sequence[int]) -> None:
        query = (
            select(options.c.product_id, options.c.id, options.c.name, option_values.c.value)
            .join(option_values, option_values.c.option_id == options.c.id, isouter=True)
            .where(options.c.product_id.in_(ids))
            .order_by(
                options.c.position, options.c.id, option_values.c.position, option_values.c.id
            )
        )
        values: dict[int, dict[int, tuple[str, list[str]]]] = defaultdict(dict)
        place: dict[int, int] = {}
        for row in session.execute(query):
            axis = values[row.product_id].setdefault(row.id, (row.name, []))
            place.setdefault(row.id, len(values[row.product_id]))
            if row.value is not None:
                axis[1].append(row.value)
        self.axes = {
            product: [Axis(name, tuple(found)) for name, found in axes.values()]
            for product, axes in values.items()
        }
        chosen = (
            select(variant_values.c.variant_id, options.c.id, options.c.name, option_values.c.value)
            .join(options, options.c.id == variant_values.c.option_id)
            .join(option_values, option_values.c.id == variant_values.c.value_id)
        )
        for row in in_chunks(session, chosen, variant_values.c.variant_id, keys):
            self.choices[row.variant_id].append((place[row.id], row.name, row.value))

    def _read_shelves(self, session: Session, ids: Sequence[int]) -> None:
        query = select(product_categories.c.product_id, product_categories.c.category_id).where(
            product_categories.c.product_id.in_(ids)
        )
        for product, category in session.execute(query):
            self.shelves[product].append(category)
        rows = session.execute(select(categories.c.id, categories.c.path, categories.c.name)).all()
        names = {row.path: row.name for row in rows}
        for row in rows:
            steps = row.path.split("/")
            self.paths[row.id] = tuple(
                names["/".join(steps[:depth])] for depth in range(1, len(steps) + 1)
            )

    def _read_labels(self, session: Session, ids: Sequence[int]) -> None:
        tagged = (
            select(product_tags.c.product_id, tags.c.name)
            .join(tags, tags.c.id == product_tags.c.tag_id)
            .where(product_tags.c.product_id.in_(ids))
            .order_by(tags.c.name)
        )
        for product, name in session.execute(tagged):
            self.tags[product].append(name)
        collected = (
            select(collection_products.c.product_id, collections.c.title)
            .join(collections, collections.c.id == collection_products.c.collection_id)
            .where(collection_products.c.product_id.in_(ids))
            .order_by(collections.c.title)
        )
        for product, title in session.execute(collected):
            self.collections[product].append(title)
        told = (
            select(
                product_attributes.c.product_id,
                attributes.c.code,
                attributes.c.name,
                product_attributes.c.text,
                attributes.c.type,
                attributes.c.unit,
            )
            .join(attributes, attributes.c.id == product_attributes.c.attribute_id)
            .where(product_attributes.c.product_id.in_(ids))
            .order_by(attributes.c.name, attributes.c.id)
        )
        terms = terms_of(session)
        for product, code, name, text, kind, unit in session.execute(told):
            found = Attribute(terms.name(code, name), text, kind.value, unit)
            self.attributes[product].append(found)

    def _read_ties(self, session: Session, ids: Sequence[int], keys: Sequence[int]) -> None:
        c = product_relations.c
        query = (
            select(c.product_id, c.kind, products.c.slug)
            .join(products, products.c.id == c.other_id)
            .where(c.product_id.in_(ids))
            .order_by(c.position, c.other_id)
        )
        for product, kind, slug in session.execute(query):
            self.relations[(product, RelationKind(kind))].append(Reference("handle", slug))
        for what, targets in (("product", ids), ("variant", keys)):
            named = (
                select(external_ids.c.source, external_ids.c.external_id, external_ids.c.target_id)
                .where(external_ids.c.kind == what)
                .order_by(external_ids.c.source, external_ids.c.external_id)
            )
            for source, name, target in in_chunks(
                session, named, external_ids.c.target_id, targets
            ):
                self.externals[(what, target)].append(External(source, name))

    def record(self, row: Any, *, whole: bool = False) -> ProductRecord:
        gallery = self.galleries.get(row.id) or picturing.Gallery()
        made = tuple(self._variant(each, row, gallery) for each in self.variants[row.id])
        if not whole and _waits_for_its_price(row, made):
            # Made by the shop because everything has a variant; no file ever spoke of it.
            made = ()
        pictures = [p for p in gallery.ordered() if p.state != "twin"]
        return ProductRecord(
            handle=row.slug,
            externals=tuple(self.externals[("product", row.id)]),
            title=row.title,
            body=row.body or None,
            summary=row.summary or None,
            brand=row.brand or None,
            categories=self._categories(row),
            tags=tuple(self.tags[row.id]) or None,
            collections=tuple(self.collections[row.id]) or None,
            status=row.status.value,
            published=row.status is ProductStatus.active,
            publish_at=row.publish_at,
            featured=row.is_featured,
            gift_card=row.is_gift_card,
            seo_title=row.seo_title or None,
            seo_description=row.seo_description or None,
            hs_code=row.hs_code or None,
            origin_country=row.origin_country or None,
            minimum_quantity=row.minimum_quantity,
            maximum_quantity=row.maximum_quantity,
            related=self._related(row.id, RelationKind.related),
            upsells=self._related(row.id, RelationKind.upsell),
            cross_sells=self._related(row.id, RelationKind.cross_sell),
            grouped=self._related(row.id, RelationKind.grouped),
            images=tuple(Image(p.source, p.alt) for p in pictures) or None,
            axes=tuple(self.axes.get(row.id, ())),
            attributes=tuple(self.attributes[row.id]),
            custom=_custom(row.custom),
            variants=made,
        )

    def _categories(self, row: Any) -> tuple[tuple[str, ...], ...] | None:
        others = sorted(self.paths[key] for key in self.shelves[row.id] if key != row.category_id)
        main = [self.paths[row.category_id]] if row.category_id in self.paths else []
        return (*main, *others) or None

    def _related(self, product: int, kind: RelationKind) -> tuple[Reference, ...] | None:
        return tuple(self.relations[(product, kind)]) or None

    def _variant(self, row: Any, product: Any, gallery: picturing.Gallery) -> VariantRecord:
        kept = row.custom
        stock = self.stock.get(row.id)
        compare_at = row.compare_at_minor or None
        price: str = self._amount(row.price_minor) or ""
        former = self._amount(compare_at)
        if isinstance(kept.get(drafting.SALE_PRICE), str):
            # A sale that has not begun or is over: the file's price waits beside the present one.
            price, former = kept[drafting.SALE_PRICE], price
        chosen = sorted(self.choices[row.id])
        return VariantRecord(
            sku=row.sku,
            externals=tuple(self.externals[("variant", row.id)]),
            options=tuple((name, value) for _, name, value in chosen),
            barcode=row.barcode or None,
            price=price,
            compare_at=former,
            sale_starts=_moment(kept.get(drafting.SALE_STARTS)),
            sale_ends=_moment(kept.get(drafting.SALE_ENDS)),
            cost=self._amount(row.cost_minor),
            taxable=product.is_taxable,
            tax_class=None if product.tax_class == "standard" else product.tax_class,
            tracked=stock.is_tracked if stock else True,
            quantity=stock.on_hand if stock else 0,
            policy=(stock.policy if stock else StockPolicy.deny).value,
            low_threshold=stock.low_threshold if stock else None,
            weight_g=row.weight_g,
            length_mm=row.length_mm,
            width_mm=row.width_mm,
            height_mm=row.height_mm,
            requires_shipping=row.requires_shipping,
            digital=row.is_digital,
            downloads=_downloads(kept.get(drafting.DOWNLOAD_FILES)),
            download_limit=_count(kept.get(drafting.DOWNLOAD_LIMIT)),
            download_days=_count(kept.get(drafting.DOWNLOAD_DAYS)),
            unit_price=_content(row),
            image=_shown(row.id, gallery),
            shipping_class=kept.get(drafting.SHIPPING_CLASS) or None,
            archived=row.is_archived,
            custom=_custom({k: v for k, v in kept.items() if not k.startswith(drafting.OUR_KEYS)}),
        )

    def _amount(self, minor: int | None) -> str | None:
        return None if minor is None else Money(minor, self.currency).decimal_string()


def _waits_for_its_price(row: Any, made: Sequence[VariantRecord]) -> bool:
    if len(made) != 1 or row.status is ProductStatus.active:
        return False
    (only,) = made
    plain = VariantRecord(
        sku=None, barcode=None, compare_at=None, sale_starts=None, sale_ends=None, cost=None,
        low_threshold=None, weight_g=None, length_mm=None, width_mm=None, height_mm=None,
        downloads=None, download_limit=None, download_days=None, unit_price=None, image=None,
        shipping_class=None, price=only.price, taxable=True, tax_class=None, tracked=False,
        quantity=0, policy="deny", requires_shipping=True, digital=False, archived=False,
    )  # fmt: skip
    return only == plain and not (only.price or "").strip("0.")  # type: ignore[union-attr]


def _custom(values: dict[str, Any]) -> tuple[Custom, ...]:
    return tuple(
        Custom(key, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for key, value in sorted(values.items())
        if value not in ("", None)
    )


def _shown(variant: int, gallery: picturing.Gallery) -> str | None:
    pictures: Iterable[picturing.Picture] = gallery.ordered()
    for picture in pictures:
        if picture.image_id is None and variant in picture.variant_ids:
            return picture.source
    key = gallery.shown.get(variant)
    found = [p for p in pictures if p.image_id == key and p.state != "twin"]
    return found[0].source if key is not None and found else None


def _content(row: Any) -> UnitPrice | None:
    if row.unit_amount is None or row.unit_base_amount is None or not row.unit:
        return None
    return UnitPrice(
        _thousandths(row.unit_amount), row.unit, _thousandths(row.unit_base_amount), row.unit_base
    )


def _thousandths(value: int) -> str:
    return f"{(Decimal(value) / 1000).normalize():f}"


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _count(text: object) -> int | None:
    return int(text) if isinstance(text, str) and text.isdigit() else None


def _downloads(text: object) -> tuple[Download, ...] | None:
    found: tuple[Download, ...] | None = None
    if isinstance(text, str):
        found = DOWNLOADS.read(text, Style())
    return found
