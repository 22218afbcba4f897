"""Rows as callers see them, and the rows that are nested in them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Select, Table, bindparam, select

from shared.db import Work
from shared.errors import BadRequest, Conflict
from shared.java import date_text


class Row(BaseModel):
    """A row as callers see it: its fields in their order, none ever left out.

    `dto` is the old type's name. Schemas are built at the first use, so that a cold start pays for one, not for forty.
    """

    model_config = ConfigDict(defer_build=True, extra="ignore")
    dto: ClassVar[str]


Model = TypeVar("Model", bound=Row)


@dataclass(frozen=True)
class Parent:
    """A row nested in another: `column` holds the parent's `key`, `field` shows it."""

    field: str
    column: str
    table: Table
    model: type[Row]
    key: str = "id"

    def key_of(self, row: Row) -> Any:
        """The key of the parent in a row sent; BadRequest for a parent without one."""
        parent = getattr(row, self.field)
        if parent is None:
            return None
        key = getattr(parent, self.key)
        if key is None or parent.id is None:
            raise BadRequest(f"{self.field} has no {self.key if key is None else 'id'}.")
        return key

    @cached_property
    def _select(self) -> Select[Any]:
        columns = [self.table.c[name] for name in self.model.model_fields]
        return select(*columns).where(self.table.c[self.key] == bindparam("key"))

    def stored(self, work: Work, key: Any) -> Row | None:
        """The parent with a key as it is stored, None for no key; Conflict when there is no such row."""
        if key is None:
            return None
        found = work.row(self._select, {"key": key})
        if found is None:
            raise Conflict(f"{self.field}: there is no row with {self.key} {key}.")
        return self.model.model_construct(**found._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it


def is_uuid(column: Column[Any]) -> bool:
    """Does the column hold UUIDs?"""
    return getattr(column.type, "length", None) == 36  # noqa: PLR2004 - a UUID's length as text


def text_form(row: Row) -> str:
    """A row as the old service's `toString` showed it: `GenderDTO(id=null, uuid=null, code=F, …)`."""
    fields = ", ".join(f"{name}={value_text(getattr(row, name))}" for name in type(row).model_fields)
    return f"{row.dto}({fields})"


def value_text(value: Any) -> str:
    """A value as Java shows it within a row."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return date_text(value)
    return text_form(value) if isinstance(value, Row) else str(value)
