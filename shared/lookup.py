"""Collections of rows: one table behind a list, its rows with their parents nested, and the queries on them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, cast

from sqlalchemy import Column, FromClause, Select, Table, bindparam, delete, func, insert, literal, select, update

from shared.db import Work
from shared.errors import BadRequest
from shared.filters import ColumnFilters, like_pattern
from shared.narrowing import Clauses, Property, filter_values, search_any
from shared.paging import PageRequest
from shared.rows import Model, Parent, is_uuid

IN_LIMIT = 1_000


@dataclass(frozen=True)
class Collection(Generic[Model]):
    """A table's rows as one JSON type. `search` names the columns of searchQuery, `renamed` maps fields to columns."""

    table: Table
    model: type[Model]
    search: tuple[str, ...] = ()
    parents: tuple[Parent, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    key: str = "id"

    @property
    def many(self) -> Any:
        """The type of a list of the rows."""
        return list[self.model]  # type: ignore[name-defined]

    @cached_property
    def own_fields(self) -> tuple[str, ...]:
        """The fields that are columns of the table itself."""
        nested = {parent.field for parent in self.parents}
        return tuple(
            name for name in self.model.model_fields if name not in nested and self._column_name(name) in self.table.c
        )

    def _column_name(self, name: str) -> str:
        return self.renamed.get(name, name)

    def column(self, name: str) -> Column[Any]:
        """The column behind a field."""
        return self.table.c[self._column_name(name)]

    def property(self, name: str) -> Property:
        """What a field's name, or a dotted path into a parent, stands for; BadRequest for an unknown one."""
        first, dot, rest = name.partition(".")
        for parent in self.parents:
            if first == parent.field:
                if not dot and parent.key == "id" and not is_uuid(parent.table.c.id):
                    return Property(self.table.c[parent.column])
                if rest in parent.model.model_fields and rest in parent.table.c:
                    return Property(parent.table.c[rest], parent)
        if not dot and name in self.own_fields:
            return Property(self.column(name))
        raise BadRequest(f"There is no column {name!r}.")

    @cached_property
    def select_rows(self) -> Select[Any]:
        """All rows with their parents; built once."""
        columns = [self.column(name) for name in self.own_fields]
        for parent in self.parents:
            columns += [parent.table.c[name] for name in parent.model.model_fields]
        return select(*columns).select_from(self._joined(self.parents))

    def _joined(self, parents: Iterable[Parent]) -> FromClause:
        source: FromClause = self.table
        for parent in parents:
            source = source.outerjoin(parent.table, self.table.c[parent.column] == parent.table.c[parent.key])
        return source

    @cached_property
    def _select_row(self) -> Select[Any]:
        return self.select_rows.where(self.column(self.key) == bindparam("key"))

    def read(self, values: Sequence[Any]) -> Model:
        """A row of `select_rows` as its model."""
        own = self.own_fields
        fields = dict(zip(own, values, strict=False))
        start = len(own)
        for parent in self.parents:
            names = parent.model.model_fields
            held = dict(zip(names, values[start:], strict=False))
            start += len(names)
            fields[parent.field] = None if held["id"] is None else parent.model.model_construct(**held)
        return cast("Model", self.model.model_construct(**fields))

    def get(self, work: Work, key: Any) -> Model | None:
        """The row with a key."""
        found = work.row(self._select_row, {"key": key})
        return None if found is None else self.read(found)

    def find(self, work: Work, *clauses: Any, order: Sequence[Any] = (), limit: int | None = None) -> list[Model]:
        """The rows that fit all clauses, by key unless told otherwise."""
        statement = self.select_rows.where(*clauses).order_by(*order, self.column(self.key)).limit(limit)
        return [self.read(row) for row in work.rows(statement)]

    def find_any(self, work: Work, column: Column[Any], values: Sequence[Any], *clauses: Any) -> list[Model]:
        """The rows with any of the values in a column that fit all clauses, asked for in bounded portions."""
        return [row for some in portions(values) for row in self.find(work, column.in_(some), *clauses)]

    def has(self, work: Work, *clauses: Any) -> bool:
        """Does a row fit all clauses?"""
        return work.row(select(self.column(self.key)).where(*clauses).limit(1)) is not None

    def page(self, work: Work, page: PageRequest, clauses: Clauses) -> tuple[list[Model], int]:
        """One page of the rows that fit, and how many fit in all; counted only where the page does not tell."""
        rows = [self.read(row) for row in work.rows(self._page_statement(page, clauses))]
        if len(rows) < page.size and (rows or page.number == 0):
            return rows, page.offset + len(rows)
        source = self._joined(parent for parent in self.parents if parent in clauses.parents)
        count = clauses.narrow(select(func.count()).select_from(source))
        if rows and clauses.searched and not page.sort:  # a text is looked for in every row: go on where the page ended
            beyond = work.value(count.where(self.column(self.key) > getattr(rows[-1], self.key)))
            return rows, page.offset + len(rows) + beyond
        return rows, work.value(count)

    def _page_statement(self, page: PageRequest, clauses: Clauses) -> Select[Any]:
        """The rows of a page. Where many are passed over, their keys are found first: that scan reads no wide rows."""
        key, keys = self.column(self.key), self._sort_keys(page)
        order = [*(one.column.desc() if descending else one.column.asc() for one, descending in keys), key]
        if not clauses.conditions and page.number == 0:
            return self.select_rows.order_by(*order).limit(page.size)
        asked = clauses.parents | {one.parent for one, _ in keys}
        source = self._joined(parent for parent in self.parents if parent in asked)
        found = clauses.narrow(select(key).select_from(source)).order_by(*order).limit(page.size).offset(page.offset)
        chosen = found.subquery()
        return self.select_rows.join(chosen, chosen.c[key.name] == key).order_by(*order)

    def _sort_keys(self, page: PageRequest) -> list[tuple[Property, bool]]:
        """What to sort by, and whether downwards; of a name that comes twice the first counts."""
        keys = {key.name: key.descending for key in reversed(page.sort)}
        return [(self.property(name), descending) for name, descending in reversed(keys.items())]

    def clauses(self, search: str | None = None, filters: ColumnFilters | None = None) -> Clauses:
        """The conditions of a search text and of column filters, joined by AND; BadRequest for an unknown column."""
        found = Clauses(searched=bool(search))
        if search:
            properties = [self.property(name) for name in self.search]
            columns = [one.column for one in properties]
            found.add(search_any(columns, literal(like_pattern(search))), *properties)
        for name, values in (filters or {}).items():
            one = self.property(name)
            wanted = filter_values(name, one.column, values)
            if wanted is not None:
                found.add(one.column.in_(wanted), one)
        return found

    def values(self, row: Model) -> dict[str, Any]:
        """A row's columns, links to parents by their keys."""
        values = {self._column_name(name): getattr(row, name) for name in self.own_fields}
        return values | {parent.column: parent.key_of(row) for parent in self.parents}

    def insert(self, work: Work, row: Model, **columns: Any) -> Any:
        """Store a new row under a fresh id, and give the id; columns with a default are left to it where null."""
        values = {**self.values(row), **columns}
        values = {
            name: value for name, value in values.items() if value is not None or not has_default(self.table.c[name])
        }
        return work.write(insert(self.table), values).inserted_primary_key[0]

    def replace(self, work: Work, row: Model) -> bool:
        """Replace the whole row with the key of `row`; is there one?"""
        values = self.values(row)
        key = values.pop(self.key)
        return bool(work.write(self._update, {**values, "key": key}).rowcount)

    @cached_property
    def _update(self) -> Any:
        columns = [column.name for column in self.table.c if column.name != self.key]
        statement = update(self.table).where(self.column(self.key) == bindparam("key"))
        return statement.values({name: bindparam(name) for name in columns})

    def delete(self, work: Work, key: Any) -> bool:
        """Delete the row with a key; was there one?"""
        return bool(work.write(delete(self.table).where(self.column(self.key) == key)).rowcount)

    def with_parents(self, work: Work, row: Model) -> Model:
        """The row with its parents as they are stored; Conflict for one that does not exist."""
        stored = {parent.field: parent.stored(work, parent.key_of(row)) for parent in self.parents}
        return row.model_copy(update=stored) if stored else row


def has_default(column: Column[Any]) -> bool:
    """Does the column fill itself on insert?"""
    return column.default is not None or column.server_default is not None or bool(column.primary_key)


def portions(values: Sequence[Any], size: int = IN_LIMIT) -> Iterable[Sequence[Any]]:
    """The values, no more at a time than one statement should carry."""
    return (values[start : start + size] for start in range(0, len(values), size))
