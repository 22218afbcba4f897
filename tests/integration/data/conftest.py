"""A MariaDB of the tests' own, started once, and an empty database on it for each that is asked for."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from infra.local import mariadb

NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mariadb.Server]:
    with mariadb.start(tmp_path_factory.mktemp("mariadb")) as started:
        yield started


@pytest.fixture(scope="session")
def new_database(server: mariadb.Server) -> NewDatabase:
    numbers = count()
    return lambda: server.database(f"data_{next(numbers)}")
