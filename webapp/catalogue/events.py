"""Facts about the catalogue. Subjects are public ids; ``changed`` has [before, after] by field."""

from typing import Any, ClassVar

from webapp.kit.values import field
from webapp.runtime.events import Event, Subject


class ProductFact(Event):
    """Any fact about a product. Listen to this to hear them all."""

    product: str
    slug: str

    @property
    def subject(self) -> Subject:
        return ("product", self.product)


class ProductCreated(ProductFact):
    name: ClassVar[str] = "product.created"
    tells: ClassVar[str] = "A product was made."
    title: str = ""
    status: str = ""
    origin: str = ""
    """What it came with or from: the public id of an import, or of the product it copies."""


class ProductUpdated(ProductFact):
    """Long texts appear shortened; ``variants`` maps a variant's public id to what changed."""

    name: ClassVar[str] = "product.updated"
    tells: ClassVar[str] = "A product or one of its variants changed."
    changed: dict[str, list[Any]] = field(default_factory=dict)
    variants: dict[str, Any] = field(default_factory=dict)
    origin: str = ""


class ProductPublished(ProductFact):
    name: ClassVar[str] = "product.published"
    tells: ClassVar[str] = "A product was put on sale, at once or for a later day."
    at: str = ""
    """When shoppers see it, which may lie ahead."""


class ProductUnpublished(ProductFact):
    name: ClassVar[str] = "product.unpublished"
    tells: ClassVar[str] = "A product was taken off sale."
    status: str = ""


class ProductDeleted(ProductFact):
    name: ClassVar[str] = "product.deleted"
    tells: ClassVar[str] = "A product was deleted."
    title: str = ""


class PriceChanged(ProductFact):
    """In minor units of the shop's currency."""

    name: ClassVar[str] = "price.changed"
    tells: ClassVar[str] = "The price of a variant changed."
    variant: str = ""
    before_minor: int = 0
    after_minor: int = 0


class CategoryFact(Event):
    category: str
    path: str

    @property
    def subject(self) -> Subject:
        return ("category", self.category)


class CategoryCreated(CategoryFact):
    name: ClassVar[str] = "category.created"
    tells: ClassVar[str] = "A category was made."
    changed: dict[str, list[Any]] = field(default_factory=dict)


class CategoryUpdated(CategoryFact):
    name: ClassVar[str] = "category.updated"
    tells: ClassVar[str] = "A category changed."
    changed: dict[str, list[Any]] = field(default_factory=dict)


class CategoryDeleted(CategoryFact):
    """``moved_to`` is the path of the category that took its products and its address."""

    name: ClassVar[str] = "category.deleted"
    tells: ClassVar[str] = "A category was deleted."
    changed: dict[str, list[Any]] = field(default_factory=dict)
    moved_to: str = ""


class CollectionUpdated(Event):
    """Also stated when it is made; ``deleted`` when it is gone."""

    name: ClassVar[str] = "collection.updated"
    tells: ClassVar[str] = "A collection was made, changed or deleted."
    collection: str
    slug: str
    changed: dict[str, list[Any]] = field(default_factory=dict)
    deleted: bool = False

    @property
    def subject(self) -> Subject:
        return ("collection", self.collection)


class BrandUpdated(Event):
    name: ClassVar[str] = "brand.updated"
    brand: str
    changed: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        return ("brand", self.brand)


class AttributeUpdated(Event):
    name: ClassVar[str] = "attribute.updated"
    attribute: str
    changed: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def subject(self) -> Subject:
        return ("attribute", self.attribute)
