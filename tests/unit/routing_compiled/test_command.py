"""`tis routes compile` on a running table and on the files: what it tells, what it writes, what it exits with."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from infra.cli.main import main
from infra.local.environments.context import REGION
from infra.local.stack.folder import StackFolder
from infra.routing import Ledger, commit_moves, plan_stage, publish, set_all_legacy
from infra.routing.compiled import Matcher
from tests.unit.local.fakes import running_fakes

PORT = 8125
SITES, GRADES = "GET /reference/api/sites", "GET /reference/api/grades"
REMOVABLE = "the strangler can be removed"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a stack, and an environment that names no table."""
    monkeypatch.chdir(tmp_path)
    for name in ("TIS_PORT", "TIS_ROUTES_TABLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    return tmp_path


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    """The published table of a stack that runs as far as the command can see."""
    monkeypatch.setenv("TIS_PORT", str(PORT))
    stack = StackFolder.of(PORT)
    with stack.lock(), running_fakes(stack.path) as url:
        stack.tell({"routes_table": "routes", "region": REGION, "dynamodb": url})
        made = Ledger("routes", REGION, url)
        publish(made)
        yield made
        made.close()


def compiled(*words: str) -> Result:
    return CliRunner().invoke(main, ["routes", "compile", *words], catch_exceptions=False)


def facts(*words: str) -> Any:
    result = compiled(*words, "--json")
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def move(ledger: Ledger, stage: str, permyriad: int | None = None, **which: str) -> None:
    state = ledger.read()
    commit_moves(ledger, state, plan_stage(state, stage, permyriad, **which), "tester", "")


def row(told: Any, service: str) -> Any:
    return next(one for one in told["services"] if one["service"] == service)


def test_files_are_compiled_where_no_stack_runs() -> None:
    result = compiled()
    assert (result.exit_code, REMOVABLE in result.stdout) == (0, True)
    assert "Shown is what infra/routes says." in result.stderr
    told = facts()
    assert (told["strangler_needed"], told["undecided"], told["source"]) == (False, [], "files")
    assert row(told, "reference") | {"resources": 0} == {
        "service": "reference", "endpoints": 333, "resources": 0, "legacy": 333, "new": 0, "strangler": 0,
    }  # fmt: skip
    assert sum(one["endpoints"] for one in told["services"]) == 824
    assert told["resources"] <= told["limit"] == 300


def test_what_is_undecided_is_told(ledger: Ledger) -> None:
    move(ledger, "live", service="profile")
    move(ledger, "canary", 500, route=SITES)
    move(ledger, "shadow", route=GRADES)
    told = facts()
    assert told["strangler_needed"] is True
    assert told["undecided"] == [
        {"service": "reference", "route": GRADES, "target": "strangler", "reason": "shadow"},
        {"service": "reference", "route": SITES, "target": "strangler", "reason": "canary"},
    ]
    assert row(told, "profile")["new"] == row(told, "profile")["endpoints"]
    assert (row(told, "reference")["strangler"], row(told, "reference")["legacy"]) == (2, 331)
    text = compiled().stdout
    assert "1 to the strangler: a shadow: the facade sends the copies" in text
    assert "1 to the strangler: a canary: each caller is on one side" in text
    assert REMOVABLE not in text


def test_all_legacy_is_the_way_back(ledger: Ledger, folder: Path) -> None:
    move(ledger, "canary", 500, service="reference")
    assert facts("--all-legacy")["strangler_needed"] is False
    prepared, after = folder / "prepared.json", folder / "after.json"
    facts("--all-legacy", "--output", str(prepared))
    set_all_legacy(ledger, "tester", "panic", on=True)
    facts("--output", str(after))
    assert prepared.read_bytes() == after.read_bytes()


def test_document_is_written_and_checked(ledger: Ledger, folder: Path) -> None:
    file = folder / "build" / "routes.json"
    result = compiled("--output", str(file), "--check")
    assert (result.exit_code, file.exists()) == (3, False)
    assert facts("--output", str(file))["changed"] is True
    assert facts("--output", str(file))["changed"] is False
    assert facts("--output", str(file), "--check")["changed"] is False
    found = Matcher(json.loads(file.read_text())).match("GET", "/reference/api/sites")
    assert found is not None
    assert found.integration["connectionId"] == {"Fn::ImportValue": "tis-prod-VpcLinkId"}
    move(ledger, "live", route=SITES)
    result = compiled("--output", str(file), "--check")
    assert result.exit_code == 3
    assert "is not what the table compiles to" in result.stderr
    assert [one.name for one in file.parent.iterdir()] == [file.name]


def test_stage_of_chalice_has_no_alias(ledger: Ledger, folder: Path) -> None:
    move(ledger, "live", route=SITES)
    for stage, ending in (("prod", "tis-reference-prod:live/invocations"), ("dev", "tis-reference-dev/invocations")):
        facts("--stage", stage, "--output", str(folder / stage))
        found = Matcher(json.loads((folder / stage).read_text())).match("GET", "/reference/api/sites")
        assert found is not None
        assert found.integration["uri"]["Fn::Sub"].endswith(ending)


def test_few_resources_hand_decided_routes_over(ledger: Ledger) -> None:
    move(ledger, "live", route=SITES)
    told = facts("--limit", "2")
    assert told["resources"] == 2
    assert {one["reason"] for one in told["undecided"]} == {"limit"}
    assert "decided, but the API would have too many resources" in compiled("--limit", "2").stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--check"], 2, "name it by --output FILE"),
        (["--limit", "1"], 2, "1 is not in the range"),
        (["--stage", "nowhere"], 1, "chalice.json has no stage 'nowhere'; it has"),
        (["--output", "folder"], 2, "is a directory"),
        (["--output", "file/below"], 1, "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told(words: list[str], code: int, said: str, folder: Path) -> None:
    (folder / "folder").mkdir()
    (folder / "file").touch()
    result = compiled(*words)
    assert result.exit_code == code
    assert said in result.stderr


def test_port_without_a_stack_is_not_answered_from_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_PORT", str(PORT))
    result = compiled()
    assert (result.exit_code, result.stdout) == (1, "")
