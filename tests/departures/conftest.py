"""A caller of the reference service on the recorded rows."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infra.data import seed
from services.reference.app import app
from shared.db import Database
from tests.identity import Issuer, Profile
from tests.integration.reference.caller import Caller


@pytest.fixture
def call(
    database_url: str,
    dataset: dict[str, Any],
    issuer: Issuer,
    callers: dict[str, Any],
    token_for: Callable[[str], str | None],
) -> Iterator[Caller]:
    """Calls of the service, its rows freshly loaded; `stranger` has no designated bodies in profile."""
    seed.load(database_url, "reference", dataset)
    service = copy.copy(app)
    service.database = Database(database_url)
    service.verifier = issuer.verifier()
    service.principals = Profile({**callers, "stranger": STRANGER}).principals()
    yield Caller(service, lambda name: issuer.token("stranger") if name == "stranger" else token_for(name))
    service.database.drop()


STRANGER: dict[str, Any] = {"user": "stranger", "authorities": [], "designatedBodyCodes": None}
