"""What pages and scripts are given: frozen, complete, in the order in which it is shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from webapp.catalogue.derived import FacetKind
from webapp.kit.money import Money
from webapp.kit.paging import Page
from webapp.kit.values import Value, field
from webapp.media.queries import Image


class Picture(Value):
    """A picture of a product page; variants point to it by ``id``."""

    id: int
    image: Image


class Card(Value):
    """A product in a list."""

    id: int
    public_id: str
    slug: str
    title: str
    brand: str
    price_from: Money
    price_to: Money
    compare_at: Money | None
    is_on_sale: bool
    is_available: bool
    variant_count: int
    image: Image | None

    @property
    def has_price_range(self) -> bool:
        return self.price_from != self.price_to


class CategoryNode(Value):
    """A category in the navigation, with those below it."""

    id: int
    slug: str
    path: str
    name: str
    children: tuple["CategoryNode", ...] = ()

    @property
    def url(self) -> str:
        """Where its page lies."""
        return f"/categories/{self.path}"


class CategoryPage(Value):
    """A category with its way from the root (itself not among ``ancestors``) and its children."""

    id: int
    public_id: str
    path: str
    name: str
    description: str
    image: Image | None
    seo_title: str
    seo_description: str
    ancestors: tuple[CategoryNode, ...]
    children: tuple[CategoryNode, ...]


class CollectionPage(Value):
    id: int
    public_id: str
    slug: str
    title: str
    description: str
    image: Image | None


class HomeCollection(Value):
    id: int
    slug: str
    title: str
    description: str
    products: tuple[Card, ...]


class ChoiceValue(Value):
    id: int
    value: str
    swatch: str


class Choice(Value):
    """An axis of the product and the values that some variant has."""

    id: int
    name: str
    values: tuple[ChoiceValue, ...]


class UnitPrice(Value):
    """``price`` for each ``amount`` of ``unit``: 3.98 EUR / 1 l."""

    price: Money
    amount: str
    unit: str


class VariantView(Value):
    id: int
    public_id: str
    title: str
    sku: str
    barcode: str
    price: Money
    compare_at: Money | None
    """Only when it is above the price."""
    unit_price: UnitPrice | None
    is_available: bool
    requires_shipping: bool
    is_digital: bool
    weight_g: int | None
    image_id: int | None
    values: Mapping[int, int]
    """The value's id by the option's id; one for each option."""


class AttributeView(Value):
    code: str
    name: str
    type: str
    text: str
    unit: str


class TagView(Value):
    slug: str
    name: str


class ProductPage(Value):
    """All that a product page shows but live stock (see ``inventory.queries.availability``)."""

    id: int
    public_id: str
    slug: str
    title: str
    summary: str
    body: str
    """Clean HTML."""
    brand: str
    brand_slug: str
    breadcrumb: tuple[CategoryNode, ...]
    category_id: int | None
    price_from: Money
    price_to: Money
    compare_at: Money | None
    is_on_sale: bool
    is_available: bool
    is_gift_card: bool
    minimum_quantity: int
    maximum_quantity: int | None
    seo_title: str
    seo_description: str
    updated_at: datetime
    options: tuple[Choice, ...]
    variants: tuple[VariantView, ...]
    pictures: tuple[Picture, ...]
    attributes: tuple[AttributeView, ...]
    tags: tuple[TagView, ...]
    related: tuple[Card, ...]

    @property
    def has_price_range(self) -> bool:
        return self.price_from != self.price_to


class PickerValue(Value):
    """One radio button of the picker, given what else is chosen."""

    id: int
    value: str
    swatch: str
    is_chosen: bool
    exists: bool
    """Some variant has this value together with the other choices made."""
    is_available: bool
    """One such variant can be bought."""


class PickerOption(Value):
    id: int
    name: str
    values: tuple[PickerValue, ...]


class Picker(Value):
    """The variant that the choices lead to (``None`` while one is open), and what they leave."""

    variant: VariantView | None
    options: tuple[PickerOption, ...]


class FacetValue(Value):
    """One box to tick. ``count``: how many products it would leave, all other facets applied."""

    value: str
    """As it stands in an address."""
    label: str
    count: int
    is_chosen: bool


class FacetGroup(Value):
    kind: FacetKind
    name: str
    """As it stands in an address; empty for brand, category and tag."""
    label: str
    values: tuple[FacetValue, ...]


class PriceRange(Value):
    """The cheapest and the dearest price there is, all facets but the price applied."""

    lowest: Money
    highest: Money


class Facets(Value):
    groups: tuple[FacetGroup, ...] = ()
    price: PriceRange | None = None
    available_count: int = 0
    """How many would be left with "in stock" ticked."""
    on_sale_count: int = 0


class Listing(Value):
    """A page of products. ``corrected`` is the query that was searched for instead, if any."""

    products: Page[Card]
    facets: Facets
    corrected: str | None = None
    is_relaxed: bool = False
    """Nothing had all the words; these have some of them."""


class Suggestions(Value):
    """What search-as-you-type shows: at most eight lines in all."""

    categories: tuple[CategoryNode, ...] = ()
    products: tuple[Card, ...] = ()
    corrected: str | None = None


class StaffProduct(Value):
    """A line of the back office's product list."""

    id: int
    public_id: str
    slug: str
    title: str
    status: str
    """``draft``, ``active``, ``scheduled`` or ``archived``."""
    brand: str
    category: str
    price_from: Money
    price_to: Money
    variant_count: int
    is_available: bool
    image: Image | None
    updated_at: datetime


class ListingQuery(Value):
    """What a shopper asked a listing for. Keys are those of ``FacetGroup`` and ``FacetValue``.

    Several values of one name widen, several names narrow. Prices are minor units, inclusive.
    ``sort``: newest, price, price-desc, title, relevance (with ``text``), manual (in a
    collection); ``None`` takes what fits. Unknown keys match nothing; an unknown sort or a
    foreign cursor is ``Invalid``.
    """

    category_id: int | None = None
    collection_id: int | None = None
    text: str = ""
    brands: Sequence[str] = ()
    tags: Sequence[str] = ()
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    attributes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lowest_minor: int | None = None
    highest_minor: int | None = None
    only_available: bool = False
    only_on_sale: bool = False
    sort: str | None = None
    cursor: str | None = None
    size: int = 24
    with_facets: bool = True
