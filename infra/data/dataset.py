"""Rows as a dataset file holds them, `{table: [{column: value}]}` in load order, made fit for the database.

Dates are `yyyy-MM-dd`, date-times `yyyy-MM-dd HH:mm:ss` (UTC), bits true and false; null is null.
"""

import gzip
import json
import zlib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Integer, MetaData, String, Table

from shared.columns import Bit, Stamp

Row = Mapping[str, Any]
Reader = Callable[[Any], Any]

DATE_LENGTH, STAMP_LENGTH = len("yyyy-MM-dd"), len("yyyy-MM-dd HH:mm:ss")
LARGEST_NUMBER = 2**63 - 1


class DatasetError(Exception):
    """The rows cannot be loaded; the message names table, row (from 1) and column."""


def read_dataset(path: Path) -> dict[str, list[Row]]:
    """What a dataset file holds, packed as FILE.gz or not, its outer shape checked. Raises DatasetError."""
    try:
        packed = path.read_bytes()
        dataset = json.loads(gzip.decompress(packed) if path.suffix == ".gz" else packed)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DatasetError(f"{path} cannot be unpacked: {error}.") from error
    except OSError as error:
        raise DatasetError(f"{path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise DatasetError(f"{path} is not JSON: {error}.") from error
    if not isinstance(dataset, dict):
        raise DatasetError(f'{path} must hold an object of tables: {{"Table": [{{"column": value}}]}}.')
    for name, rows in dataset.items():
        if not isinstance(rows, list):
            raise DatasetError(f"{name} must hold a list of rows.")
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                raise DatasetError(f"{name}, row {number} must be an object of columns.")
    return dataset


def find_table(metadata: MetaData, name: str) -> Table:
    """The table of that name. Raises DatasetError."""
    if name not in metadata.tables:
        raise DatasetError(f"There is no table {name!r}; there are {', '.join(metadata.tables)}.")
    return metadata.tables[name]


def row_reader(table: Table) -> Callable[[int, Row], dict[str, Any]]:
    """What turns the rows of a table into the database's values, and raises DatasetError where one cannot be."""
    readers = {column.name: _reader(column) for column in table.columns}

    def read(number: int, row: Row) -> dict[str, Any]:
        values = {}
        for name, value in row.items():
            if name not in readers:
                raise DatasetError(f"{table.name}, row {number}: there is no column {name!r}.")
            try:
                values[name] = readers[name](value)
            except (TypeError, ValueError) as error:
                raise DatasetError(f"{table.name}, row {number}, {name}: {_shown(value)} {error}.") from error
        return values

    return read


def _reader(column: Column[Any]) -> Reader:
    """The reading of one column's values; what it raises says what is wrong with the value."""
    read = _kind_reader(column)
    nullable = column.nullable

    def read_or_null(value: Any) -> Any:
        if value is not None:
            return read(value)
        if nullable:
            return None
        raise ValueError("is not allowed here")

    return read_or_null


def _kind_reader(column: Column[Any]) -> Reader:
    kind = column.type
    if isinstance(kind, String):
        return _text_reader(kind.length)
    readers: list[tuple[Any, Reader]] = [
        ((Boolean, Bit), _read_flag),
        ((Integer, BigInteger), _read_number),
        ((DateTime, Stamp), _read_stamp),
        (Date, _read_date),
    ]
    return next(reader for kinds, reader in readers if isinstance(kind, kinds))


def _text_reader(length: int | None) -> Reader:
    def read(value: Any) -> str:
        if not isinstance(value, str):
            raise TypeError("is not a text")
        if length is not None and len(value) > length:
            raise ValueError(f"is longer than {length} characters")
        return value

    return read


def _read_flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("is not true or false")
    return value


def _read_number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > LARGEST_NUMBER:
        raise TypeError("is not a whole number")
    return value


def _read_date(value: Any) -> date:
    try:
        return date.fromisoformat(_exactly(value, DATE_LENGTH))
    except (TypeError, ValueError) as error:
        raise ValueError("is not a date (yyyy-MM-dd)") from error


def _read_stamp(value: Any) -> datetime:
    try:
        return datetime.strptime(_exactly(value, STAMP_LENGTH), "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - all are UTC
    except (TypeError, ValueError) as error:
        raise ValueError("is not a date and time (yyyy-MM-dd HH:mm:ss)") from error


def _exactly(value: str, length: int) -> str:
    """The value, which must be a text of that length: Python reads more forms of dates than are meant."""
    if len(value) != length:
        raise ValueError
    return value


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004
