"""A catalogue file in neutral words: what every dialect is read into and written from.

A cell says one of three things, and they must not be mixed up: nothing, because its column is
absent (``KEEP``: leave the field alone); empty (``None``: clear it); or a value.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum, StrEnum
from typing import Any, ClassVar, Final, TypeAlias, TypeVar

from webapp.kit.values import Value, names_of, replace

T = TypeVar("T")


class Keep(Enum):
    keep = "keep"

    def __repr__(self) -> str:
        return "KEEP"

    def __bool__(self) -> bool:
        return False


KEEP: Final = Keep.keep
"""The file says nothing about this field."""

Cell: TypeAlias = T | Keep | None


class Level(StrEnum):
    error = "error"
    """The value cannot be used: the row fails, or only this field where the policy says so."""
    note = "note"
    """Worth knowing; the row is imported."""


class Problem(Value):
    """What is wrong with one cell, in a sentence for the person who made the file."""

    row: int
    column: str
    """The file's own name of the column; empty when it is about the whole row."""
    sentence: str
    level: Level = Level.error


class Role(StrEnum):
    """What a row of the file contributed. Each row has exactly one role."""

    product = "product"
    variant = "variant"
    image = "image"
    price = "price"
    """Only amounts, for a variant that another row describes."""


class RowUse(Value):
    number: int
    role: Role
    cells: tuple[str, ...] = ()


class External(Value):
    """What another system calls this thing. ``source`` "vitrine" is our own public id."""

    source: str
    id: str


class Reference(Value):
    """A pointer to another product, resolved when all are known.

    ``by`` is "sku" (of a variant, or of a product as another system had it), "handle", or the
    source of an external id.
    """

    by: str
    value: str


class Image(Value):
    """``source`` is a URL, or the name of a file in the folder or ZIP beside the table."""

    source: str
    alt: str = ""


class Attribute(Value):
    """A typed property. ``value`` None clears it; ``kind`` as in ``catalogue.AttributeType``."""

    name: str
    value: str | None
    kind: str = "text"
    unit: str = ""


class Custom(Value):
    """A free-form field ``namespace.key``. ``value`` None clears it."""

    key: str
    value: str | None


class Axis(Value):
    """An option of a product, with its values in their order."""

    name: str
    values: tuple[str, ...] = ()


class Download(Value):
    name: str
    url: str


class UnitPrice(Value):
    """Content and reference of the price per unit: 250 "ml", told for 1 "l". Decimal texts."""

    amount: str
    unit: str
    base_amount: str
    base_unit: str


class _Told(Value, eq=False):
    """Equal to what says the same of the catalogue, in whichever rows it was said."""

    where: ClassVar[frozenset[str]] = frozenset()
    """The fields that say where, and what was wrong there."""

    def _what(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in names_of(self) if name not in self.where)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._what() == other._what()

    def __hash__(self) -> int:
        return hash(self._what())


class VariantRecord(_Told, kw_only=True):
    """What is bought. Money is decimal text in the shop's currency, weight g, lengths mm."""

    where = frozenset({"row"})

    row: int = 0
    sku: Cell[str] = KEEP
    externals: tuple[External, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """(axis, value) in the order of the product's axes; empty for the only variant."""
    barcode: Cell[str] = KEEP
    price: Cell[str] = KEEP
    compare_at: Cell[str] = KEEP
    sale_starts: Cell[datetime] = KEEP
    """When ``price`` begins to hold; before and after the window ``compare_at`` is the price."""
    sale_ends: Cell[datetime] = KEEP
    cost: Cell[str] = KEEP
    taxable: Cell[bool] = KEEP
    tax_class: Cell[str] = KEEP
    tracked: Cell[bool] = KEEP
    quantity: Cell[int] = KEEP
    """Never ``None``: an empty quantity leaves the stock alone."""
    policy: Cell[str] = KEEP
    """``deny``, ``continue`` or ``preorder``, as in ``inventory.StockPolicy``."""
    low_threshold: Cell[int] = KEEP
    weight_g: Cell[int] = KEEP
    length_mm: Cell[int] = KEEP
    width_mm: Cell[int] = KEEP
    height_mm: Cell[int] = KEEP
    requires_shipping: Cell[bool] = KEEP
    digital: Cell[bool] = KEEP
    downloads: Cell[tuple[Download, ...]] = KEEP
    download_limit: Cell[int] = KEEP
    download_days: Cell[int] = KEEP
    unit_price: Cell[UnitPrice] = KEEP
    image: Cell[str] = KEEP
    """Source of the product image that shows this variant."""
    shipping_class: Cell[str] = KEEP
    archived: Cell[bool] = KEEP
    custom: tuple[Custom, ...] = ()


class ProductRecord(_Told, kw_only=True):
    """One product of a file with its variants, and which rows said so."""

    where = frozenset({"rows", "problems"})

    rows: tuple[RowUse, ...] = ()
    problems: tuple[Problem, ...] = ()

    handle: str | None = None
    externals: tuple[External, ...] = ()
    title: Cell[str] = KEEP
    """Never ``None``: an empty title leaves the title alone."""
    body: Cell[str] = KEEP
    summary: Cell[str] = KEEP
    brand: Cell[str] = KEEP
    categories: Cell[tuple[tuple[str, ...], ...]] = KEEP
    """Paths of names from the root; the first is the main one."""
    tags: Cell[tuple[str, ...]] = KEEP
    collections: Cell[tuple[str, ...]] = KEEP
    status: Cell[str] = KEEP
    """``draft``, ``active`` or ``archived``."""
    published: Cell[bool] = KEEP
    """Some systems say so beside the status; see ``standing``."""
    publish_at: Cell[datetime] = KEEP
    featured: Cell[bool] = KEEP
    gift_card: Cell[bool] = KEEP
    seo_title: Cell[str] = KEEP
    seo_description: Cell[str] = KEEP
    hs_code: Cell[str] = KEEP
    origin_country: Cell[str] = KEEP
    minimum_quantity: Cell[int] = KEEP
    maximum_quantity: Cell[int] = KEEP
    related: Cell[tuple[Reference, ...]] = KEEP
    upsells: Cell[tuple[Reference, ...]] = KEEP
    cross_sells: Cell[tuple[Reference, ...]] = KEEP
    grouped: Cell[tuple[Reference, ...]] = KEEP
    images: Cell[tuple[Image, ...]] = KEEP
    axes: tuple[Axis, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    custom: tuple[Custom, ...] = ()
    variants: tuple[VariantRecord, ...] = ()

    @property
    def label(self) -> str:
        """What to call it in a report."""
        title = self.title if isinstance(self.title, str) else ""
        ids = [external.id for external in self.externals]
        skus = [variant.sku for variant in self.variants if isinstance(variant.sku, str)]
        return title or self.handle or next(iter([*ids, *skus]), "")

    @property
    def standing(self) -> Cell[str]:
        """The status meant by ``status`` and ``published`` together: unpublished is a draft."""
        if self.status in (KEEP, None, "active") and self.published is False:
            return "draft"
        if self.status is KEEP and self.published is True:
            return "active"
        return self.status

    def errors(self) -> dict[int, tuple[Problem, ...]]:
        """The errors by row."""
        found: dict[int, tuple[Problem, ...]] = {}
        for problem in self.problems:
            if problem.level is Level.error:
                found[problem.row] = (*found.get(problem.row, ()), problem)
        return found


def settled(record: ProductRecord) -> ProductRecord:
    """What a new product made of this record would be: nothing kept, nothing to clear.

    Two records that settle alike describe the same catalogue.
    """
    variants = tuple(
        replace(_without_keep(variant), custom=_filled(variant.custom))
        for variant in record.variants
    )
    return replace(
        _without_keep(record),
        rows=(),
        problems=(),
        attributes=tuple(
            sorted((a for a in record.attributes if a.value), key=lambda a: (a.name, a.kind))
        ),
        custom=_filled(record.custom),
        variants=variants,
    )


Record = TypeVar("Record", ProductRecord, VariantRecord)


def _without_keep(record: Record) -> Record:
    kept: dict[str, Any] = {}
    nothing = type(record)()
    for name in names_of(record):
        value = getattr(record, name)
        if value is KEEP or value == ():
            kept[name] = () if getattr(nothing, name) == () else None
    return replace(record, **kept)


def _filled(custom: tuple[Custom, ...]) -> tuple[Custom, ...]:
    return tuple(sorted((c for c in custom if c.value), key=lambda c: c.key))
