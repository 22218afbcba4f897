"""The kept table: its version is read before deciding, the rest only when that has changed; a lost store changes nothing."""

from collections.abc import Iterable
from http import HTTPStatus

import pytest

from services.strangler.decide import decide
from services.strangler.problems import Refusal
from services.strangler.store import KeptTable, Version
from shared.calling.aws import StoreError
from shared.route_items import Spec, decode, encode
from shared.stages import MAX_AGE, READ_SECONDS
from tests.unit.strangler.calls import incoming, spec_of


class Scripted:
    """A source that can be changed, and can be away; it counts what it is asked."""

    def __init__(self) -> None:
        self.state: dict[str, tuple[int, Spec]] = {}
        self.all_legacy = self.away = False
        self.versions_read: list[float] = []
        self.specs_read: list[str] = []

    def set(self, name: str, number: int, stage: str) -> None:
        """A service's one route, at a version."""
        routes = {f"GET /{name}/api/x": stage}
        self.state[name] = number, spec_of(routes, name=name, contexts=[f"/{name}"], upstream=name)

    def version(self, seconds: float) -> Version:
        """The version in force."""
        self.versions_read.append(seconds)
        if self.away:
            raise StoreError("away")
        return Version({name: number for name, (number, _) in self.state.items()}, self.all_legacy)

    def specs(self, services: Iterable[str], _: float) -> dict[str, Spec]:
        """The routes of some services."""
        self.specs_read += services
        return {name: self.state[name][1] for name in services}


@pytest.fixture
def source() -> Scripted:
    """Two services."""
    scripted = Scripted()
    scripted.set("one", 1, "legacy")
    scripted.set("two", 1, "live")
    return scripted


def upstream(kept: KeptTable, now: float, name: str = "one") -> str:
    """Who answers at a time."""
    return decide(kept.current(now), incoming(f"/{name}/api/x")).upstream


def test_spec_survives_its_item() -> None:
    spec = spec_of(
        {"GET /reference/api/é": {"stage": "canary", "permyriad": 1, "rules": [{"side": "new", "client": "x"}]}}
    )
    assert decode(encode(spec)) == spec


def test_fresh_table_is_not_looked_at(source: Scripted) -> None:
    kept = KeptTable(source)
    for now in (100.0, 100.0 + MAX_AGE):
        upstream(kept, now)
    assert len(source.versions_read) == 1


def test_change_is_taken_up_before_deciding(source: Scripted) -> None:
    kept = KeptTable(source)
    assert upstream(kept, 100) == "legacy"
    source.set("one", 2, "live")
    assert upstream(kept, 100 + MAX_AGE) == "legacy"
    assert upstream(kept, 100.1 + MAX_AGE) == "one"
    assert upstream(kept, 4000) == "one"  # an environment that slept


def test_only_what_changed_is_read(source: Scripted) -> None:
    kept = KeptTable(source)
    upstream(kept, 100)
    source.set("one", 2, "live")
    upstream(kept, 104)
    upstream(kept, 108)
    assert source.specs_read == ["one", "two", "one"]


def test_all_legacy_is_taken_up_without_reading_routes(source: Scripted) -> None:
    kept = KeptTable(source)
    assert upstream(kept, 100, "two") == "two"
    source.all_legacy = True
    assert upstream(kept, 104, "two") == "legacy"
    source.all_legacy = False
    assert upstream(kept, 108, "two") == "two"
    assert source.specs_read == ["one", "two"]


def test_service_that_is_gone_is_forgotten(source: Scripted) -> None:
    kept = KeptTable(source)
    upstream(kept, 100)
    del source.state["two"]
    assert upstream(kept, 104, "two") == "legacy"


def test_lost_store_leaves_the_last_table_and_the_log_says_so(
    source: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    kept = KeptTable(source)
    upstream(kept, 100, "two")
    source.away = True
    assert [upstream(kept, now, "two") for now in (104.0, 104.5, 105.0)] == ["two"] * 3
    assert len(source.versions_read) == 2  # it is not asked at every call
    assert source.versions_read[1] <= READ_SECONDS
    source.away = False
    source.set("two", 2, "legacy")
    assert upstream(kept, 105.5, "two") == "legacy"
    assert ["stays in force" in record.getMessage() for record in caplog.records] == [True]


def test_without_any_table_the_call_is_refused_and_the_next_tries_again(source: Scripted) -> None:
    kept = KeptTable(source)
    source.away = True
    with pytest.raises(Refusal) as refused:
        kept.current(100)
    assert (refused.value.status, "Retry-After" in refused.value.headers) == (HTTPStatus.SERVICE_UNAVAILABLE, True)
    source.away = False
    assert upstream(kept, 100.1) == "legacy"


def test_broken_item_leaves_the_last_table(source: Scripted) -> None:
    kept = KeptTable(source)
    upstream(kept, 100)
    source.state["one"] = 2, {"service": {}}
    assert upstream(kept, 104) == "legacy"
    source.set("one", 3, "live")
    assert upstream(kept, 108) == "one"
