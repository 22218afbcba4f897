"""What a database error means for the caller."""

import sqlite3
import ssl
from typing import Any

import pymysql
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, InterfaceError, OperationalError

from shared.db import Database
from shared.errors import BadRequest, Conflict, Unavailable
from shared.faults import refusal


def raised(kind: type[DBAPIError], original: Exception) -> DBAPIError:
    return kind("SELECT 1", {}, original)


def sqlite_fault(kind: type[sqlite3.Error], name: str) -> sqlite3.Error:
    """An error as SQLite raises it, known by its name alone: the message may quote the caller."""
    error = kind("UNIQUE, locked, NOT NULL: what a caller may write")
    error.sqlite_errorname = f"SQLITE_{name}"
    return error


@pytest.mark.parametrize(
    ("error", "answer", "sentence"),
    [
        (raised(IntegrityError, pymysql.err.IntegrityError(1062, "Duplicate entry")), Conflict, "exists"),
        (raised(IntegrityError, sqlite_fault(sqlite3.IntegrityError, "CONSTRAINT_UNIQUE")), Conflict, "exists"),
        (raised(IntegrityError, pymysql.err.IntegrityError(1451, "a foreign key")), Conflict, "refers"),
        (raised(IntegrityError, sqlite_fault(sqlite3.IntegrityError, "CONSTRAINT_FOREIGNKEY")), Conflict, "refers"),
        (raised(IntegrityError, pymysql.err.IntegrityError(1048, "cannot be null")), BadRequest, "missing"),
        (raised(IntegrityError, sqlite_fault(sqlite3.IntegrityError, "CONSTRAINT_NOTNULL")), BadRequest, "missing"),
        (raised(IntegrityError, sqlite_fault(sqlite3.IntegrityError, "CONSTRAINT_CHECK")), BadRequest, "too long"),
        (raised(DataError, pymysql.err.DataError(1406, "Data too long")), BadRequest, "too long"),
        (raised(OperationalError, pymysql.err.OperationalError(1205, "Lock wait")), Conflict, "Try again"),
        (raised(OperationalError, pymysql.err.OperationalError(1213, "Deadlock")), Conflict, "Try again"),
        (raised(OperationalError, sqlite_fault(sqlite3.OperationalError, "BUSY")), Conflict, "Try again"),
        (raised(OperationalError, pymysql.err.OperationalError(2003, "refused")), Unavailable, "Try again"),
        (raised(OperationalError, pymysql.err.OperationalError(1290, "read-only")), Unavailable, "Try again"),
        (raised(OperationalError, pymysql.err.OperationalError(1040, "too many")), Unavailable, "Try again"),
        (raised(IntegrityError, pymysql.err.IntegrityError(1062, "'not null, locked'")), Conflict, "exists"),
        (raised(OperationalError, pymysql.err.OperationalError(2013, "lost")), Unavailable, "Try again"),
        (raised(InterfaceError, pymysql.err.InterfaceError(0, "")), Unavailable, "Try again"),
    ],
)
def test_refusal(error: DBAPIError, answer: type[Exception], sentence: str) -> None:
    meant = refusal(error)
    assert isinstance(meant, answer)
    assert sentence in str(meant)


def test_our_own_mistakes_stay_what_they_are() -> None:
    error = raised(OperationalError, pymysql.err.OperationalError(1054, "Unknown column"))
    assert refusal(error) is error


@pytest.mark.parametrize("url", ["sqlite://", "mysql+pymysql://root@127.0.0.1:1/x"])
def test_errors_do_not_tell_values(url: str) -> None:
    assert Database(url).engine.hide_parameters


def test_login_by_iam_brings_a_signature_over_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    """What PyMySQL is given for a URL that has `?login=iam`; the server itself is RDS Proxy, which is not to be had here."""
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    given: dict[str, Any] = {}

    def connect(**arguments: Any) -> None:
        given.update(arguments)
        raise pymysql.err.OperationalError(2003, "away")

    monkeypatch.setattr(pymysql, "connect", connect)
    with pytest.raises(Unavailable), Database("mysql+pymysql://jo@proxy:3306/x?login=iam").work() as work:
        work.rows(text("SELECT 1"))
    assert given["user"] == "jo"
    assert given["password"].startswith("proxy:3306/?Action=connect&DBUser=jo&")
    assert given["ssl"].check_hostname
    assert given["ssl"].verify_mode == ssl.CERT_REQUIRED
    assert "login" not in given
