"""One row of WooCommerce's CSV as what is bought: prices, stock, tax, shipping, downloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from webapp.exchange import values
from webapp.exchange.dialects.woocommerce.labels import UNIT
from webapp.exchange.fields import Kind
from webapp.exchange.lines import Line
from webapp.exchange.records import KEEP, Cell, Custom, Download, External, VariantRecord
from webapp.exchange.values import BadCell


def variant_of(
    line: Line, parent: Line | None, options: tuple[tuple[str, str], ...]
) -> VariantRecord:
    """The row as a variant. A variation's blank weight, size and classes are its parent's."""
    is_variation = parent is not line
    price, compare_at = _prices(line)
    tracked, quantity, policy = _stock(line)
    types = kinds_of(line)
    return VariantRecord(
        row=line.number,
        sku=line.field("sku", "sku"),
        externals=_externals(line) if is_variation else (),
        options=options,
        barcode=line.field("gtin", "barcode"),
        price=price,
        compare_at=compare_at,
        sale_starts=line.field("sale starts", "sale_starts"),
        sale_ends=line.read(
            "sale ends", lambda t: values.moment(t, line.choices.style, end_of_day=True)
        ),
        cost=line.field("cost", "cost"),
        taxable=line.read("tax status", _taxable),
        tax_class=_inherited(
            line, parent, "tax class", lambda at: at.field("tax class", "tax_class")
        ),
        tracked=tracked,
        quantity=quantity,
        policy=policy,
        low_threshold=line.field("low stock", "low_threshold"),
        **_sizes(line, parent),
        requires_shipping="virtual" not in types if types else KEEP,
        digital="downloadable" in types if types else KEEP,
        downloads=_downloads(line),
        download_limit=_limit(line, "download limit"),
        download_days=_limit(line, "download days"),
        image=_image(line) if is_variation else KEEP,
        shipping_class=_inherited(
            line, parent, "shipping class", lambda at: at.field("shipping class", "shipping_class")
        ),
        archived=_archived(line) if is_variation else KEEP,
        custom=_custom(line) if is_variation else (),
    )


def kinds_of(line: Line) -> frozenset[str]:
    """The words of the Type column."""
    return frozenset(word.casefold() for word in values.words(line.raw("type")))


def _externals(line: Line) -> tuple[External, ...]:
    number = line.raw("id")
    return (External("woocommerce", number),) if number else ()


def _prices(line: Line) -> tuple[Cell[str], Cell[str]]:
    """(price, compare-at): a sale price makes the regular one the compare-at price."""
    regular: Cell[str] = line.field("regular", "price")
    sale: Cell[str] = line.field("sale", "price")
    if isinstance(sale, str):
        return sale, regular
    return regular, sale


def _stock(line: Line) -> tuple[Cell[bool], Cell[int], Cell[str]]:
    policy = line.read("backorders", _policy)
    text = line.raw("stock")
    if not line.has("stock"):
        return KEEP, KEEP, policy
    if text.casefold() == "parent":
        # The parent's stock is shared there. Each variant has its own here, and what the parent
        # has must not be counted once for each: ``shared_stock`` gives it to the first.
        return True, 0, policy
    if text:
        return True, line.field("stock", "quantity"), policy
    standing = line.raw("in stock").casefold()
    if standing in ("0", "false", "no"):
        return True, 0, "deny"
    if standing == "backorder":
        return True, 0, "continue"
    return False, KEEP, policy


def _policy(text: str) -> str:
    if text.casefold() == "notify":
        return "continue"
    return "continue" if values.yes_no(text) else "deny"


def _taxable(text: str) -> bool:
    word = text.casefold()
    if word in ("taxable", "none", "shipping"):
        return word == "taxable"
    return values.yes_no(text)


def _inherited(line: Line, parent: Line | None, column: str, read: Callable[[Line], Any]) -> Any:
    own = line.raw(column)
    if parent is None or parent is line or (own and own.casefold() != "parent"):
        return read(line)
    return read(parent) if parent.raw(column) else read(line) if not own else line.empty


def _sizes(line: Line, parent: Line | None) -> dict[str, Any]:
    wanted = (
        ("weight_g", "weight", values.GRAMS, "kg"),
        ("length_mm", "length", values.MILLIMETRES, "cm"),
        ("width_mm", "width", values.MILLIMETRES, "cm"),
        ("height_mm", "height", values.MILLIMETRES, "cm"),
    )
    found: dict[str, Any] = {}
    for name, column, units, usual in wanted:
        unit = UNIT.fullmatch(line.named(column))
        in_unit = unit[1] if unit else usual
        kind = Kind(
            lambda t, s, u=in_unit, all_=units: values.measure(t, s, u, all_),  # type: ignore[misc]
            str,
        )
        found[name] = _inherited(
            line,
            parent,
            column,
            lambda at, c=column, n=name, k=kind: at.field(c, n, k),  # type: ignore[misc]
        )
    return found


def _downloads(line: Line) -> Cell[tuple[Download, ...]]:
    if not line.has("download 1 url"):
        return KEEP
    found = []
    for number in range(1, 1000):
        if not line.has(f"download {number} url"):
            break
        url = line.raw(f"download {number} url")
        if url:
            found.append(Download(line.raw(f"download {number} name") or url, url))
    return tuple(found) or line.empty


def _limit(line: Line, column: str) -> Cell[int]:
    def read(text: str) -> int | None:
        number = values.whole(text, line.choices.style)
        if number < -1:
            raise BadCell("A limit is not below zero.")
        return None if number == -1 else number

    return line.read(column, read)


def _image(line: Line) -> Cell[str]:
    return line.read("images", lambda t: next(iter(values.words(t)), None))


def _archived(line: Line) -> Cell[bool]:
    def read(text: str) -> bool:
        return text.casefold() not in ("1", "true", "yes")

    return line.read("published", read)


def _custom(line: Line) -> tuple[Custom, ...]:
    text = unfolded(line.whole("body")) if line.raw("body") else None
    return (Custom("woocommerce.description", text),) if line.has("body") else ()


def unfolded(text: str) -> str:
    """A description with its written ``\\n`` as line breaks; ``\\\\n`` is the two characters."""
    return "\\n".join(part.replace("\\n", "\n") for part in text.split("\\\\n"))


def folded_lines(text: str) -> str:
    """The opposite of ``unfolded``."""
    return text.replace("\\n", "\\\\n").replace("\n", "\\n")
