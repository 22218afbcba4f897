"""Databases, tokens and services for all tests: everything on SQLite, and with `-m real` on MariaDB too."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.data import schema, seed
from infra.local import mariadb
from services.reference.app import app
from shared.db import Database
from shared.http.service import Service
from tests.identity import Issuer, Profile

RECORDED = Path(__file__).parent / "contract" / "recorded"


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mariadb.Server]:
    """A MariaDB of the session's own."""
    if not mariadb.available():
        pytest.skip(f"needs MariaDB: {mariadb.install_hint()}")
    with mariadb.start(tmp_path_factory.mktemp("mariadb")) as server:
        yield server


@pytest.fixture(scope="session", params=["sqlite", pytest.param("mariadb", marks=pytest.mark.real)])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty reference database with its schema, on each kind of server."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('sqlite') / 'reference.db'}"
    else:
        url = request.getfixturevalue("mariadb_server").database("reference_tests")
    schema.upgrade(url, "reference")
    return url


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """Who signs tokens."""
    return Issuer()


@pytest.fixture(scope="session")
def callers() -> dict[str, Any]:
    """The callers of the recordings: user, authorities, policies, designated bodies."""
    found: dict[str, Any] = json.loads((RECORDED / "reference" / "callers.json").read_text())
    return found


@pytest.fixture(scope="session")
def token_for(issuer: Issuer, callers: dict[str, Any]) -> Callable[[str], str | None]:
    """The token of a caller by name; None for the anonymous one."""
    tokens = {name: issuer.token(caller["user"]) if caller else None for name, caller in callers.items()}
    return tokens.__getitem__


@pytest.fixture(scope="session")
def dataset() -> dict[str, Any]:
    """The rows that the old service had when it was recorded."""
    rows: dict[str, Any] = json.loads(gzip.decompress((RECORDED / "reference" / "dataset.json.gz").read_bytes()))
    return rows


@pytest.fixture(scope="session")
def open_reference(
    database_url: str, dataset: dict[str, Any], issuer: Issuer, callers: dict[str, Any]
) -> Callable[[], Service]:
    """Loads the recorded rows freshly, and gives the reference service on them."""

    def open_service() -> Service:
        seed.load(database_url, "reference", dataset)
        app.database = Database(database_url)
        app.verifier = issuer.verifier()
        app.principals = Profile(callers).principals()
        return app

    return open_service


@pytest.fixture
def reference_app(open_reference: Callable[[], Service]) -> Iterator[Service]:
    """The reference service on a database that holds the recorded rows, freshly loaded for each test."""
    service = open_reference()
    yield service
    service.database.drop()
