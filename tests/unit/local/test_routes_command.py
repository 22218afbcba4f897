"""`tis routes` on a stack's table, on one that cannot be had, and without any."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from infra.cli.main import main
from infra.local.environments.context import REGION
from infra.local.stack.folder import StackFolder
from infra.routing import Ledger, commit_moves, moves, plan_stage, publish, read_files, roll_back, set_all_legacy
from tests.unit.local.fakes import running_fakes

PORT = 8124
SITES, GRADES, ISSUERS_LINE = "GET /reference/api/sites", "GET /reference/api/grades", "TOKEN /issuers/cognito"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a stack, and an environment that names no table."""
    monkeypatch.chdir(tmp_path)
    for name in ("TIS_PORT", "TIS_ROUTES_TABLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "local")
    monkeypatch.setattr(moves, "settle", lambda: None)
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


def tis(*words: str) -> Result:
    return CliRunner().invoke(main, ["routes", *words], catch_exceptions=False)


def move(ledger: Ledger, stage: str, *, reason: str = "", permyriad: int | None = None, **which: str) -> None:
    state = ledger.read()
    commit_moves(ledger, state, plan_stage(state, stage, permyriad, **which), "tester", reason)


def lines(result: Result) -> list[str]:
    """The lines of a table, blanks as one."""
    return [" ".join(line.split()) for line in result.stdout.splitlines()]


def test_history_is_told_the_latest_first(ledger: Ledger) -> None:
    move(ledger, "canary", route=SITES, permyriad=500, reason="a [trial] " + "told at length " * 20)
    roll_back(ledger, "tester", "no good", SITES)
    move(ledger, "live", service="profile")
    set_all_legacy(ledger, "tester", "panic", on=True)
    told = lines(tis("history"))
    assert [line.split()[0] for line in told] == ["change", "5", "4", "3", "2", "1"]
    assert "all-legacy on all but the retired panic" in told[1]
    assert f"set {len(read_files()['profile']['routes'])} routes of profile legacy -> live" in told[2]
    assert f"rollback of 2 {SITES} canary 5 % -> legacy no good" in told[-3]
    assert f"tester set {SITES} legacy -> canary 5 % a [trial] told at length told" in told[-2]
    assert told[-1].endswith("publish publish infra/routes")


def test_history_of_a_route_is_its_own(ledger: Ledger) -> None:
    move(ledger, "live", service="reference", reason="all")
    move(ledger, "shadow", route=GRADES)
    entries = json.loads(tis("history", SITES, "--json").stdout)
    assert [(entry["version"], [one["route"] for one in entry["moves"]]) for entry in entries] == [(2, [SITES])]
    assert entries[0]["moves"][0] | {"service": "", "route": ""} == {
        "service": "", "route": "", "before": "legacy", "after": "live",
    }  # fmt: skip
    assert entries[0]["reason"] == "all"


def test_history_of_the_issuers_line_leaves_out_what_does_not_move_it(ledger: Ledger) -> None:
    move(ledger, "canary", route=ISSUERS_LINE, permyriad=500)
    set_all_legacy(ledger, "tester", "", on=True)
    told = lines(tis("history", ISSUERS_LINE))
    assert len(told) == 2
    assert f"{ISSUERS_LINE} live -> canary 5 %" in told[1]
    assert [entry["version"] for entry in json.loads(tis("history", SITES, "--json").stdout)] == [3]


@pytest.mark.usefixtures("ledger")
def test_history_of_no_route_says_what_comes_close() -> None:
    result = tis("history", "GET /reference/api/site")
    assert (result.exit_code, f'Did you mean "{SITES}"' in result.stderr) == (1, True)


def test_ending_all_legacy_says_nothing_of_the_retired(ledger: Ledger) -> None:
    move(ledger, "retired", route=SITES)
    assert lines(tis("all-legacy", "--on")) == ["all-legacy: on", f"retired, so not taken back: {SITES}"]
    assert lines(tis("all-legacy", "--off")) == ["all-legacy: off"]


def test_route_that_the_running_table_lacks_asks_for_a_restart(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    files = read_files()
    files["reference"]["routes"]["GET /reference/api/brand-new/{id}"] = "legacy"
    monkeypatch.setattr(moves, "read_files", lambda: files)
    result = tis("set", "get /reference/api/brand-new/{number}", "--stage", "live", "--yes")
    assert (result.exit_code, ledger.read().version) == (1, 1)
    assert "the running table has not" in result.stderr
    assert "Restart it" in result.stderr


def test_list_without_any_stack_is_that_of_the_files() -> None:
    result = tis("list", "--json")
    rows = json.loads(result.stdout)
    assert (result.exit_code, {row["source"] for row in rows}) == (0, {"files"})
    assert len(rows) == sum(len(spec["routes"]) for spec in read_files().values())
    assert "Shown is what infra/routes says." in result.stderr


@pytest.mark.usefixtures("ledger")
def test_list_of_the_table_has_no_source() -> None:
    rows = json.loads(tis("list", "--json").stdout)
    assert not any("source" in row for row in rows)


READERS = (["list"], ["list", "--json"], ["find", "/reference/api/sites"], ["history"])


@pytest.mark.parametrize("words", READERS)
def test_port_without_a_stack_is_not_answered_from_the_files(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_PORT", str(PORT))
    result = tis(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"No stack runs on port {PORT}" in result.stderr


@pytest.mark.parametrize("words", READERS)
def test_table_that_cannot_be_read_is_not_answered_from_the_files(words: list[str]) -> None:
    stack = StackFolder.of(8080)
    with stack.lock():
        stack.tell({"routes_table": "routes", "region": REGION, "dynamodb": "http://127.0.0.1:1"})
        result = tis(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "The route table routes cannot be had" in result.stderr


@pytest.mark.parametrize("words", READERS)
def test_port_that_is_none_is_wrong_usage(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_PORT", "70000")
    result = tis(*words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "TIS_PORT must be a port" in result.stderr
