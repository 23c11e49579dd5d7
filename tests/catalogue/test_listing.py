"""Listings: every product once whatever the order, and counts as one would count by hand."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import product as combinations

import pytest
from sqlmodel import Session, select

from tests.factories.catalogue import make_category, make_collection, make_product
from webapp.catalogue import commands, queries
from webapp.catalogue.derived import FacetKind
from webapp.catalogue.drafts import ProductSave, VariantSave
from webapp.catalogue.models import Category, Product
from webapp.catalogue.queries import SORTS, ListingQuery
from webapp.catalogue.values import Card, Listing
from webapp.inventory import commands as inventory
from webapp.inventory.commands import StockSave
from webapp.kit.actors import SYSTEM
from webapp.kit.clock import frozen, now
from webapp.kit.errors import Invalid

BRANDS = ("Oddny", "Ferm & Co", "")
SIZES = (("S",), ("S", "M"), ("L",), ())
COLOURS = (("Red",), ("Red", "Blue"), ())
MATERIALS = ("Oak", "Steel", "")


@pytest.fixture
def shelves(db: Session) -> list[Category]:
    home = make_category(db, "Home")
    return [
        home,
        make_category(db, "Lamps", parent=home),
        make_category(db, "Chairs", parent=home),
        make_category(db, "Garden"),
    ]


@pytest.fixture
def shop(db: Session, shelves: list[Category]) -> list[Product]:
    """108 published products: every mix of brand, sizes, colours and material; some on sale."""
    commands.create_attribute(db, SYSTEM, code="material", name="Material", is_filter=True)
    saves = []
    mixes = list(combinations(BRANDS, SIZES, COLOURS, MATERIALS))
    for number, (brand, sizes, colours, material) in enumerate(mixes):
        axes = {"Size": sizes, "Colour": colours}
        names = [name for name, values in axes.items() if values]
        variants = [
            VariantSave(
                values=dict(zip(names, choice, strict=True)),
                fields={
                    # Many share a price, a title and a moment: the tie has to be broken.
                    "price_minor": 100 * (number % 7),
                    "compare_at_minor": 5000 if number % 4 == 0 else None,
                },
            )
            for choice in combinations(*(axes[name] for name in names))
        ]
        saves.append(
            ProductSave(
                fields={
                    "title": f"Thing {number % 11}",
                    "status": "active",  # type: ignore[typeddict-item]
                    "brand": brand,
                    "category_id": shelves[number % 4].id,
                    "attributes": {"material": material},
                },
                variants=variants,
            )
        )
    with frozen(datetime(2020, 5, 1, tzinfo=UTC)):
        half = commands.save_products(db, SYSTEM, saves[:50])
    outcomes = half + commands.save_products(db, SYSTEM, saves[50:])
    products = [one.product for one in outcomes]  # type: ignore[union-attr]
    there = [one.variants[0].id for number, one in enumerate(outcomes) if number % 3]  # type: ignore[union-attr]
    inventory.save_stock(
        db, SYSTEM, [StockSave(variant_id=variant, on_hand=1) for variant in there]
    )
    make_product(db, "Hidden draft", status="draft", brand="Oddny", category_id=shelves[1].id)
    commands.schedule(
        db, SYSTEM, make_product(db, "Later", brand="Oddny", category_id=shelves[1].id),
        at=now() + timedelta(days=1),
    )  # fmt: skip
    db.commit()
    return products


def ask(db: Session, **more: object) -> Listing:
    return queries.listing(db, ListingQuery(**more), currency="EUR")  # type: ignore[arg-type]


def walk(db: Session, size: int = 24, **more: object) -> list[Card]:
    """Every page forward, then every page back; both ways show the same."""
    pages = [ask(db, size=size, **more).products]
    while pages[-1].next_cursor:
        pages.append(ask(db, size=size, cursor=pages[-1].next_cursor, **more).products)
    assert pages[0].previous_cursor is None
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = ask(db, size=size, cursor=back.previous_cursor, **more).products
        assert [card.id for card in back] == [card.id for card in page]
        assert (back.next_cursor is None, back.total) == (False, pages[0].total)
    assert back.previous_cursor is None
    return [card for page in pages for card in page]


SORT_KEYS = {
    "newest": lambda one: (-one.published_at.timestamp(), -one.id),
    "price": lambda one: (one.price_from_minor, one.id),
    "price-desc": lambda one: (-one.price_from_minor, -one.id),
    "title": lambda one: (one.title.lower(), one.id),
}


def test_walking_all_pages_gives_each_product_once_in_order(
    db: Session, shop: list[Product]
) -> None:
    for sort, size in combinations(SORT_KEYS, (7, 24, 100)):
        seen = walk(db, size=size, sort=sort, with_facets=False)
        wanted = [one.id for one in sorted(shop, key=SORT_KEYS[sort])]
        assert [card.id for card in seen] == wanted, (sort, size)

    few = {"options": {"size": ["m"]}, "brands": ["oddny"], "with_facets": False}
    for sort in SORT_KEYS:
        wanted = {card.id for card in ask(db, size=100, **few).products}
        assert {card.id for card in walk(db, size=1, sort=sort, **few)} == wanted


def test_a_collection_is_walked_in_its_own_order(db: Session, shop: list[Product]) -> None:
    chosen = shop[40:10:-1]
    collection = make_collection(db, products=chosen)

    seen = walk(db, size=7, collection_id=collection.id)

    assert [card.id for card in seen] == [one.id for one in chosen]
    by_price = walk(db, size=7, collection_id=collection.id, sort="price")
    assert [card.id for card in by_price] == [
        one.id for one in sorted(chosen, key=SORT_KEYS["price"])
    ]


def test_a_search_is_walked_by_relevance_and_by_price(db: Session, shop: list[Product]) -> None:
    found = queries.find(db, "thing").ids

    assert [card.id for card in walk(db, size=10, text="thing")] == found
    assert len(found) == 108
    by_price = walk(db, size=50, text="thing", sort="price")
    assert sorted(card.id for card in by_price) == sorted(found)


def test_a_product_that_appears_while_walking_shows_nothing_twice(
    db: Session, shop: list[Product]
) -> None:
    first = ask(db, sort="newest", size=30).products
    make_product(db, "Newcomer")
    second = ask(db, sort="newest", size=30, cursor=first.next_cursor).products
    back = ask(db, sort="newest", size=30, cursor=second.previous_cursor).products

    assert not {card.id for card in first} & {card.id for card in second}
    assert [card.id for card in back] == [card.id for card in first]
    assert back.previous_cursor is not None
    assert [card.title for card in ask(db, sort="newest", size=30,
            cursor=back.previous_cursor).products] == ["Newcomer"]  # fmt: skip


# Facets by hand: what each product is, said plainly.


def traits(number: int) -> dict[str, set[str]]:
    brand, sizes, colours, material = list(combinations(BRANDS, SIZES, COLOURS, MATERIALS))[number]
    return {
        "brand": {brand} - {""},
        "Size": set(sizes),
        "Colour": set(colours),
        "Material": {material} - {""},
        "price": {str(number % 7)},
        "stock": {"yes"} if number % 3 else set(),
        "sale": {"yes"} if number % 4 == 0 else set(),
        "shelf": {str(number % 4)},
    }


CASES: list[tuple[dict[str, object], dict[str, set[str]]]] = [
    ({}, {}),
    ({"brands": ["oddny"]}, {"brand": {"Oddny"}}),
    ({"brands": ["oddny", "ferm-co"]}, {"brand": {"Oddny", "Ferm & Co"}}),
    ({"options": {"size": ["s"]}}, {"Size": {"S"}}),
    ({"options": {"size": ["s", "l"], "colour": ["blue"]}},
     {"Size": {"S", "L"}, "Colour": {"Blue"}}),
    ({"options": {"size": ["m"]}, "brands": ["oddny"]}, {"Size": {"M"}, "brand": {"Oddny"}}),
    ({"attributes": {"material": ["oak"]}}, {"Material": {"Oak"}}),
    ({"only_available": True}, {"stock": {"yes"}}),
    ({"only_on_sale": True, "options": {"colour": ["red"]}}, {"sale": {"yes"}, "Colour": {"Red"}}),
    ({"lowest_minor": 200, "highest_minor": 400}, {"price": {"2", "3", "4"}}),
    ({"lowest_minor": 200, "highest_minor": 200, "brands": ["oddny"]},
     {"price": {"2"}, "brand": {"Oddny"}}),
    ({"options": {"size": ["no-such-size"]}}, {"Size": {"no-such-size"}}),
]  # fmt: skip


def test_facets_count_as_by_hand(db: Session, shop: list[Product], shelves: list[Category]) -> None:
    for (asked, chosen), shelf in combinations(CASES, (None, 0, 1)):
        check_by_hand(db, len(shop), shelves, shelf, asked, chosen)


def check_by_hand(
    db: Session,
    count: int,
    shelves: list[Category],
    shelf: int | None,
    asked: dict[str, object],
    chosen: dict[str, set[str]],
) -> None:
    if shelf is not None:
        asked = {**asked, "category_id": shelves[shelf].id}
        chosen = {**chosen, "shelf": {"0", "1", "2"} if shelf == 0 else {str(shelf)}}

    def left(but: str) -> list[dict[str, set[str]]]:
        return [
            one
            for one in map(traits, range(count))
            if all(one[name] & values for name, values in chosen.items() if name != but)
        ]

    found = ask(db, **asked)

    assert found.products.total == len(left(""))
    if not left(""):
        assert found.facets.groups == ()
        return
    counted = {
        group.label or str(group.kind): {value.label: value.count for value in group.values}
        for group in found.facets.groups
    }
    for name in ("brand", "Size", "Colour", "Material"):
        wanted = Counter(value for one in left(name) for value in one[name])
        assert counted.get(name, {}) == dict(wanted), name
    assert found.facets.available_count == sum(bool(one["stock"]) for one in left("stock"))
    assert found.facets.on_sale_count == sum(bool(one["sale"]) for one in left("sale"))
    prices = [100 * int(price) for one in left("price") for price in one["price"]]
    assert found.facets.price is not None
    assert (found.facets.price.lowest.minor, found.facets.price.highest.minor) == (
        min(prices),
        max(prices),
    )
    below = {None: {"Home": (0, 1, 2), "Garden": (3,)}, 0: {"Lamps": (1,), "Chairs": (2,)}, 1: {}}
    everywhere = left("")
    assert counted.get("category", {}) == {
        name: number
        for name, places in below[shelf].items()  # type: ignore[index]
        if (number := sum(int(next(iter(one["shelf"]))) in places for one in everywhere))
    }


def test_chosen_boxes_are_marked_and_labelled(db: Session, shop: list[Product]) -> None:
    groups = ask(db, options={"size": ["m", "s"]}, brands=["ferm-co"]).facets.groups

    kinds = [group.kind for group in groups]
    assert kinds == [
        FacetKind.category, FacetKind.brand, FacetKind.option, FacetKind.option,
        FacetKind.attribute,
    ]  # fmt: skip
    sizes = next(group for group in groups if group.name == "size")
    assert [(one.value, one.label, one.is_chosen) for one in sizes.values] == [
        ("s", "S", True),
        ("m", "M", True),
        ("l", "L", False),
    ]
    assert groups[0].values[0].value in {"home", "garden"}


def test_statements_stay_few(db: Session, shop: list[Product], statements) -> None:  # type: ignore[no-untyped-def]
    for asked, most in (
        ({}, 3),
        ({"options": {"size": ["s"]}, "brands": ["oddny"], "only_available": True}, 3),
        ({"text": "thing"}, 4),
        ({"text": "thinq wrrong"}, 6),
    ):
        with statements.counted() as seen:
            ask(db, **asked)
        assert len(seen) <= most, asked


def test_what_is_no_order_or_page_of_ours_is_refused(db: Session) -> None:
    for number in range(3):
        make_product(db, f"Thing {number}")
    foreign = ask(db, sort="title", size=1).products.next_cursor

    for asked in (
        {"sort": "cheapest"},
        {"cursor": "nonsense"},
        {"cursor": "bm8"},
        {"sort": "price", "cursor": foreign},
    ):
        with pytest.raises(Invalid):
            ask(db, **asked)


def test_an_order_that_does_not_fit_gives_way(db: Session, shop: list[Product]) -> None:
    newest = [card.id for card in ask(db, sort="newest").products]

    assert [card.id for card in ask(db, sort="relevance").products] == newest
    assert [card.id for card in ask(db, sort="manual").products] == newest
    assert set(SORTS) == {*SORT_KEYS, "relevance", "manual"}


def test_an_empty_shop_lists_nothing(db: Session) -> None:
    found = ask(db)

    assert (list(found.products), found.products.total, found.facets.price) == ([], 0, None)


def test_titles_sort_as_people_read_them(db: Session) -> None:
    for title in ("zebra", "Äpfel", "apple", "Zoo", "\u00c9tag\u00e8re"):
        make_product(db, title)

    titles = [card.title for card in ask(db, sort="title").products]
    assert titles == ["Äpfel", "apple", "Étagère", "zebra", "Zoo"]


def test_an_archived_variant_is_no_box(db: Session) -> None:
    product = make_product(db, sizes=["S", "M"])
    variant = db.exec(select(Product)).one()
    small = commands.choices_of(db, variant)[0][0]
    commands.update_variant(db, SYSTEM, small, is_archived=True)

    groups = ask(db).facets.groups
    assert [value.label for group in groups for value in group.values] == ["M"]
    assert product.variant_count == 1
