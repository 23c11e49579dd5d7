"""Tables that repeat what the catalogue says in a shape that search and facets can read.

Nothing here is a truth of its own: ``commands.rebuild`` makes all of it anew.
"""

from collections.abc import Mapping
from enum import StrEnum

from sqlalchemy import DDL, Index, String, Text, UniqueConstraint, event
from sqlmodel import Field, SQLModel

from webapp.runtime.columns import enum_field

# Ranges of words are asked for, which must mean the same on both engines.
_BINARY_TEXT = String(80).with_variant(String(80, collation="C"), "postgresql")


class ProductText(SQLModel, table=True):
    """The words of one product by weight, folded by ``words.fold``."""

    __tablename__ = "product_texts"

    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE", primary_key=True)
    title: str = Field(default="", sa_type=Text)
    labels: str = Field(default="", sa_type=Text)
    """Brand, tags, article numbers, barcodes, option values."""
    category: str = Field(default="", sa_type=Text)
    body: str = Field(default="", sa_type=Text)


class SearchTerm(SQLModel, table=True):
    """A word that products are found by; what a misspelt one is corrected to."""

    __tablename__ = "search_terms"

    id: int | None = Field(default=None, primary_key=True)
    term: str = Field(sa_type=_BINARY_TEXT, unique=True)
    grams: str = Field(sa_type=Text)
    uses: int = 1
    """How often it was indexed: between two corrections the common word wins."""


class FacetKind(StrEnum):
    category = "category"
    brand = "brand"
    option = "option"
    attribute = "attribute"
    tag = "tag"


class Facet(SQLModel, table=True):
    """One thing a listing can be narrowed by. ``name`` and ``value`` are keys for addresses."""

    __tablename__ = "facets"
    __table_args__ = (UniqueConstraint("kind", "name", "value"),)

    id: int | None = Field(default=None, primary_key=True)
    kind: FacetKind = enum_field(FacetKind)
    name: str = Field(default="", max_length=120)
    """The option's or attribute's key; empty for the other kinds."""
    value: str = Field(max_length=120)
    """A category's id, a brand's or tag's slug, else the value's key."""
    name_label: str = Field(default="", max_length=120)
    label: str = Field(default="", max_length=200)


class ProductFacet(SQLModel, table=True):
    """Which active products a facet holds; a category holds those of its descendants as well."""

    __tablename__ = "product_facets"
    __table_args__ = (
        Index("ix_product_facets_product", "product_id", "facet_id"),
        {"sqlite_with_rowid": False},
    )

    facet_id: int = Field(foreign_key="facets.id", ondelete="CASCADE", primary_key=True)
    product_id: int = Field(foreign_key="products.id", ondelete="CASCADE", primary_key=True)


TEXT_VECTOR = (
    "setweight(to_tsvector('simple', product_texts.title), 'A') || "
    "setweight(to_tsvector('simple', product_texts.labels), 'B') || "
    "setweight(to_tsvector('simple', product_texts.category), 'C') || "
    "setweight(to_tsvector('simple', product_texts.body), 'D')"
)
"""PostgreSQL's index expression; a query must repeat it to the letter."""

GRAM_VECTOR = "to_tsvector('simple', search_terms.grams)"


def _mirrored(index: str, table: str, key: str, columns: str) -> tuple[str, ...]:
    """Triggers that keep an external-content FTS5 index in step with its table."""
    names = [name.strip() for name in columns.split(",")]
    old = ", ".join(f"old.{name}" for name in names)
    new = ", ".join(f"new.{name}" for name in names)
    forget = f"INSERT INTO {index}({index}, rowid, {columns}) VALUES ('delete', old.{key}, {old});"  # noqa: S608
    learn = f"INSERT INTO {index}(rowid, {columns}) VALUES (new.{key}, {new});"  # noqa: S608
    return (
        f"CREATE TRIGGER {index}_learn AFTER INSERT ON {table} BEGIN {learn} END",
        f"CREATE TRIGGER {index}_forget AFTER DELETE ON {table} BEGIN {forget} END",
        f"CREATE TRIGGER {index}_change AFTER UPDATE OF {columns} ON {table} "
        f"BEGIN {forget} {learn} END",
    )


_TEXT_TABLES: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_products USING fts5(title, labels, category, body, "
        "content='product_texts', content_rowid='product_id', prefix='2 3', "
        "tokenize='unicode61 remove_diacritics 2')",
        *_mirrored(
            "search_products", "product_texts", "product_id", "title, labels, category, body"
        ),
    ),
    "postgresql": (
        "CREATE INDEX search_products ON product_texts USING gin "
        f"(({TEXT_VECTOR.replace('product_texts.', '')}))",
    ),
}
_TERM_TABLES: Mapping[str, tuple[str, ...]] = {
    "sqlite": (
        "CREATE VIRTUAL TABLE search_grams USING fts5(grams, content='search_terms', "
        "content_rowid='id', detail=none, tokenize='unicode61')",
        *_mirrored("search_grams", "search_terms", "id", "grams"),
    ),
    "postgresql": (
        "CREATE INDEX search_grams ON search_terms USING gin "
        f"(({GRAM_VECTOR.replace('search_terms.', '')}))",
    ),
}

SEARCH_TABLES: Mapping[str, tuple[str, ...]] = {
    dialect: (*_TEXT_TABLES[dialect], *_TERM_TABLES[dialect]) for dialect in _TEXT_TABLES
}
"""Statements, by database, that make the search indexes. The migration runs them as well."""

for _table, _statements_of in (("product_texts", _TEXT_TABLES), ("search_terms", _TERM_TABLES)):
    for _dialect, _statements in _statements_of.items():
        for _statement in _statements:
            event.listen(
                SQLModel.metadata.tables[_table],
                "after_create",
                DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
            )
