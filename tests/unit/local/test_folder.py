"""A stack's folder: its lock, what it tells other commands, and the doctor who looks at it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.main import COMMANDS, main
from infra.local.gateway.server import PortBusy, open_socket
from infra.local.stack.folder import StackError, StackFolder


def test_second_stack_of_a_port_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    folder = StackFolder.of(8080, tmp_path)
    with folder.lock(), pytest.raises(StackError, match="TIS runs on port 8080 already"):
        folder.lock()
    folder.lock().close()


def test_state_is_told_only_while_the_stack_runs(tmp_path: Path) -> None:
    folder = StackFolder.of(8080, tmp_path)
    with folder.lock():
        folder.tell({"gateway": "here"})
        assert folder.state() == {"gateway": "here"}
    with pytest.raises(StackError, match="No stack runs on port 8080"):
        folder.state()


def test_port_that_is_taken_is_known_at_once() -> None:
    with open_socket(0) as first, pytest.raises(PortBusy):
        open_socket(first.getsockname()[1])


def test_log_of_the_run_before_is_kept(tmp_path: Path) -> None:
    folder = StackFolder.of(8080, tmp_path)
    folder.log("a").write_text("first")
    folder.log("a").write_text("second")
    assert (folder.path / "logs" / "a.log.1").read_text() == "first"


def test_doctor_names_what_lacks_and_what_mends_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_socket(0) as taken:
        monkeypatch.setenv("TIS_PORT", str(taken.getsockname()[1]))
        result = CliRunner().invoke(main, ["doctor", "--json"], catch_exceptions=False)
    checks = {check["name"]: check for check in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert "services/" in checks["project"]["mend"]
    assert "TIS_PORT=" in checks["port"]["mend"]
    assert not checks["python"]["mend"] or not checks["python"]["needed"]


def test_doctor_finds_what_a_killed_stack_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    StackFolder.of(8123, tmp_path).tell({})
    told = CliRunner().invoke(main, ["doctor"], catch_exceptions=False).stdout
    assert "rm .tis/8123/stack.json" in told


def test_overview_names_all_commands_without_importing_one() -> None:
    told = CliRunner().invoke(main, ["--help"], catch_exceptions=False).stdout
    assert all(name in told for name in COMMANDS)


def test_unknown_command_is_a_usage_error() -> None:
    assert CliRunner().invoke(main, ["nonsense"]).exit_code == 2
