"""The reference service, called: freshly loaded for each test, or once for a module of tests that change nothing."""

from collections.abc import Iterator

import pytest

from tests.identity import Issuer
from tests.integration.caller import Caller
from tests.integration.opening import calling


@pytest.fixture
def call(database_url: str, issuer: Issuer) -> Iterator[Caller]:
    """A caller of the service on the recorded rows, freshly loaded."""
    with calling("reference", database_url, issuer) as caller:
        yield caller


@pytest.fixture(scope="module")
def call_often(database_url: str, issuer: Issuer) -> Iterator[Caller]:
    """The same, loaded once: for calls that are refused, or whose changes are nobody's matter."""
    with calling("reference", database_url, issuer) as caller:
        yield caller
