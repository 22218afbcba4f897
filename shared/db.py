"""The one dialect seam: MySQL and its kin by PyMySQL, SQLite held to MySQL's rules.

A process answers one event at a time, so it keeps one connection open, in autocommit: a read costs one round trip. The
first write of a unit of work opens a transaction, which ends with the work.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row, create_engine, make_url
from sqlalchemy.exc import DBAPIError

from shared.faults import is_lost, refusal, was_idle

LOGIN = "login"  # in a database's URL, `?login=iam`: there is no password, a signature stands for it
CONNECT_TIMEOUT = 3  # seconds
ANSWER_TIMEOUT = 20  # seconds for one statement, inside the gateway's 29
LOCK_TIMEOUT = 5  # seconds for a row that another call is changing
SESSION_SETTINGS = (
    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES,ONLY_FULL_GROUP_BY'), "
    f"innodb_lock_wait_timeout = {LOCK_TIMEOUT}"
)

Parameters = Mapping[str, Any]


class Database:
    """A database by its URL; nothing is opened before the first statement."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection: Connection | None = None

    @cached_property
    def engine(self) -> Engine:
        """The engine, made at the first use."""
        if make_url(self.url).get_backend_name() == "sqlite":
            from shared.sqlite import install  # noqa: PLC0415 - for this machine alone

            engine = create_engine(self.url, isolation_level="AUTOCOMMIT", hide_parameters=True)
            install(engine, begin=False)
            return engine
        url = make_url(self.url)
        engine = create_engine(
            url.difference_update_query([LOGIN]),
            isolation_level="AUTOCOMMIT",
            pool_size=1,
            pool_reset_on_return=None,
            hide_parameters=True,
            connect_args={
                "connect_timeout": CONNECT_TIMEOUT,
                "read_timeout": ANSWER_TIMEOUT,
                "write_timeout": ANSWER_TIMEOUT,
                "init_command": SESSION_SETTINGS,
            },
        )
        if url.query.get(LOGIN) == "iam":
            from shared.database_login import log_in_by_iam  # noqa: PLC0415 - where there is no password

            log_in_by_iam(engine)
        return engine

    @property
    def connection(self) -> Connection:
        """The process's connection, opened where there is none."""
        if self._connection is None:
            self._connection = self.engine.connect()
        return self._connection

    @property
    def is_open(self) -> bool:
        """Is there a connection?"""
        return self._connection is not None

    def drop(self) -> None:
        """Forget the connection, which is broken or in an unknown state."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    @contextmanager
    def work(self, *, dry_run: bool = False) -> Iterator["Work"]:
        """A unit of work: its writes are kept together at the end, or not at all; none in a dry run."""
        work = Work(self, dry_run=dry_run)
        try:
            yield work
            work.finish(keep=not dry_run)
        except BaseException:
            work.finish(keep=False)
            raise


class Work:
    """Statements of one call. What the database refuses is raised as the caller's mistake or as Unavailable."""

    def __init__(self, database: Database, *, dry_run: bool) -> None:
        self._database, self._dry_run = database, dry_run
        self._is_open = False

    def rows(self, statement: Executable, parameters: Parameters | None = None) -> Sequence[Row[Any]]:
        """All rows of a query."""
        return self._execute(statement, parameters).fetchall()  # type: ignore[no-any-return]

    def row(self, statement: Executable, parameters: Parameters | None = None) -> Row[Any] | None:
        """The first row of a query, if any."""
        found = self.rows(statement, parameters)
        return found[0] if found else None

    def value(self, statement: Executable, parameters: Parameters | None = None) -> Any:
        """The first column of the first row; None where there is no row."""
        found = self.row(statement, parameters)
        return found and found[0]

    def write(self, statement: Executable, parameters: Parameters | Sequence[Parameters] | None = None) -> Any:
        """Execute an insert, update or delete within the work's transaction; gives SQLAlchemy's result."""
        self.begin()
        return self._execute(statement, parameters)

    def begin(self) -> None:
        """Open the transaction now, so that what is read from here on holds until the end."""
        sqlite = self._database.engine.dialect.name == "sqlite"
        self._open("BEGIN IMMEDIATE" if sqlite else "BEGIN")

    def snapshot(self) -> None:
        """Read from here on as of one moment, whatever others change meanwhile; for several statements about one thing."""
        self._open("BEGIN")

    def _open(self, command: str) -> None:
        if not self._is_open:
            self._command(command)
            self._is_open = True

    def finish(self, *, keep: bool) -> None:
        """End the transaction, if one is open."""
        if self._is_open:
            self._is_open = False
            if not keep and not self._database.is_open:
                return  # the transaction went with its connection
            self._command("COMMIT" if keep else "ROLLBACK", last=True)

    def _command(self, text: str, *, last: bool = False) -> None:
        try:
            self._retried(lambda connection: connection.exec_driver_sql(text), once=last)
        except DBAPIError as error:
            if last:  # whether the transaction still stands is not known: it goes with its connection
                self._database.drop()
            if text != "ROLLBACK":
                raise refusal(error) from error

    def _execute(self, statement: Executable, parameters: Any) -> Any:
        try:
            return self._retried(lambda connection: connection.execute(statement, parameters), once=self._is_open)
        except DBAPIError as error:
            raise refusal(error) from error

    def _retried(self, action: Any, *, once: bool) -> Any:
        """Run an action; a connection that died while idle is replaced once, unless a transaction died with it."""
        try:
            return action(self._database.connection)
        except DBAPIError as error:
            if is_lost(error):
                self._database.drop()
                if not once and was_idle(error):
                    return action(self._database.connection)
            raise
