"""The two commands that play recordings: what they print, and how they end."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 60


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("arguments", "status", "lines"),
    [
        (["profile", "--only", "userinfo/accept"], 0, ["contract: 2/2 passed"]),
        (["reference", "--only", "get/grades"], 0, None),
        (
            ["profile", "--only", "userinfo/unverified", "--excuse", "token-not-verified"],
            1,  # nothing is left to judge
            ["contract: 2 excused: token-not-verified 2", "contract: 0/0 passed"],
        ),
    ],
)
def test_the_quick_command_reports_and_nothing_else(arguments: list[str], status: int, lines: list[str] | None) -> None:
    done = run("tests.contract.inprocess", *arguments)
    told = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (status, "")
    assert told == lines if lines else told[-1].endswith(" passed")


def test_the_quick_command_tells_misses() -> None:
    done = run("tests.contract.inprocess", "profile", "--only", "userinfo/unverified/1", "--log")
    miss, total = done.stdout.splitlines()
    assert miss.startswith("userinfo/unverified/1 | GET /profile/api/userinfo as anonymous | 200 ")
    assert (total, done.returncode) == ("contract: 0/1 passed", 1)
    assert '"route":"GET /profile/api/userinfo"' in done.stderr


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--token-command", "echo"], "does not answer"),
        (["--token-command", "false"], "The token command fails for 'greta.hollister6'"),
        (["--token-command", "true"], "The token command prints nothing for 'greta.hollister6'"),
        (["--token-command", "echo", "--excuse", "bogus"], "No exchange shows the defect bogus"),
    ],
)
def test_what_cannot_run_is_a_sentence(more: list[str], told: str) -> None:
    done = run("tests.contract", "--service", "profile", "--base", f"http://127.0.0.1:{closed_port()}", *more)
    assert done.returncode == 2
    assert "passed" not in done.stdout
    assert done.stderr.startswith("contract: ")
    assert told in done.stderr
