"""Services on tables of as many rows as asked for."""

import copy
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import NamedTuple

import pytest

from infra.data import seed
from shared.db import Database
from shared.http.service import Service
from tests.authority.people import as_callers
from tests.identity import Issuer, Profile
from tests.integration.profile.caller import all_but, asking
from tests.integration.statements.rows import rows_for_calls
from tests.integration.strangler.servers import running


class Loaded(NamedTuple):
    """A service, and the tokens of its users."""

    service: Service
    token_for: Callable[[str], str]


OpenedOn = Callable[[str, int], Loaded]


@pytest.fixture(scope="module")
def opened_on(url_of: Callable[[str], str], issuer: Issuer) -> Iterator[OpenedOn]:
    """Fills a service's tables with so many rows each, and gives the service on them."""
    databases: list[Database] = []
    token_for = cache(issuer.token)

    def open_service(name: str, number: int) -> Loaded:
        seed.load(url_of(name), name, rows_for_calls(name, number))
        service = copy.copy(import_module(f"services.{name}.app").app)  # the one app of the process stays as it is
        databases.append(Database(url_of(name)))
        service.database = databases[-1]
        service.verifier = issuer.verifier()
        service.principals = Profile(as_callers()).principals()
        assert service.database.connection is not None  # opened, which takes statements of its own
        return Loaded(service, token_for)

    with running() as reference, asking(reference):
        reference.script = all_but()
        yield open_service
    for database in databases:
        database.drop()
