"""The kinds of columns that the old databases have, for SQLAlchemy Core on MySQL and on SQLite held to MySQL's rules."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

COLLATION = "utf8mb4_general_ci"

LongText = Text(collation=COLLATION).with_variant(mysql.LONGTEXT(collation=COLLATION), "mysql", "mariadb")
Number = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up INTEGER keys only


class Bit(TypeDecorator[bool]):
    """MySQL's `bit(1)`, which the driver hands over as a byte; a boolean elsewhere."""

    impl = Boolean
    cache_ok = True

    @property
    def python_type(self) -> type[bool]:
        """What callers see."""
        return bool

    def load_dialect_impl(self, dialect: Any) -> Any:
        """BIT(1) where the dialect has it."""
        return dialect.type_descriptor(Boolean() if dialect.name == "sqlite" else mysql.BIT(1))

    def process_bind_param(self, value: bool | None, dialect: Any) -> Any:
        """A number, which both kinds take."""
        return value if value is None or dialect.name == "sqlite" else int(value)

    def process_result_value(self, value: Any, dialect: Any) -> bool | None:
        """True, False or None, from a byte or a number."""
        return value not in (b"\x00", 0) if value is not None and dialect else None


class Stamp(TypeDecorator[datetime]):
    """MySQL's `datetime`, which holds whole seconds; fractions are cut off here, as servers differ about them."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """DATETIME where the dialect has it."""
        return dialect.type_descriptor(DateTime() if dialect.name == "sqlite" else mysql.DATETIME())

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's
        """The moment in whole seconds."""
        return value and value.replace(microsecond=0)


def number_key() -> Column[int]:
    """The numeric `id` of a table, counted up by the database."""
    return Column("id", Number, primary_key=True, autoincrement=True)


def uuid_key(name: str = "id") -> Column[str]:
    """An `id` that is a random UUID, made by the service."""
    return Column(name, String(36, COLLATION), primary_key=True)


def row_uuid() -> Column[str]:
    """The `uuid` beside a numeric id: made on insert when the caller left it out, and only then."""
    return Column("uuid", String(36, COLLATION), unique=True, default=lambda: str(uuid.uuid4()))


def text(
    name: str, *, required: bool = False, unique: bool = False, size: int = 255, index: bool = False
) -> Column[str]:
    """A text column."""
    return Column(name, String(size, COLLATION), nullable=not required, unique=unique, index=index or None)


def link(name: str, target: str, *, required: bool = False, kind: Any = Number) -> Column[Any]:
    """A column that holds the key of another table's row."""
    return Column(name, kind, ForeignKey(target), nullable=not required, index=True)


def json_patch_table(metadata: MetaData) -> Table:
    """The audit trail of updates, the same in each old database."""
    return Table(
        "JsonPatch",
        metadata,
        number_key(),
        text("tableDtoName", required=True),
        text("patchId"),
        Column("patch", LongText),
        Column("dateAdded", Stamp, nullable=False, server_default=func.current_timestamp()),
        Column("enabled", Bit, server_default=sql("1")),
    )
