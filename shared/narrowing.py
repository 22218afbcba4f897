"""Conditions on rows: search texts and column filters as clauses on columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy import BindParameter, Boolean, Column, ColumnElement, Select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from shared.errors import BadRequest
from shared.filters import Number, Value
from shared.jackson import STATUSES
from shared.rows import Parent, is_uuid

STATUS = "status"


@dataclass(frozen=True)
class Property:
    """Something to filter or sort by: a column, and the parent that it belongs to where it is not the row's own."""

    column: Column[Any]
    parent: Parent | None = None


@dataclass
class Clauses:
    """Conditions on a collection's rows, the parents that they look at, and whether a text is searched for."""

    conditions: list[Any] = field(default_factory=list)
    parents: set[Parent] = field(default_factory=set)
    searched: bool = False

    def add(self, condition: Any, *properties: Property) -> None:
        """Ask for one more condition, on these properties."""
        self.conditions.append(condition)
        self.parents.update(one.parent for one in properties if one.parent)

    def narrow(self, statement: Select[Any]) -> Select[Any]:
        """The statement for the rows that fit."""
        return statement.where(*self.conditions)


def filter_values(name: str, column: Column[Any], values: Sequence[Value]) -> list[Any] | None:
    """The values as the column's type; None when the filter vanishes; BadRequest for a value that cannot be its."""
    if name == STATUS:
        return [value for value in values if value in STATUSES] or None
    kind = column.type.python_type
    if name.endswith(".status") or (kind not in (str, int, bool)) or is_uuid(column):
        raise BadRequest(f"The column {name!r} cannot be filtered.")
    return [filter_value(name, kind, value) for value in values]


def filter_value(name: str, kind: type, value: Value) -> Value:
    """One value as a column's type."""
    if kind is str and not isinstance(value, bool):
        return value.written if isinstance(value, Number) else value
    if kind is bool and (isinstance(value, bool) or value in (0, 1)):
        return bool(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return int(value)
    raise BadRequest(f"The column {name!r} cannot hold {value!r}.")


def search_any(columns: Sequence[ColumnElement[Any]], pattern: BindParameter[str]) -> ColumnElement[bool]:
    """Whether any of the columns is LIKE the pattern, in which the backslash escapes; a null never is."""
    return _SearchAny(pattern, *columns)


class _SearchAny(FunctionElement[bool]):
    """One call a row on SQLite, where a call of Python for each LIKE would take most of the time."""

    type = Boolean()
    name = "tis_search"
    inherit_cache = True

    def self_group(self, against: object = None) -> Self:  # noqa: ARG002
        """Itself: it is a condition already, in brackets, and needs no `= 1` beside an AND."""
        return self


@compiles(_SearchAny)
def _compile_likes(element: _SearchAny, compiler: SQLCompiler, **options: Any) -> str:
    pattern, *columns = (compiler.process(clause, **options) for clause in element.clauses)
    return "(" + " OR ".join(f"{column} LIKE {pattern}" for column in columns) + ")"


@compiles(_SearchAny, "sqlite")
def _compile_call(element: _SearchAny, compiler: SQLCompiler, **options: Any) -> str:
    return f"tis_search({', '.join(compiler.process(clause, **options) for clause in element.clauses)})"
