"""Fills a service's tables: with rows of our own making, or with those of a dataset; both by the same code."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import groupby, islice
from typing import Any

from sqlalchemy import (
    Connection,
    MetaData,
    Table,
    delete,
    exists,
    func,
    insert,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from infra.data import schema
from infra.data.dataset import DatasetError, Row, find_table, row_reader

DEFAULT_ROWS, SQLITE_ROWS, MOST_ROWS = 1_000, 100_000, 1_000_000
BATCH_ROWS = 1_000
FREE_IDS = 1_000  # generated ids start this far above the highest one, as in the recordings of the old service

Progress = Callable[[str, int, int], None]
Filling = tuple[str, int, Iterable[Row]]  # table, number of rows, rows


def ensure(url: str, service: str, rows: int = DEFAULT_ROWS, progress: Progress | None = None) -> None:
    """Brings the schema up to date, and seeds the tables unless they hold rows already: what is there is kept.

    `progress` is told the table, the rows done and the rows to do. Raises DatasetError and LookupError.
    """
    schema.upgrade(url, service)
    if not _has_rows(url, service):
        reseed(url, service, rows, progress)


def reseed(url: str, service: str, rows: int = DEFAULT_ROWS, progress: Progress | None = None) -> None:
    """Replaces all rows of the service's tables by a seed of that size, whole or not at all. Raises as `ensure`."""
    if not 1 <= rows <= MOST_ROWS:
        raise DatasetError(f"A seed has 1 to {MOST_ROWS:,} rows, not {rows:,}.")
    if rows > SQLITE_ROWS and make_url(url).get_backend_name() == "sqlite":
        raise DatasetError(f"A seed of more than {SQLITE_ROWS:,} rows is for MariaDB: run the stack with STACK=real.")
    schema.upgrade(url, service)
    _replace_rows(url, service, _generator(service)(rows), progress)


def load(url: str, service: str, dataset: Mapping[str, Sequence[Row]], progress: Progress | None = None) -> None:
    """Replaces all rows of the service's tables by those of a dataset, whole or not at all. Raises as `ensure`."""
    metadata = schema.tables(service)
    for name in dataset:
        find_table(metadata, name)
    schema.upgrade(url, service)
    fillings = ((name, len(rows), rows) for name, rows in dataset.items())
    _replace_rows(url, service, fillings, progress)


def _generator(service: str) -> Callable[[int], Iterator[Filling]]:
    try:
        generate: Callable[[int], Iterator[Filling]] = import_module(f"services.{service}.seed").generate
    except ModuleNotFoundError as error:
        raise LookupError(f"The service {service!r} has no rows of our own making: give it a dataset.") from error
    return generate


def _has_rows(url: str, service: str) -> bool:
    """Does any of the service's tables hold a row?"""
    with schema.engine_at(url) as engine, engine.connect() as connection:
        tables = schema.tables(service).sorted_tables
        return any(connection.scalar(select(exists().select_from(table))) for table in tables)


def _replace_rows(url: str, service: str, fillings: Iterable[Filling], progress: Progress | None) -> None:
    metadata = schema.tables(service)
    with schema.engine_at(url) as engine:
        with engine.execution_options(sqlite_begin="IMMEDIATE").begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(delete(table))
            for name, count, rows in fillings:
                _fill_table(connection, find_table(metadata, name), count, rows, progress)
            if engine.dialect.name == "sqlite":
                _free_ids(connection, metadata)
        if engine.dialect.name != "sqlite":  # where it ends the transaction by itself
            with engine.connect() as connection:
                _free_ids(connection, metadata)


def _fill_table(
    connection: Connection, table: Table, count: int, rows: Iterable[Row], progress: Progress | None
) -> None:
    """Inserts rows by batches; those of one statement have the same columns, as what a row leaves out gets its default."""
    read = row_reader(table)
    values = (read(number, row) for number, row in enumerate(rows, 1))
    done = 0
    for _, alike in groupby(values, key=dict.keys):
        while batch := list(islice(alike, BATCH_ROWS)):
            try:
                with connection.begin_nested():
                    connection.execute(insert(table), batch)
            except DBAPIError as error:
                raise _refusal(connection, table, batch, done) or error from error
            done += len(batch)
            if progress is not None:
                progress(table.name, done, count)


def _refusal(connection: Connection, table: Table, batch: list[dict[str, Any]], done: int) -> DatasetError | None:
    """Which row of a batch the database refuses, and why: found by inserting them again one by one."""
    for number, row in enumerate(batch, done + 1):
        try:
            connection.execute(insert(table), row)
        except DBAPIError as error:
            reason = error.orig.args[-1] if error.orig is not None else error
            return DatasetError(f"{table.name}, row {number}: the database refuses it: {reason}.")
    return None


def _free_ids(connection: Connection, metadata: MetaData) -> None:
    """Sets each table's next id."""
    sqlite = connection.dialect.name == "sqlite"
    for table in metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None:
            continue
        next_id = (connection.scalar(select(func.max(key))) or 0) + FREE_IDS
        if sqlite:
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            after = {"name": table.name, "last": next_id - 1}
            connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), after)
        else:
            connection.execute(text(f"ALTER TABLE `{table.name}` AUTO_INCREMENT = {next_id:d}"))
