"""The facade between two scripted upstreams, its table in memory or in DynamoDB."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from werkzeug.serving import make_server

from infra.routing import Ledger, moves, publish
from services.strangler.config import Settings
from services.strangler.facade import Facade
from services.strangler.store import Version
from shared.route_items import Spec
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


@pytest.fixture(scope="session")
def dynamodb() -> Iterator[str]:
    """The address of moto's DynamoDB."""
    from moto.moto_server.werkzeug_app import create_backend_app  # noqa: PLC0415 - a second's import

    server = make_server("127.0.0.1", 0, create_backend_app("dynamodb"), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ledger(
    dynamodb: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[Ledger]:
    """A freshly published table of the test's own."""
    settings = {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_REGION": "eu-west-2",
        "AWS_ENDPOINT_URL_DYNAMODB": dynamodb,
        "TIS_ROUTES_TABLE": f"routes-{abs(hash(request.node.name))}",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(moves, "settle", lambda: None)
    publish()
    found = Ledger.from_environ()
    yield found
    found.close()
