"""Reading a whole file in one call, as the tests want it."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from webapp.exchange.dialect import Dialect
from webapp.exchange.dialects import mapped, recognised
from webapp.exchange.grouping import LeftRow, products
from webapp.exchange.guesses import SAMPLE, guess
from webapp.exchange.lines import Choices
from webapp.exchange.mapping import Mapping
from webapp.exchange.reading import Source, inspect, rows
from webapp.exchange.records import Level, Problem, ProductRecord

FILES = Path(__file__).parent / "files"
SHARED = Path(__file__).parents[3] / "shared" / "data"
SMALL = (
    "shopify-packt/Product-data.csv",
    "woocommerce-sample/sample_products.csv",
    "prestashop/products_import.csv",
    "prestashop/combinations_import.csv",
    "spree-sample/products.csv",
    "spree-sample/products_import.csv",
)
LARGE = (
    "off-tab/openfoodfacts_export.csv",
    "olist-products/olist_products_dataset.csv",
    "diamonds/diamonds.csv",
)
"""Catalogues of other people, in ``SHARED``."""


@dataclass(frozen=True)
class WholeFile:
    dialect: Dialect
    records: list[ProductRecord]
    left: list[LeftRow]

    @property
    def numbers(self) -> list[int]:
        """The number of each row of the file, as often as it is accounted for."""
        within = [use.number for record in self.records for use in record.rows]
        return sorted([*within, *(row.number for row in self.left)])

    def problems(self, level: Level = Level.error) -> list[Problem]:
        return [p for record in self.records for p in record.problems if p.level is level]

    def one(self, label: str) -> ProductRecord:
        (record,) = [record for record in self.records if record.label == label]
        return record


def read(
    source: Source | str, choices: Choices | None = None, mapping: Mapping | None = None
) -> WholeFile:
    """Everything a file says. Text stands for a file of this text; an unknown header is guessed."""
    source = source.encode() if isinstance(source, str) else source
    choices = choices or Choices()
    layout = inspect(source)
    dialect = None if mapping else recognised(layout.header, choices)
    if dialect is None:
        sample = list(itertools.islice(rows(source, layout), SAMPLE))
        mapping = mapping or guess(layout.header, sample, currency=choices.currency).mapping
        dialect = mapped.of(layout.header, mapping, choices)
    found = list(products(lambda: rows(source, layout), dialect))
    return WholeFile(
        dialect,
        [each for each in found if isinstance(each, ProductRecord)],
        [each for each in found if isinstance(each, LeftRow)],
    )
