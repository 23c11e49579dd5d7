"""What the shop sells: categories, products with their options and variants, and groups of them."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from webapp.kit.clock import now
from webapp.runtime.columns import (
    enum_field,
    json_field,
    minor_field,
    optional_utc_field,
    public_id_field,
    utc_field,
)


class ProductStatus(StrEnum):
    """``scheduled`` is not stored: it is an active product whose ``publish_at`` lies ahead."""

    draft = "draft"
    active = "active"
    archived = "archived"


class Category(SQLModel, table=True):
    """A shelf. ``path`` is the slugs from the root joined by "/", kept in step by the commands."""

    __tablename__ = "categories"
    __table_args__ = (UniqueConstraint("parent_id", "slug"),)

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("cat")
    parent_id: int | None = Field(default=None, foreign_key="categories.id", index=True)
    slug: str = Field(max_length=120)
    path: str = Field(unique=True, max_length=1000)
    name: str = Field(max_length=120)
    description: str = Field(default="", max_length=20_000)
    image_id: int | None = Field(default=None, foreign_key="media_files.id")
    position: int = 0
    is_visible: bool = True
    seo_title: str = Field(default="", max_length=200)
    seo_description: str = Field(default="", max_length=400)
    updated_at: datetime = utc_field(default_factory=now)


class Brand(SQLModel, table=True):
    """Who made it, as the shopper knows them (a maker, a label, a publisher)."""

    __tablename__ = "brands"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=120)
    name: str = Field(max_length=120)


class Product(SQLModel, table=True):
    """What is presented on one page. What is sold is always one of its variants.

    The ``price_from_minor`` ... ``is_available`` columns repeat what the variants say so that a
    listing reads one table; ``commands.refresh`` and inventory keep them, and ``vitrine audit``
    proves it.
    """

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("price_from_minor >= 0", name="price_from"),
        Index("ix_products_listing_new", "status", "published_at", "id"),
        Index("ix_products_listing_price", "status", "price_from_minor", "id"),
        Index("ix_products_listing_title", "status", "sort_title", "id"),
        Index(
            "ix_products_listing_totals",
            "status",
            "publish_at",
            "price_from_minor",
            "price_to_minor",
            "is_available",
            "is_on_sale",
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("prd")
    slug: str = Field(unique=True, max_length=200)
    title: str = Field(max_length=300)
    sort_title: str = Field(default="", max_length=120)
    """The title without capitals and accents: what lists are sorted by."""
    summary: str = Field(default="", max_length=2000)
    body: str = Field(default="", max_length=200_000)
    """Sanitised HTML; cleaned when written, so that pages may print it as it is."""
    brand_id: int | None = Field(default=None, foreign_key="brands.id", index=True)
    category_id: int | None = Field(default=None, foreign_key="categories.id", index=True)
    """The main category: its path is the breadcrumb. All of them: ``ProductCategory``."""
    status: ProductStatus = enum_field(ProductStatus, ProductStatus.draft)
    publish_at: datetime | None = optional_utc_field()
    """When an active product becomes visible; null: at once."""
    published_at: datetime | None = optional_utc_field()
    is_featured: bool = False
    is_gift_card: bool = False
    tax_class: str = Field(default="standard", max_length=40)
    is_taxable: bool = True
    hs_code: str = Field(default="", max_length=14)
    origin_country: str = Field(default="", max_length=2)
    minimum_quantity: int = 1
    maximum_quantity: int | None = None
    seo_title: str = Field(default="", max_length=200)
    seo_description: str = Field(default="", max_length=400)
    custom: dict[str, Any] = json_field()
    """Free-form fields of the merchant and of imported files (``namespace.key``: text)."""

    price_from_minor: int = minor_field(0)
    price_to_minor: int = minor_field(0)
    compare_at_minor: int | None = minor_field(None)
    """Compare-at price of the cheapest variant, when it is above its price."""
    is_on_sale: bool = False
    is_available: bool = False
    variant_count: int = 0

    created_at: datetime = utc_field(default_factory=now)
    updated_at: datetime = utc_field(default_factory=now)

    @property
    def is_published(self) -> bool:
        """Visible to shoppers at this moment."""
        return self.status is ProductStatus.active and (
            self.publish_at is None or self.publish_at <= now()
        )

    @property
    def is_scheduled(self) -> bool:
        return self.status is ProductStatus.active and not self.is_published


class ProductCategory(SQLModel, table=True):
    """A product stands on every shelf listed here, its main one among them."""

    __tablename__ = "product_categories"
    __table_args__ = (Index("ix_product_categories_category", "category_id", "product_id"),)

    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE", primary_key=True)
    category_id: int = Field(foreign_key="categories.id", ondelete="CASCADE", primary_key=True)
    position: int = 0


class Option(SQLModel, table=True):
    """An axis along which a product varies (size, colour ...). Any number of them."""

    __tablename__ = "options"
    __table_args__ = (UniqueConstraint("product_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=120)
    position: int = 0


class OptionValue(SQLModel, table=True):
    """One choice on an axis ("Blue")."""

    __tablename__ = "option_values"
    __table_args__ = (
        UniqueConstraint("option_id", "value"),
        Index("ix_option_values_value", "value"),
    )

    id: int | None = Field(default=None, primary_key=True)
    option_id: int = Field(foreign_key="options.id", ondelete="CASCADE", index=True)
    value: str = Field(max_length=200)
    swatch: str = Field(default="", max_length=7)
    """A colour as ``#rrggbb``, or empty."""
    position: int = 0


class Variant(SQLModel, table=True):
    """What is bought. A product without options has exactly one, titled ""."""

    __tablename__ = "variants"
    __table_args__ = (
        CheckConstraint("price_minor >= 0", name="price"),
        CheckConstraint("cost_minor IS NULL OR cost_minor >= 0", name="cost"),
        Index("ix_variants_product", "product_id", "position"),
    )

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("var")
    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE")
    title: str = Field(default="", max_length=400)
    """The option values joined by " / ", kept in step by the commands."""
    position: int = 0
    sku: str | None = Field(default=None, unique=True, max_length=120)
    barcode: str = Field(default="", max_length=40, index=True)
    """GTIN, EAN, UPC or ISBN as printed, leading zeros kept."""
    price_minor: int = minor_field(0)
    compare_at_minor: int | None = minor_field(None)
    cost_minor: int | None = minor_field(None)
    weight_g: int | None = None
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    requires_shipping: bool = True
    is_digital: bool = False
    unit_amount: int | None = None
    """Content in thousandths of ``unit`` (250 ml is 250_000 "ml"), for the price per unit."""
    unit: str = Field(default="", max_length=12)
    unit_base_amount: int | None = None
    """What the price per unit is told for, in thousandths of ``unit_base`` (per 1 l: 1_000)."""
    unit_base: str = Field(default="", max_length=12)
    image_id: int | None = Field(default=None, foreign_key="product_images.id", ondelete="SET NULL")
    is_archived: bool = False
    is_available: bool = False
    """Can be bought now, stock permitting; kept by inventory when it turns."""
    custom: dict[str, Any] = json_field()
    updated_at: datetime = utc_field(default_factory=now)


class VariantValue(SQLModel, table=True):
    """Which choice a variant makes on each axis: exactly one row per option of its product."""

    __tablename__ = "variant_values"

    variant_id: int = Field(foreign_key="variants.id", ondelete="CASCADE", primary_key=True)
    option_id: int = Field(foreign_key="options.id", ondelete="CASCADE", primary_key=True)
    value_id: int = Field(foreign_key="option_values.id", ondelete="CASCADE", index=True)


class ProductImage(SQLModel, table=True):
    """A picture of a product. The first by position is the one on cards."""

    __tablename__ = "product_images"
    __table_args__ = (Index("ix_product_images_product", "product_id", "position"),)

    id: int | None = Field(default=None, primary_key=True)
    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE")
    file_id: int = Field(foreign_key="media_files.id", index=True)
    position: int = 0
    alt: str = Field(default="", max_length=500)


class Tag(SQLModel, table=True):
    __tablename__ = "tags"

    id: int | None = Field(default=None, primary_key=True)
    slug: str = Field(unique=True, max_length=120)
    name: str = Field(max_length=120)


class ProductTag(SQLModel, table=True):
    __tablename__ = "product_tags"

    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE", primary_key=True)
    tag_id: int = Field(foreign_key="tags.id", ondelete="CASCADE", primary_key=True, index=True)


class AttributeType(StrEnum):
    text = "text"
    number = "number"
    boolean = "boolean"
    date = "date"
    choice = "choice"


class Attribute(SQLModel, table=True):
    """A typed property that products may have ("Material", "Diameter in mm")."""

    __tablename__ = "attributes"

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=120)
    name: str = Field(max_length=120)
    type: AttributeType = enum_field(AttributeType, AttributeType.text)
    unit: str = Field(default="", max_length=20)
    choices: list[str] = json_field(list)
    is_filter: bool = False
    """Offered as a facet beside category, option, brand, price and stock."""
    position: int = 0


class ProductAttribute(SQLModel, table=True):
    """A product's value for one attribute; the column that fits the attribute's type is filled."""

    __tablename__ = "product_attributes"
    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE", primary_key=True)
    attribute_id: int = Field(
        foreign_key="attributes.id", ondelete="CASCADE", primary_key=True, index=True
    )
    text: str = Field(default="", max_length=2000)
    """The value as written; for numbers the decimal text, for booleans ``true`` or ``false``."""
    number_millis: int | None = None
    """Numbers in thousandths, for sorting and ranges."""
    on: date | None = None


class Collection(SQLModel, table=True):
    """A hand-made selection of products ("New this autumn")."""

    __tablename__ = "collections"

    id: int | None = Field(default=None, primary_key=True)
    public_id: str = public_id_field("col")
    slug: str = Field(unique=True, max_length=120)
    title: str = Field(max_length=160)
    description: str = Field(default="", max_length=4000)
    image_id: int | None = Field(default=None, foreign_key="media_files.id")
    is_featured: bool = False
    """Shown on the home page."""
    position: int = 0


class CollectionProduct(SQLModel, table=True):
    __tablename__ = "collection_products"

    collection_id: int = Field(foreign_key="collections.id", ondelete="CASCADE", primary_key=True)
    product_id: int = Field(
        foreign_key="products.id", ondelete="CASCADE", primary_key=True, index=True
    )
    position: int = 0


class RelationKind(StrEnum):
    related = "related"
    upsell = "upsell"
    cross_sell = "cross_sell"
    grouped = "grouped"


class ProductRelation(SQLModel, table=True):
    """A hand-made pointer from one product to another."""

    __tablename__ = "product_relations"

    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE", primary_key=True)
    other_id: int = Field(
        foreign_key="products.id", ondelete="CASCADE", primary_key=True, index=True
    )
    kind: RelationKind = enum_field(RelationKind, RelationKind.related, primary_key=True)
    position: int = 0


class FormerAddress(SQLModel, table=True):
    """A slug or path that something had before; old links are redirected for good."""

    __tablename__ = "former_addresses"

    kind: str = Field(max_length=20, primary_key=True)
    """``product``, ``category`` or ``collection``."""
    address: str = Field(max_length=1000, primary_key=True)
    target_id: int = Field(index=True)
    since: datetime = utc_field(default_factory=now)


class ExternalId(SQLModel, table=True):
    """What another system calls a product or variant, so that its next file updates ours."""

    __tablename__ = "external_ids"
    __table_args__ = (Index("ix_external_ids_target", "kind", "target_id"),)

    source: str = Field(max_length=40, primary_key=True)
    kind: str = Field(max_length=20, primary_key=True)
    external_id: str = Field(max_length=200, primary_key=True)
    target_id: int


class PriceChange(SQLModel, table=True):
    """Every price a variant ever had, from when."""

    __tablename__ = "price_changes"
    __table_args__ = (Index("ix_price_changes_variant", "variant_id", "at"),)

    id: int | None = Field(default=None, primary_key=True)
    variant_id: int = Field(foreign_key="variants.id", ondelete="CASCADE")
    price_minor: int = minor_field()
    compare_at_minor: int | None = minor_field(None)
    at: datetime = utc_field(default_factory=now)
