"""The kinds of columns that the old databases have, for SQLAlchemy Core on MySQL and on SQLite held to MySQL's rules."""

import uuid
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    event,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator

COLLATION = "utf8mb4_general_ci"

LongText = Text(collation=COLLATION).with_variant(mysql.LONGTEXT(collation=COLLATION), "mysql", "mariadb")
Stamp = DateTime().with_variant(mysql.DATETIME(), "mysql", "mariadb")
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


def number_key() -> Column[int]:
    """The numeric `id` of a table, counted up by the database; no id is given twice, also on SQLite."""
    column = Column("id", Number, primary_key=True, autoincrement=True)
    event.listen(column, "after_parent_attach", _count_up)
    return column


def _count_up(_: Column[int], table: Table) -> None:
    table.dialect_options["sqlite"]["autoincrement"] = (
        True  # else SQLite gives the last id again once its row is deleted
    )


def uuid_key(name: str = "id") -> Column[str]:
    """An `id` that is a random UUID, made by the service."""
    return Column(name, String(36, COLLATION), primary_key=True)


def row_uuid() -> Column[str]:
    """The `uuid` beside a numeric id: made on insert when the caller left it out, and only then."""
    return Column("uuid", String(36, COLLATION), unique=True, default=lambda: str(uuid.uuid4()))


def text(name: str, *, required: bool = False, unique: bool = False, size: int = 255) -> Column[str]:
    """A text column; SQLite is told to refuse what MySQL's strict mode refuses for its length."""
    return Column(
        name,
        String(size, COLLATION),
        CheckConstraint(f'length("{name}") <= {size}').ddl_if(dialect="sqlite"),
        nullable=not required,
        unique=unique,
    )


def link(name: str, target: str, *, required: bool = False, kind: Any = Number) -> Column[Any]:
    """A column that holds the key of another table's row."""
    return Column(name, kind, ForeignKey(target), nullable=not required, index=True)
