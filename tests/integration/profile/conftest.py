"""The profile service, called: freshly loaded for each test, or once for a module of tests that change nothing."""

from collections.abc import Callable, Iterator

import pytest

from tests.identity import Issuer
from tests.integration.caller import Caller
from tests.integration.opening import calling
from tests.integration.profile.caller import all_but, asking
from tests.integration.strangler.servers import Server, running

UrlOf = Callable[[str], str]


@pytest.fixture(scope="module")
def reference() -> Iterator[Server]:
    """The reference service that profile asks: it knows nearly every designated body."""
    with running() as server:
        server.script = all_but()
        yield server


@pytest.fixture
def call(url_of: UrlOf, issuer: Issuer, reference: Server) -> Iterator[Caller]:
    """A caller of the service on the recorded rows, freshly loaded; `reference` is whom the service asks."""
    with calling("profile", url_of("profile"), issuer) as caller, asking(reference):
        yield caller


@pytest.fixture(scope="module")
def call_often(url_of: UrlOf, issuer: Issuer, reference: Server) -> Iterator[Caller]:
    """The same, loaded once: for calls that are refused, or whose changes are nobody's matter."""
    with calling("profile", url_of("profile"), issuer) as caller, asking(reference):
        yield caller
