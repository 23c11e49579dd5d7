"""What a script gets of the catalogue."""

from datetime import datetime

from pydantic import BaseModel, Field

from webapp.catalogue.values import (
    Card,
    CategoryNode,
    Choice,
    Listing,
    ProductPage,
    UnitPrice,
    VariantView,
)
from webapp.kit.money import Money
from webapp.media.queries import Image


class MoneyOut(BaseModel):
    """An amount as text with exactly the currency's decimals."""

    amount: str = Field(examples=["12.34"])
    currency: str = Field(examples=["EUR"])

    @classmethod
    def of(cls, money: Money) -> "MoneyOut":
        return cls(**money.wire())


class ImageOut(BaseModel):
    url: str
    """Full size, relative to the shop's address."""
    width: int
    height: int
    alt: str
    sizes: dict[int, str]
    """Ready-made smaller ones: address by width."""

    @classmethod
    def of(cls, image: Image) -> "ImageOut":
        return cls(
            url=image.original_url,
            width=image.width,
            height=image.height,
            alt=image.alt,
            sizes={width: image.url(width) for width in image.widths},
        )


class ProductOut(BaseModel):
    """A product as it stands in a list."""

    id: str
    slug: str
    title: str
    brand: str
    price_from: MoneyOut
    price_to: MoneyOut
    compare_at: MoneyOut | None
    is_on_sale: bool
    is_available: bool
    variant_count: int
    image: ImageOut | None

    @classmethod
    def of(cls, card: Card) -> "ProductOut":
        return cls(
            id=card.public_id,
            slug=card.slug,
            title=card.title,
            brand=card.brand,
            price_from=MoneyOut.of(card.price_from),
            price_to=MoneyOut.of(card.price_to),
            compare_at=_money(card.compare_at),
            is_on_sale=card.is_on_sale,
            is_available=card.is_available,
            variant_count=card.variant_count,
            image=ImageOut.of(card.image) if card.image else None,
        )


class ProductsOut(BaseModel):
    """A page of products. ``corrected``: what was searched for in place of a misspelt query."""

    items: list[ProductOut]
    total: int
    next_cursor: str | None
    previous_cursor: str | None
    corrected: str | None

    @classmethod
    def of(cls, listing: Listing) -> "ProductsOut":
        page = listing.products
        return cls(
            items=[ProductOut.of(card) for card in page],
            total=page.total or 0,
            next_cursor=page.next_cursor,
            previous_cursor=page.previous_cursor,
            corrected=listing.corrected,
        )


class CategoryOut(BaseModel):
    path: str
    slug: str
    name: str
    children: list["CategoryOut"] = []

    @classmethod
    def of(cls, node: CategoryNode) -> "CategoryOut":
        return cls(
            path=node.path,
            slug=node.slug,
            name=node.name,
            children=[cls.of(child) for child in node.children],
        )


class CategoriesOut(BaseModel):
    items: list[CategoryOut]


class OptionOut(BaseModel):
    name: str
    values: list[str]

    @classmethod
    def of(cls, choice: Choice) -> "OptionOut":
        return cls(name=choice.name, values=[value.value for value in choice.values])


class UnitPriceOut(BaseModel):
    price: MoneyOut
    amount: str
    unit: str

    @classmethod
    def of(cls, unit_price: UnitPrice) -> "UnitPriceOut":
        return cls(
            price=MoneyOut.of(unit_price.price), amount=unit_price.amount, unit=unit_price.unit
        )


class VariantOut(BaseModel):
    id: str
    title: str
    sku: str
    barcode: str
    price: MoneyOut
    compare_at: MoneyOut | None
    unit_price: UnitPriceOut | None
    is_available: bool
    requires_shipping: bool
    is_digital: bool
    weight_g: int | None
    options: dict[str, str]
    """The value by the option's name."""

    @classmethod
    def of(cls, variant: VariantView, choices: tuple[Choice, ...]) -> "VariantOut":
        return cls(
            id=variant.public_id,
            title=variant.title,
            sku=variant.sku,
            barcode=variant.barcode,
            price=MoneyOut.of(variant.price),
            compare_at=_money(variant.compare_at),
            unit_price=UnitPriceOut.of(variant.unit_price) if variant.unit_price else None,
            is_available=variant.is_available,
            requires_shipping=variant.requires_shipping,
            is_digital=variant.is_digital,
            weight_g=variant.weight_g,
            options={
                choice.name: value.value
                for choice in choices
                for value in choice.values
                if variant.values.get(choice.id) == value.id
            },
        )


class AttributeOut(BaseModel):
    code: str
    name: str
    type: str
    value: str
    unit: str


class ProductDetailOut(BaseModel):
    """A product with everything its page shows. ``body`` is clean HTML."""

    id: str
    slug: str
    title: str
    summary: str
    body: str
    brand: str
    category: str | None
    price_from: MoneyOut
    price_to: MoneyOut
    is_on_sale: bool
    is_available: bool
    minimum_quantity: int
    maximum_quantity: int | None
    options: list[OptionOut]
    variants: list[VariantOut]
    images: list[ImageOut]
    attributes: list[AttributeOut]
    tags: list[str]
    updated_at: datetime

    @classmethod
    def of(cls, page: ProductPage) -> "ProductDetailOut":
        return cls(
            id=page.public_id,
            slug=page.slug,
            title=page.title,
            summary=page.summary,
            body=page.body,
            brand=page.brand,
            category=page.breadcrumb[-1].path if page.breadcrumb else None,
            price_from=MoneyOut.of(page.price_from),
            price_to=MoneyOut.of(page.price_to),
            is_on_sale=page.is_on_sale,
            is_available=page.is_available,
            minimum_quantity=page.minimum_quantity,
            maximum_quantity=page.maximum_quantity,
            options=[OptionOut.of(choice) for choice in page.options],
            variants=[VariantOut.of(variant, page.options) for variant in page.variants],
            images=[ImageOut.of(picture.image) for picture in page.pictures],
            attributes=[
                AttributeOut(
                    code=one.code, name=one.name, type=one.type, value=one.text, unit=one.unit
                )
                for one in page.attributes
            ],
            tags=[tag.name for tag in page.tags],
            updated_at=page.updated_at,
        )


def _money(money: Money | None) -> MoneyOut | None:
    return None if money is None else MoneyOut.of(money)
