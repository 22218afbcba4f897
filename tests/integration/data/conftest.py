"""Empty databases on the session's MariaDB."""

from collections.abc import Callable
from itertools import count

import pytest

from infra.local import mariadb

NewDatabase = Callable[[], str]


@pytest.fixture(scope="session")
def new_database(mariadb_server: mariadb.Server) -> NewDatabase:
    """Makes an empty database at each call, and gives its URL."""
    numbers = count()
    return lambda: mariadb_server.database(f"data_{next(numbers)}")
