"""SQLite held to MySQL's rules: collation, LIKE, foreign keys, transactions."""

from typing import Any

from sqlalchemy import Connection, Engine, event

PRAGMAS = (
    "busy_timeout = 5000",  # milliseconds; first, as the next may have to wait
    "journal_mode = WAL",
    "synchronous = NORMAL",
    "foreign_keys = ON",
)


def install(engine: Engine, *, begin: bool = True) -> None:
    """Holds every connection that this SQLite engine makes from now on to MySQL's rules.

    Transactions begin with `BEGIN`, unless the caller says that himself (`begin=False`, on an engine whose isolation
    level is AUTOCOMMIT); with the execution option `sqlite_begin="IMMEDIATE"` they take the lock for writing
    at once, which those that read before they write need: SQLite refuses them later, without waiting, when another
    has written in between.
    """
    event.listen(engine, "connect", _prepare)
    if begin:
        event.listen(engine, "begin", _begin)


def _prepare(connection: Any, _: object) -> None:
    from shared import collation  # noqa: PLC0415 - only SQLite needs it

    def like(pattern: str | None, value: object, escape: str = "\\") -> bool | None:
        return None if pattern is None or value is None else collation.like(pattern, str(value), escape)

    def search(pattern: str | None, *values: object) -> bool:
        if pattern is None:
            return False
        fits = collation.matcher(pattern)
        return any(fits(value if type(value) is str else str(value)) for value in values if value is not None)

    connection.isolation_level = None  # the driver begins nothing by itself; `_begin` does
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()
    connection.create_collation("utf8mb4_general_ci", collation.compare)
    connection.create_function("like", 2, like, deterministic=True)
    connection.create_function("like", 3, like, deterministic=True)
    connection.create_function("tis_search", -1, search, deterministic=True)


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('sqlite_begin', 'DEFERRED')}")
