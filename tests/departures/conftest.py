"""Callers of the services on the recorded rows, freshly loaded."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.http.service import Service
from tests.contract.opening import tokens_of
from tests.contract.player import TokenFor
from tests.identity import Issuer, Profile
from tests.integration.caller import Caller

STRANGER: dict[str, Any] = {"user": "stranger", "authorities": [], "designatedBodyCodes": None}


@pytest.fixture
def call(
    opened: Callable[[str], Service], callers: dict[str, Any], issuer: Issuer, token_for: TokenFor
) -> Iterator[Caller]:
    """Calls of the reference service; `stranger` has no designated bodies in profile."""
    service = opened("reference")
    service.principals = Profile({**callers, "stranger": STRANGER}).principals()
    yield Caller(service, lambda name: issuer.token("stranger") if name == "stranger" else token_for(name))
    service.database.drop()


@pytest.fixture
def call_profile(opened: Callable[[str], Service], issuer: Issuer) -> Iterator[Caller]:
    """Calls of the profile service, whose callers it looks up in its own rows."""
    service = opened("profile")
    yield Caller(service, tokens_of("profile", issuer), "greta.hollister6")
    service.database.drop()
