"""Writing a catalogue as a file of one dialect, streaming, so that reading it gives the same."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping

from webapp.exchange import carried
from webapp.exchange.dialect import Dialect
from webapp.exchange.dialects.shopify import writing as shopify
from webapp.exchange.dialects.vitrine import writing as vitrine
from webapp.exchange.dialects.woocommerce import writing as woocommerce
from webapp.exchange.guard import guarded
from webapp.exchange.lines import Choices
from webapp.exchange.reading import Row
from webapp.exchange.records import KEEP, ProductRecord, VariantRecord, settled
from webapp.exchange.shape import Shape
from webapp.exchange.sheet import Cells
from webapp.kit.errors import Invalid
from webapp.kit.values import Value, names_of


class _Way(Value):
    """How one dialect is written."""

    words: Callable[[Shape], dict[str, str]]
    cells: Callable[[ProductRecord, Choices], list[Cells]]
    reader: Callable[[tuple[str, ...], Choices], Dialect] | None
    """Reads our own rows back, to find out what must be carried; None where nothing must."""
    mark: bool
    """Whether the file begins with a byte-order mark, by which spreadsheets know UTF-8."""


_WAYS: Mapping[str, _Way] = {
    "vitrine": _Way(vitrine.words_of, vitrine.cells_of, None, mark=True),
    "shopify": _Way(shopify.words_of, shopify.cells_of, shopify.reader, mark=False),
    "woocommerce": _Way(woocommerce.words_of, woocommerce.cells_of, woocommerce.reader, mark=True),
}
DIALECTS = tuple(_WAYS)


def written(
    dialect: str, records: Callable[[], Iterable[ProductRecord]], choices: Choices
) -> Iterator[bytes]:
    """The file, header first, one product at a time. ``records`` is called twice.

    Its records must say everything (no ``KEEP``); the first pass only finds out which columns are
    needed. Amounts are written with a point. Refuses a dialect that we do not write.
    """
    way = _WAYS.get(dialect)
    if way is None:
        raise Invalid(f"A catalogue can be written for {', '.join(_WAYS)}.", field="dialect")
    words = way.words(Shape.of(records()))
    header = tuple(words.values())
    if way.mark:
        yield b"\xef\xbb\xbf"
    yield _lines([header])
    plain = Choices(choices.currency, decimal_comma=False, timezone=choices.timezone)
    reader = way.reader(header, plain) if way.reader else None
    for record in records():
        rows = way.cells(record, plain)
        if reader is not None:
            _carry(rows, record, reader, tuple(words))
        yield _lines([tuple(row.get(word, "") for word in words) for row in rows])


def _carry(
    rows: list[Cells], record: ProductRecord, reader: Dialect, words: tuple[str, ...]
) -> None:
    """Put into ``rows`` what would be lost if they were read back as they are."""
    numbered = [
        Row(number, tuple(row.get(word, "") for word in words))
        for number, row in enumerate(rows, start=1)
    ]
    back = settled(reader.product(numbered))
    whole = settled(record)
    rows[0]["carried"] = carried.packed(whole, back, without_variants=not whole.variants)
    for variant, variant_back in zip(whole.variants, back.variants, strict=False):
        rows[variant_back.row - 1]["carried by variant"] = carried.packed(variant, variant_back)


def _lines(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(
        tuple(guarded(cell) for cell in row) for row in rows
    )
    return text.getvalue().encode()


def says_everything(record: ProductRecord) -> bool:
    """Whether no field of the record is ``KEEP``, so that it can be written."""
    parts: tuple[ProductRecord | VariantRecord, ...] = (record, *record.variants)
    return not any(getattr(part, name) is KEEP for part in parts for name in names_of(part))
