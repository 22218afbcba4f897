"""Both services on the recorded rows, with the users of the authority table besides."""

import copy
from collections.abc import Callable, Iterator
from importlib import import_module

import pytest

from infra.data import seed
from shared.db import Database
from shared.http.service import Service
from tests.authority.people import as_callers, with_users
from tests.authority.table import table
from tests.contract.exchanges import read_dataset
from tests.identity import Issuer, Profile

SERVICES = tuple(dict.fromkeys(line.service for line in table()))


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest, url_of: Callable[[str], str], issuer: Issuer) -> Iterator[Service]:
    """A service that knows the users: reference asks for them, profile has them in its own rows."""
    name = request.param
    rows = read_dataset(name)
    if name == "profile":
        rows = with_users(rows)
    seed.load(url_of(name), name, rows)
    opened: Service = copy.copy(import_module(f"services.{name}.app").app)  # the one app of the process stays as it is
    opened.database = Database(url_of(name))
    opened.verifier = issuer.verifier()
    opened.principals = Profile(as_callers()).principals()
    yield opened
    opened.database.drop()
