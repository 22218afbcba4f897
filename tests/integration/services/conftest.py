"""Each service in turn, called: freshly loaded for each test, or once for a module of tests that change nothing."""

from collections.abc import Callable, Iterator

import pytest

from tests.contract.opening import SERVICES
from tests.identity import Issuer
from tests.integration.caller import Caller
from tests.integration.opening import calling


@pytest.fixture(params=sorted(SERVICES))
def call(request: pytest.FixtureRequest, url_of: Callable[[str], str], issuer: Issuer) -> Iterator[Caller]:
    """A caller of the service on the recorded rows, freshly loaded."""
    with calling(request.param, url_of(request.param), issuer) as caller:
        yield caller


@pytest.fixture(scope="module", params=sorted(SERVICES))
def call_often(request: pytest.FixtureRequest, url_of: Callable[[str], str], issuer: Issuer) -> Iterator[Caller]:
    """The same, loaded once: for calls that are refused, or whose changes are nobody's matter."""
    with calling(request.param, url_of(request.param), issuer) as caller:
        yield caller
