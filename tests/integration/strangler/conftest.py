"""The facade between two scripted upstreams, its table in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pytest

from services.strangler.config import Settings
from services.strangler.facade import Facade
from services.strangler.items import Spec
from services.strangler.store import Version
from tests.integration.strangler.servers import Server, running

HEAD = {"name": "reference", "contexts": ["/reference"], "upstream": "reference", "journey": "reference"}


class Memory:
    """A route table in memory: one service with some routes."""

    def __init__(self, routes: Mapping[str, Any], head: Mapping[str, Any]) -> None:
        self.spec: Spec = {"service": {**HEAD, **head}, "routes": routes}
        self.number, self.all_legacy = 1, False

    def version(self, _: float) -> Version:
        """The version in force."""
        return Version({"reference": self.number}, self.all_legacy)

    def specs(self, services: Iterable[str], _: float) -> dict[str, Spec]:
        """The routes of the one service."""
        return dict.fromkeys(services, self.spec)


FacadeOf = Callable[..., Facade]


@pytest.fixture
def legacy() -> Iterator[Server]:
    """The old servers."""
    with running() as server:
        yield server


@pytest.fixture
def reference() -> Iterator[Server]:
    """The new service."""
    with running() as server:
        yield server


@pytest.fixture
def facade_of(legacy: Server, reference: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[FacadeOf]:
    """Makes a facade of some routes, and what else stands in the head of their file."""
    monkeypatch.setenv("TIS_LEGACY_URL", legacy.url)
    monkeypatch.setenv("TIS_REFERENCE_URL", f"{reference.url}/_fn/reference")
    made: list[Facade] = []

    def make(routes: Mapping[str, Any], **head: Any) -> Facade:
        made.append(Facade(Settings(legacy.url, "routes"), Memory(routes, head)))
        return made[-1]

    yield make
    for facade in made:
        for upstream in facade._exchange._upstreams.values():
            upstream.close()
