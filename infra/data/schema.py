"""The schema of a service's database: brought up to date by alembic, never from inside a function."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import CheckConstraint, Engine, MetaData, Table, create_engine, make_url

import shared.sqlite

MIGRATIONS = Path(__file__).with_name("migrations")
CONNECT_SECONDS, LOCK_SECONDS = 5, 30
STRICT = "held to MySQL's rules"


@contextmanager
def engine_at(url: str) -> Iterator[Engine]:
    """An engine for work on the data, given up at the end: SQLite held to MySQL's rules, no wait without an end."""
    if make_url(url).get_backend_name() == "sqlite":
        engine = create_engine(url)
        shared.sqlite.install(engine)
    else:
        limits = f"lock_wait_timeout = {LOCK_SECONDS}, innodb_lock_wait_timeout = {LOCK_SECONDS}"
        strict = "sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY')"
        options = {"connect_timeout": CONNECT_SECONDS, "init_command": f"SET SESSION {limits}, {strict}"}
        engine = create_engine(url, connect_args=options)
    try:
        yield engine
    finally:
        engine.dispose()


def tables(service: str) -> MetaData:
    """The tables that a service says it has, with SQLite's rules. Raises LookupError where there are none."""
    try:
        metadata: MetaData = import_module(f"services.{service}.tables").metadata
    except ModuleNotFoundError as error:
        raise LookupError(f"There is no service {service!r} with tables of its own.") from error
    for table in metadata.tables.values():
        if not table.info.setdefault(STRICT, False):
            hold_strict(table)
    return metadata


def hold_strict(table: Table) -> None:
    """Tell SQLite what MySQL does by itself: to give no id twice, and to refuse texts that are too long."""
    table.info[STRICT] = True
    if table.autoincrement_column is not None:
        table.dialect_options["sqlite"]["autoincrement"] = True
    for column in table.columns:
        size = getattr(column.type, "length", None)
        if size:
            table.append_constraint(CheckConstraint(f'length("{column.name}") <= {size}').ddl_if(dialect="sqlite"))


def upgrade(url: str, service: str) -> None:
    """Brings the database at `url` to the service's newest migration, if it is not there yet. Raises LookupError."""
    tables(service)
    config = Config()
    folder = str(MIGRATIONS).replace("%", "%%")  # which stands for other options otherwise
    config.set_main_option("script_location", folder)
    config.set_main_option("version_locations", f"{folder}/{service}")
    config.set_main_option("path_separator", "newline")
    with engine_at(url) as engine, engine.execution_options(sqlite_begin="IMMEDIATE").connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
