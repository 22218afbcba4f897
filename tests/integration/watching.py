"""What a service says to its database, and what stands in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, func, select

from infra.data import schema
from shared.db import Database


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent; `times` tells how often, where it was sent for several rows one after another."""

    text: str
    times: int = 1

    @property
    def only_reads(self) -> bool:
        """Does it leave everything as it was, and lock nothing?"""
        return self.text.startswith(("SELECT", "(SELECT", "WITH")) and "FOR UPDATE" not in self.text


@contextmanager
def watched(database: Database) -> Iterator[list[Statement]]:
    """The statements that are sent meanwhile, in their order."""
    sent: list[Statement] = []

    def note(_connection: Any, _cursor: Any, text: str, parameters: Any, _context: Any, many: bool) -> None:
        sent.append(Statement(text, len(parameters) if many and not text.startswith("INSERT") else 1))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def count(sent: list[Statement]) -> int:
    """How many statements went to the server; PyMySQL sends an INSERT of many rows as one."""
    return sum(statement.times for statement in sent)


def contents(database: Database, service: str) -> dict[str, list[str]]:
    """All rows of a service's tables, as text, in no order."""
    with database.work() as work:
        return {
            table.name: sorted(str(tuple(row)) for row in work.rows(select(table)))
            for table in schema.tables(service).sorted_tables
        }


def sizes(database: Database, service: str) -> dict[str, int]:
    """The number of rows in each of a service's tables."""
    with database.work() as work:
        return {
            table.name: work.value(select(func.count()).select_from(table))
            for table in schema.tables(service).sorted_tables
        }
