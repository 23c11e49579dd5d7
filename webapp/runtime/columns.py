"""Column types that tables share: aware UTC times, JSON, public ids."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Enum,
    Index,
    Table,
    TextClause,
    TypeDecorator,
    event,
)
from sqlalchemy.types import TypeEngine
from sqlmodel import Field, SQLModel

from webapp.kit.ids import public_id

# Tables check nothing by themselves: the validators that would be made for them are never used.
SQLModel.model_config["defer_build"] = True


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Stored as UTC; a naive value is refused, an aware one comes back aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored: which zone is it in?")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonColumn(TypeDecorator[Any]):
    """JSON text on SQLite, ``jsonb`` on PostgreSQL. Assign it whole: changes inside go unseen."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name != "postgresql":
            return dialect.type_descriptor(JSON())
        # The dialect of a server is 2 MB that a shop in one file has no use for.
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        """Keys and paths into the document are compared as JSON compares them."""
        return self.impl_instance.coerce_compared_value(op, value)


def partial_index(
    name: str,
    *columns: str,
    where: TextClause,
    embedded: TextClause | None = None,
    unique: bool = False,
) -> Index:
    """An index of those rows alone for which ``where`` holds, on both engines.

    ``embedded`` is how SQLite says it, where it does so in other words than the server: it takes
    the index only for a query that has the very same ones, and its yes is ``= 1``.
    """
    told = where if embedded is None else embedded
    return Index(name, *columns, unique=unique, sqlite_where=told, info={"where": where})


@event.listens_for(Table, "before_create")
def tell_server(table: Table, connection: Connection, **_: Any) -> None:
    """Let the server's dialect know which rows the partial indexes of ``table`` hold. Not where
    they are declared: to name an option of that dialect is to load it."""
    if connection.dialect.name != "postgresql":
        return
    for index in table.indexes:
        if "where" in index.info:
            index.dialect_options["postgresql"]["where"] = index.info["where"]


def enum_field(kind: type[StrEnum], default: StrEnum | None = None, **more: Any) -> Any:
    """A word out of a fixed list, stored as its value in plain text on both engines."""
    words = Enum(
        kind,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )
    if default is None:
        return Field(sa_type=words, nullable=False, **more)
    return Field(default=default, sa_type=words, nullable=False, **more)


def public_id_field(prefix: str) -> Any:
    """A random, prefixed id that may be shown outside (``var_...``); the integer key may not."""
    make: Callable[[], str] = lambda: public_id(prefix)  # noqa: E731
    return Field(default_factory=make, unique=True, max_length=40, nullable=False)


def minor_field(default: int | None = ...) -> Any:  # type: ignore[assignment]
    """An amount in minor units, in 64 bits: in 32 a server database ends at 21 million euros, and
    at 80 thousand where a currency has small units. ``None`` makes it optional."""
    return Field(default=default, sa_type=BigInteger, nullable=default is None)


def json_field(default_factory: Callable[[], Any] = dict) -> Any:
    """A JSON column, never null; ``dict`` unless told."""
    return Field(default_factory=default_factory, sa_type=JsonColumn, nullable=False)


def utc_field(*, index: bool = False, default_factory: Callable[[], datetime] | None = None) -> Any:
    """A required instant; give ``default_factory=now`` for "when the row was made"."""
    if default_factory is None:
        return Field(sa_type=UtcDateTime, nullable=False, index=index)
    return Field(default_factory=default_factory, sa_type=UtcDateTime, nullable=False, index=index)


def optional_utc_field(*, index: bool = False) -> Any:
    """An instant that may not have come yet."""
    return Field(default=None, sa_type=UtcDateTime, nullable=True, index=index)


SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Names that both engines share, so that one migration serves both."""
