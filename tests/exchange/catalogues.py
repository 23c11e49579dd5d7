"""Catalogues that say everything, for Hypothesis to try: what the database would write."""

import string
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

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

NASTY = "abcXYZ 019äß語😀,;:>|\\/\"'=+-@#%&<p>{}[]()._~^\n"
text = st.text(st.sampled_from(NASTY), min_size=1, max_size=24).map(
    lambda found: " ".join(found.split())
)
line = text.filter(bool)
name = line.map(lambda found: found.strip("[]").strip()).filter(bool)
html = st.text(st.sampled_from(NASTY + "\r\t"), max_size=60).filter(str.strip)
key = st.builds(
    "{}.{}".format,
    st.sampled_from(("custom", "shopify", "google", "meta", "woocommerce", "details")),
    st.sampled_from(
        ("type", "color-pattern", "gender", "care", "position", "visibility", "a b", "x_y",
         "description", "_yoast_wpseo_title", "reviews", "external_url")
    ),
)  # fmt: skip
word = st.text(st.sampled_from(string.ascii_lowercase + string.digits + "-"), min_size=1)
count = st.integers(0, 10**6)
amount = st.integers(1, 10**7).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
moment = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)
url = st.one_of(
    word.map(lambda found: f"https://cdn.example/{found}.jpg?v=1,2"),
    word.map(lambda found: f"{found}.png"),
)
references = st.lists(
    st.builds(Reference, st.sampled_from(("sku", "handle", "woocommerce", "other")), line),
    min_size=1,
    max_size=3,
    unique=True,
).map(tuple)
quantity = st.integers(1, 10**6).map(lambda n: f"{n // 1000}.{n % 1000:03}".rstrip("0").rstrip("."))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


def several(strategy: st.SearchStrategy[Any], **bounds: Any) -> st.SearchStrategy[Any]:
    return maybe(st.lists(strategy, min_size=1, max_size=3, unique=True, **bounds).map(tuple))


def externals(sources: tuple[str, ...], number: str) -> st.SearchStrategy[tuple[External, ...]]:
    """Numbers of other systems, which no two things of a catalogue share."""
    return st.lists(st.sampled_from(sources), max_size=2, unique=True).map(
        lambda found: tuple(External(source, f"{number} {source}") for source in found)
    )


def variants(options: tuple[tuple[str, str], ...], sku: str) -> st.SearchStrategy[VariantRecord]:
    return st.builds(
        VariantRecord,
        sku=st.sampled_from((None, sku)),
        externals=externals(("vitrine", "woocommerce", "erp"), sku),
        options=st.just(options),
        barcode=maybe(st.sampled_from(("00040000", "8000500227848", "-12"))),
        price=amount,
        compare_at=maybe(amount),
        sale_starts=maybe(moment),
        sale_ends=maybe(moment),
        cost=maybe(amount),
        taxable=st.booleans(),
        tax_class=maybe(st.sampled_from(("standard", "reduced", "parent"))),
        tracked=st.booleans(),
        quantity=st.integers(-5, 500),
        policy=st.sampled_from(("deny", "continue", "preorder")),
        low_threshold=maybe(count),
        weight_g=maybe(count),
        length_mm=maybe(count),
        width_mm=maybe(count),
        height_mm=maybe(count),
        requires_shipping=st.booleans(),
        digital=st.booleans(),
        downloads=several(st.builds(Download, line, url)),
        download_limit=maybe(count),
        download_days=maybe(count),
        unit_price=maybe(
            st.builds(UnitPrice, quantity, st.just("ml"), quantity, st.sampled_from(("l", "kg")))
        ),
        image=maybe(url),
        shipping_class=maybe(line),
        archived=st.booleans(),
        custom=customs,
    )


customs = st.dictionaries(key, html, max_size=3).map(
    lambda found: tuple(Custom(name, value) for name, value in sorted(found.items()))
)


@st.composite
def products(draw: st.DrawFn, number: int, least_variants: int = 0) -> ProductRecord:
    names = draw(st.lists(name, max_size=5, unique_by=str.casefold))
    axes = [
        Axis(each, tuple(draw(st.lists(line, min_size=1, max_size=2, unique=True))))
        for each in names
    ]
    combinations: list[tuple[tuple[str, str], ...]] = [()]
    for axis in axes:
        combinations = [(*c, (axis.name, value)) for c in combinations for value in axis.values]
    chosen = draw(
        st.lists(st.sampled_from(combinations), min_size=1, max_size=4, unique=True)
        if axes
        else st.integers(least_variants, 1).map(lambda n: [()] * n)
    )
    used = [
        Axis(axis.name, tuple(v for v in axis.values if any((axis.name, v) in c for c in chosen)))
        for axis in axes
    ]
    attributes = draw(
        st.lists(
            st.builds(
                Attribute,
                name.filter(lambda n: n.casefold() not in map(str.casefold, names)),
                line,
                st.sampled_from(("text", "number", "choice")),
                st.sampled_from(("", "mm")),
            ),
            max_size=2,
            unique_by=lambda attribute: attribute.name.casefold(),
        )
    )
    made = [draw(variants(options, f"{number}-{place}")) for place, options in enumerate(chosen)]
    return draw(
        st.builds(
            ProductRecord,
            handle=st.just(f"product-{number}"),
            externals=externals(("vitrine", "woocommerce", "woocommerce-sku", "erp"), f"P{number}"),
            title=line,
            body=maybe(html),
            summary=maybe(html),
            brand=maybe(line),
            categories=several(st.lists(line, min_size=1, max_size=3).map(tuple)),
            tags=several(line),
            collections=several(line),
            status=st.sampled_from(("draft", "active", "archived")),
            published=st.booleans(),
            publish_at=maybe(moment),
            featured=st.booleans(),
            gift_card=st.booleans(),
            seo_title=maybe(line),
            seo_description=maybe(line),
            hs_code=maybe(st.just("0901.21")),
            origin_country=maybe(st.just("DE")),
            minimum_quantity=maybe(count),
            maximum_quantity=maybe(count),
            related=maybe(references),
            upsells=maybe(references),
            cross_sells=maybe(references),
            grouped=maybe(references),
            images=maybe(
                st.lists(
                    st.builds(Image, url, st.just("") | line),
                    min_size=1,
                    max_size=3,
                    unique_by=lambda image: image.source,
                ).map(tuple)
            ),
            axes=st.just(tuple(used)),
            attributes=st.just(tuple(attributes)),
            custom=customs,
            variants=st.just(tuple(made)),
        )
    )


def catalogues(least_variants: int = 0) -> st.SearchStrategy[list[ProductRecord]]:
    return st.integers(1, 3).flatmap(
        lambda n: st.tuples(*(products(number, least_variants) for number in range(n))).map(list)
    )
