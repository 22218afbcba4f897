"""The running table in DynamoDB: published, moved, rolled back, read by the facade; and the command that does it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra.cli.routes import routes
from infra.routing import (
    Ledger,
    RoutesError,
    commit_moves,
    plan_stage,
    publish,
    read_files,
    roll_back,
    set_all_legacy,
)
from services.strangler.app import app
from services.strangler.config import Settings
from services.strangler.facade import Facade
from services.strangler.store import DynamoSource
from shared.calling.aws import StoreError
from tests.integration.strangler.servers import refused_url, running
from tests.integration.strangler.test_facade import call, served_by

SITES, GRADES = "GET /reference/api/sites", "GET /reference/api/grades"
ISSUERS_LINE = "TOKEN /issuers/cognito"


@pytest.fixture
def source(ledger: Ledger) -> Iterator[DynamoSource]:
    """The facade's way to the table."""
    found = DynamoSource(ledger.table)
    yield found
    found.close()


def move(ledger: Ledger, stage: str, route: str = SITES, permyriad: int | None = None) -> None:
    """Move one route."""
    state = ledger.read()
    commit_moves(ledger, state, plan_stage(state, stage, permyriad, route=route), "tester", "a test")


def stage(ledger: Ledger, route: str = SITES) -> Any:
    """A route's terms."""
    return ledger.read().specs["reference"]["routes"][route]


def test_publishing_again_changes_nothing(ledger: Ledger) -> None:
    move(ledger, "live")
    assert publish(ledger).version == 2
    assert stage(ledger) == "live"


def test_facade_reads_what_was_published_and_then_only_what_changed(ledger: Ledger, source: DynamoSource) -> None:
    first = source.version(2)
    assert len(source.specs(first.services, 2)) == len(read_files())
    move(ledger, "live")
    second = source.version(2)
    assert {name for name in first.services if first.services[name] != second.services[name]} == {"reference"}
    assert source.specs(["reference"], 2)["reference"]["routes"][SITES] == "live"


def test_concurrent_changes_do_not_overwrite_each_other(ledger: Ledger) -> None:
    state = ledger.read()
    planned = plan_stage(state, "live", None, route=SITES)
    move(ledger, "shadow")
    with pytest.raises(RoutesError, match="Somebody else"):
        commit_moves(ledger, state, planned, "tester", "too late")
    assert stage(ledger) == "shadow"


def test_history_tells_who_when_why_from_and_to(ledger: Ledger) -> None:
    move(ledger, "canary", permyriad=1_000)
    entry = ledger.history()[0]
    assert (entry.version, entry.by, entry.reason, entry.what) == (2, "tester", "a test", "set")
    (moved,) = entry.moves
    assert (moved.route, moved.before, moved.after) == (SITES, "legacy", {"stage": "canary", "permyriad": 1_000})
    assert entry.at.endswith("+00:00")


def test_rollback_walks_back_change_by_change(ledger: Ledger) -> None:
    move(ledger, "live")
    move(ledger, "live", GRADES)
    set_all_legacy(ledger, "tester", "panic", on=True)
    assert [roll_back(ledger, "tester", "")[1][0].route for _ in range(2)] == [GRADES, SITES]
    assert (stage(ledger), stage(ledger, GRADES), ledger.read().all_legacy) == ("legacy", "legacy", True)
    with pytest.raises(RoutesError, match="no move"):
        roll_back(ledger, "tester", "")


def test_rollback_of_one_route_leaves_the_others(ledger: Ledger) -> None:
    state = ledger.read()
    commit_moves(ledger, state, plan_stage(state, "live", None, service="reference"), "tester", "")
    roll_back(ledger, "tester", "", SITES)
    assert (stage(ledger), stage(ledger, GRADES)) == ("legacy", "live")
    roll_back(ledger, "tester", "")
    assert (stage(ledger), stage(ledger, GRADES)) == ("legacy", "legacy")


def test_all_legacy_says_what_it_leaves(ledger: Ledger, source: DynamoSource) -> None:
    move(ledger, "retired")
    assert set_all_legacy(ledger, "tester", "", on=True)[1] == [SITES]
    assert source.version(2).all_legacy


def test_store_that_is_away_is_told(ledger: Ledger, source: DynamoSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.strangler.store.CURRENT", "none")
    with pytest.raises(StoreError, match="not been published"):
        source.version(2)
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", refused_url())
    with pytest.raises(StoreError):
        DynamoSource(ledger.table).version(0.2)
    with pytest.raises(RoutesError, match="cannot be had"):
        Ledger.from_environ().read()


def test_function_answers_by_the_table(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole function: settings from the environment, the table from DynamoDB, two upstreams."""
    with running() as old, running() as new:
        monkeypatch.setenv("TIS_LEGACY_URL", old.url)
        monkeypatch.setenv("TIS_REFERENCE_URL", new.url)
        monkeypatch.delitem(app.__dict__, "facade", raising=False)
        move(ledger, "live", GRADES)
        facade: Facade = app.facade
        assert (served_by(call(facade)), served_by(call(facade, target="/reference/api/grades"))) == (
            "legacy",
            "reference",
        )
        facade._table._due -= 10
        move(ledger, "live")
        assert served_by(call(facade)) == "reference"
        for opened in (*facade._exchange._upstreams.values(), facade._table._source):
            opened.close()  # type: ignore[attr-defined]
    monkeypatch.delitem(app.__dict__, "facade", raising=False)


def test_cold_facade_without_a_store_answers_503(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-2")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "local")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "local")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", refused_url())
    result = call(Facade(Settings("http://legacy.example", "routes"), DynamoSource("routes")))
    assert (result["statusCode"], served_by(result)) == (503, "strangler")


def tis(*words: str) -> Result:
    """Run `tis routes …`."""
    return CliRunner().invoke(routes, words)


def test_command_moves_a_route_and_lists_it(ledger: Ledger) -> None:
    shown = tis("set", SITES, "--stage", "live")
    assert (shown.exit_code, shown.stdout) == (4, f"{SITES}: legacy -> live\n")
    assert stage(ledger) == "legacy"
    done = tis("set", SITES, "--stage", "live", "--yes", "--json", "--reason", "evidence")
    assert (done.exit_code, json.loads(done.stdout)["version"]) == (0, 2)
    live = [row["route"] for row in json.loads(tis("list", "--stage", "live", "--json").stdout)]
    assert live == [ISSUERS_LINE, SITES]
    assert ledger.history()[0].reason == "evidence"


def test_command_moves_a_service(ledger: Ledger) -> None:
    done = tis("set", "--service", "reference", "--stage", "canary", "--permyriad", "1000", "--yes", "--json")
    assert len(json.loads(done.stdout)["moves"]) >= 333
    assert stage(ledger, GRADES) == {"stage": "canary", "permyriad": 1_000}
    assert "canary 10 %" in tis("list", "--service", "reference").stdout


def test_command_rolls_back_and_panics(ledger: Ledger) -> None:
    move(ledger, "retired")
    on = tis("all-legacy", "--on", "--json")
    assert json.loads(on.stdout) == {"all_legacy": True, "version": 3, "left": [SITES], "gateways": []}
    assert "taken back to legacy" in tis("list").stderr
    assert tis("all-legacy", "--off").exit_code == 0
    assert tis("rollback", SITES).stdout == f"{SITES}: retired -> legacy\n"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["set", "GET /tcs/api/absence/{id}", "--stage", "live", "--yes"], 4),
        (["set", "GET /nowhere", "--stage", "live", "--yes"], 1),
        (["set", "--stage", "live"], 2),
        (["set", SITES, "--service", "reference", "--stage", "live"], 2),
        (["set", SITES, "--stage", "canary"], 2),
        (["set", SITES, "--stage", "live", "--permyriad", "5"], 2),
        (["set", SITES, "--stage", "canary", "--permyriad", "10001"], 2),
        (["set", SITES, "--stage", "alive"], 2),
        (["all-legacy"], 2),
        (["list", "--service", "nobody"], 1),
        (["find", "/nowhere"], 1),
        (["rollback"], 1),
    ],
)
def test_command_that_cannot_be_done_says_why(ledger: Ledger, words: list[str], code: int) -> None:
    done = tis(*words)
    assert (done.exit_code, done.stdout, bool(done.stderr)) == (code, "", True)
    assert ledger.read().version == 1


def test_command_finds_a_url(ledger: Ledger) -> None:
    move(ledger, "canary", "GET /reference/api/sites/{id}", 250)
    found = json.loads(tis("find", "https://tis.example/reference/api/sites/12/?x=1", "--json").stdout)
    assert found[0] | {"table": ""} == {
        "route": "GET /reference/api/sites/{id}",
        "service": "reference",
        "stage": "canary",
        "upstream": "reference for 2.5 % of the callers, else legacy",
        "table": "",
        "authority": "any valid token",
        "code": found[0]["code"],
        "note": "",
    }
    assert found[0]["code"].startswith("services/reference/sites.py:")
    assert "no service sync here" in tis("find", "/sync/api/jobs/status").stdout
