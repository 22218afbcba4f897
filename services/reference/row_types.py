"""The JSON types of the reference service's rows, made from the columns of their tables."""

from typing import Any

from pydantic import create_model
from sqlalchemy import Column, Table

from shared.columns import Bit
from shared.jackson import Long, PrimitiveFlag, StatusWord, Text, Uuid
from shared.rows import Row, is_uuid


def field_of(column: Column[Any]) -> tuple[Any, Any]:
    """The type and the default of the field that shows a column."""
    if column.name == "status":
        return StatusWord, None
    if isinstance(column.type, Bit):
        return PrimitiveFlag, False
    if is_uuid(column):
        return Uuid, None
    return (Long, None) if column.type.python_type is int else (Text, None)


def row_type(table: Table, dto: str | None = None) -> type[Row]:
    """A row with a field for each column, in the order of the columns; `dto` where the old name is not the usual one."""
    fields: dict[str, Any] = {column.name: field_of(column) for column in table.c}
    model = create_model(table.name, __base__=Row, __module__=__name__, **fields)
    model.dto = dto or f"{table.name}DTO"
    return model
