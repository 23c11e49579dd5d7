"""The catalogue's tables as SQLAlchemy knows them: what column selects and bulk writes name."""

from sqlalchemy import Table
from sqlmodel import SQLModel

import webapp.catalogue.derived
import webapp.catalogue.models
import webapp.media.models  # noqa: F401

_tables = SQLModel.metadata.tables

categories = _tables["categories"]
brands = _tables["brands"]
products = _tables["products"]
product_categories = _tables["product_categories"]
options = _tables["options"]
option_values = _tables["option_values"]
variants = _tables["variants"]
variant_values = _tables["variant_values"]
product_images = _tables["product_images"]
tags = _tables["tags"]
product_tags = _tables["product_tags"]
attributes = _tables["attributes"]
product_attributes = _tables["product_attributes"]
collections = _tables["collections"]
collection_products = _tables["collection_products"]
product_relations = _tables["product_relations"]
former_addresses = _tables["former_addresses"]
external_ids = _tables["external_ids"]
price_changes = _tables["price_changes"]

product_texts = _tables["product_texts"]
search_terms = _tables["search_terms"]
facets = _tables["facets"]
product_facets = _tables["product_facets"]

media_files = _tables["media_files"]


def of(name: str) -> Table:
    """The table of that name."""
    return _tables[name]
