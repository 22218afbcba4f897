"""The reference service, called: freshly loaded for each test, or once for a module of tests that change nothing."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.data import seed
from services.reference.app import app
from shared.db import Database
from tests.identity import Issuer, Profile
from tests.integration.reference.caller import Caller

TokenFor = Callable[[str], str | None]


def _loaded(
    url: str, rows: dict[str, Any], issuer: Issuer, users: dict[str, Any], token_for: TokenFor
) -> Iterator[Caller]:
    seed.load(url, "reference", rows)
    service = copy.copy(app)  # the one app of the process stays as it is
    service.database = Database(url)
    service.verifier = issuer.verifier()
    service.principals = Profile(users).principals()
    yield Caller(service, token_for)
    service.database.drop()


@pytest.fixture
def call(
    database_url: str, dataset: dict[str, Any], issuer: Issuer, callers: dict[str, Any], token_for: TokenFor
) -> Iterator[Caller]:
    """A caller of the service on the recorded rows, freshly loaded."""
    yield from _loaded(database_url, dataset, issuer, callers, token_for)


@pytest.fixture(scope="module")
def call_often(
    database_url: str, dataset: dict[str, Any], issuer: Issuer, callers: dict[str, Any], token_for: TokenFor
) -> Iterator[Caller]:
    """The same, loaded once: for calls that are refused, or whose changes are nobody's matter."""
    yield from _loaded(database_url, dataset, issuer, callers, token_for)
