"""`tis token`, with and without a stack that runs."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import jwt
import pytest
from click.testing import CliRunner, Result

from infra.cli.main import main
from infra.cli.standing import ADMINISTRATOR
from infra.data.seed import load
from infra.local.identity.keys import KEYCLOAK
from infra.local.stack.folder import StackFolder
from tests.legacy.accounts import Accounts
from tests.unit.local.fakes import running_fakes

PORT = 8123


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stack of a project, which is the current folder, keeps what it needs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIS_PORT", str(PORT))
    (tmp_path / "services" / "reference").mkdir(parents=True)
    (tmp_path / "services" / "reference" / "app.py").touch()
    return tmp_path / ".tis" / str(PORT)


@pytest.fixture
def database(folder: Path) -> Iterator[str]:
    """Profile's database, in a stack that runs as far as the command can see."""
    stack = StackFolder.of(PORT)
    url = f"sqlite:///{folder / 'profile.db'}"
    load(url, "profile", {})
    with stack.lock(), running_fakes(folder) as cognito:
        stack.tell({"cognito": cognito, "databases": {"profile": url}})
        yield url


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["token", *arguments], catch_exceptions=False)


def names_in(result: Result) -> list[Any]:
    tokens = result.stdout.splitlines()
    return [jwt.decode(token, options={"verify_signature": False})["preferred_username"] for token in tokens]


def seed_with(url: str, role: str) -> None:
    """Profile's rows with a user `admin`, who has a role, and with the role HEE."""
    roles = [{"name": name} for name in dict.fromkeys((role, "HEE"))]
    account = {"name": "admin", "firstName": "Ad", "lastName": "Min", "emailAddress": "", "active": True}
    held = {"name": "p", "type": "t", "principal": "q", "resource": "r:", "actions": "Do", "effect": "Allow"}
    rows: dict[str, list[dict[str, Any]]] = {
        "Permission": [held],
        "Role": roles,
        "RolePermission": [{"roleName": role, "permissionName": "p"}],
        "HeeUser": [account],
        "UserRole": [{"userName": "admin", "roleName": role}],
    }
    load(url, "profile", rows)


def find(url: str, name: str) -> dict[str, Any] | None:
    with closing(Accounts(url)) as accounts:
        return accounts.find(name)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("issuer", [[], ["--issuer", KEYCLOAK]])
def test_numbered_users_get_a_token_each(issuer: list[str]) -> None:
    result = run("--user", "jo ", "--count", "3", *issuer)
    assert (names_in(result), result.stderr) == (["jo 0", "jo 1", "jo 2"], "")


def test_every_flag_reaches_profile(database: str) -> None:
    flags = ["--authority", "a:b", "--policy", "x:y:Do", "--designated-body", "1-A", "--role", "R", "--role", "S"]
    run("--user", "jo", *flags, "--trust", "5", "--programme", "7", "--programme", "8")
    info = find(database, "jo")
    assert info is not None
    assert "a:b" in info["permissions"]
    assert {"R", "S"} < set(info["roles"])
    assert ("x:y:", ["Do"]) in [(policy["resource"], policy["actions"]) for policy in info["permissionPolicies"]]
    assert info["designatedBodyCodes"] == ["1-A"]
    assert [trust["id"] for trust in info["assignedTrusts"]] == [5]
    assert [programme["id"] for programme in info["assignedProgrammes"]] == [7, 8]


def test_a_token_without_flags_takes_away_what_an_earlier_one_gave(database: str) -> None:
    run("--user", "jo", "--authority", "a:b")
    assert find(database, "jo")
    result = run("--user", "jo")
    assert (names_in(result), find(database, "jo")) == (["jo"], None)


def test_an_administrator_is_not_replaced_unless_that_is_meant(database: str) -> None:
    seed_with(database, ADMINISTRATOR)
    refused = run("--user", "Admin ", "--role", "HEE")
    assert (refused.exit_code, refused.stdout) == (4, "")
    assert "'admin' administrates users in profile" in refused.stderr
    info = find(database, "admin")
    assert info is not None
    assert info["roles"] == [ADMINISTRATOR]
    meant = run("--user", "admin", "--role", "HEE", "--yes")
    assert names_in(meant) == ["admin"]
    assert "had not made them: 'admin'" in meant.stderr
    assert run("--user", "admin", "--role", "HEE").stderr == ""  # he is ours now
    info = find(database, "admin")
    assert info is not None
    assert ADMINISTRATOR not in info["roles"]


def test_another_user_of_the_seed_is_replaced_with_a_word(database: str) -> None:
    seed_with(database, "ETL")
    result = run("--user", "admin", "--role", "ETL")
    assert names_in(result) == ["admin"]
    assert "had not made them: 'admin'. `tis seed --service profile`" in result.stderr


@pytest.mark.usefixtures("database")
def test_a_role_that_did_not_exist_is_told_of_once() -> None:
    assert "There was no role 'Rx': it is made" in run("--user", "jo", "--role", "Rx").stderr
    assert run("--user", "jo", "--role", "rX").stderr == ""


@pytest.mark.usefixtures("database")
def test_an_empty_name_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run("--user", "", "--json").stdout)
    assert told["user"] == ""
    assert jwt.decode(told["token"], options={"verify_signature": False})["preferred_username"] == ""
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("issuer", [[], ["--issuer", KEYCLOAK]])
def test_without_a_stack_a_plain_token_comes_with_a_hint(issuer: list[str]) -> None:
    result = run("--user", "jo", *issuer)
    assert names_in(result) == ["jo"]
    assert f"No stack runs on port {PORT}" in result.stderr


@pytest.mark.usefixtures("folder")
def test_without_a_stack_there_is_nowhere_to_write_grants() -> None:
    result = run("--user", "jo", "--authority", "a:b")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"No stack runs on port {PORT}" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--policy", "Create"],
        ["--policy", "a:"],
        ["--policy", "a:b,c"],
        ["--count", "0"],
        ["--count", "x"],
        ["--trust", "x"],
        ["--programme", "-1"],
        ["--issuer", "nobody"],
        ["--role", "r" * 101],
        ["--role", ""],
        ["--authority", " "],
        ["--designated-body", ""],
        ["--user", "\udcff"],
        ["--nonsense"],
    ],
)
def test_what_cannot_be_read_is_refused(folder: Path, arguments: list[str]) -> None:
    assert run("--user", "jo", *arguments).exit_code == 2
    assert not folder.exists()


def test_nothing_is_made_outside_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("--user", "jo")
    assert (result.exit_code, "no TIS project" in result.stderr) == (1, True)
    assert not list(tmp_path.iterdir())


def test_port_that_is_none_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_PORT", "many")
    result = run("--user", "jo")
    assert result.exit_code == 2
    assert "Error: TIS_PORT must be a port between 1 and 65535, not 'many'.\n" in result.stderr
    assert not folder.exists()
