"""Databases, tokens and services for all tests: everything on SQLite, and with `-m real` on MariaDB too."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from infra.data import schema
from infra.local import mariadb
from shared.http.service import Service
from tests.contract.exchanges import read_callers, read_dataset
from tests.contract.opening import open_service, tokens_of
from tests.contract.player import TokenFor
from tests.identity import Issuer


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
    return new_database("reference", request.param, request, tmp_path_factory)


@pytest.fixture(scope="session")
def url_of(
    database_url: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], str]:
    """Gives the database of any service by its name, with its schema: on the kind of server of `database_url`."""
    kind = "sqlite" if database_url.startswith("sqlite") else "mariadb"

    @cache
    def of_service(name: str) -> str:
        return database_url if name == "reference" else new_database(name, kind, request, tmp_path_factory)

    return of_service


def new_database(name: str, kind: str, request: pytest.FixtureRequest, folders: pytest.TempPathFactory) -> str:
    """The URL of a database for a service's tests, empty, with its schema."""
    if kind == "sqlite":
        url = f"sqlite:///{folders.mktemp(name) / f'{name}.db'}"
    else:
        url = request.getfixturevalue("mariadb_server").database(f"{name}_tests")
    schema.upgrade(url, name)
    return url


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    """Who signs tokens."""
    return Issuer()


@pytest.fixture(scope="session")
def opened(url_of: Callable[[str], str], issuer: Issuer) -> Callable[[str], Service]:
    """Loads the recorded rows of any service freshly, and gives the service on them."""
    return lambda name: open_service(name, url_of(name), issuer)


@pytest.fixture(scope="session")
def dataset() -> dict[str, Any]:
    """The rows that the old reference service had when it was recorded."""
    return read_dataset("reference")


@pytest.fixture(scope="session")
def callers() -> dict[str, Any]:
    """The callers of reference's recordings: user, authorities, policies, designated bodies."""
    return read_callers("reference")


@pytest.fixture(scope="session")
def token_for(issuer: Issuer) -> TokenFor:
    """The token of a caller of reference by name; None for the anonymous one."""
    return tokens_of("reference", issuer)
