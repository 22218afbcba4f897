"""The local issuer's tokens, its users, and what profile says of them."""

import asyncio
import json
import stat
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from infra.cli.main import main
from infra.local.gateway.pages import userinfo_pages
from infra.local.gateway.request import Request
from infra.local.identity.keys import issuer_key
from infra.local.identity.tokens import AUDIENCE, issuer_of, sign_tokens
from infra.local.identity.users import Users, append_users, record_of, userinfo_of
from shared.principals import Principal
from shared.tokens import TokenError, Verifier


def verifier(folder: Path, port: int = 8080) -> Verifier:
    return Verifier(issuer_of(port), "", AUDIENCE, fetch=lambda _: json.loads((folder / "jwks.json").read_text()))


def test_token_verifies_as_a_service_verifies_it(tmp_path: Path) -> None:
    (token,) = sign_tokens(tmp_path, issuer_of(8080), ["jo "])
    claims = verifier(tmp_path).verify(token)
    assert claims["preferred_username"] == claims["sub"] == "jo "
    assert claims["exp"] - claims["iat"] == 8 * 3600


def test_token_of_another_stack_does_not_verify(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (token,) = sign_tokens(tmp_path / "other", issuer_of(8080), ["jo"])
    issuer_key(tmp_path)
    with pytest.raises(TokenError):
        verifier(tmp_path).verify(token)


def test_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(issuer_key(tmp_path).private_numbers().d)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert stat.S_IMODE((tmp_path / "issuer.pem").stat().st_mode) == 0o600


def test_last_line_of_a_user_wins_whatever_the_case_and_trailing_blanks(tmp_path: Path) -> None:
    users = Users(tmp_path / "users.jsonl")
    assert users.get("jo") is None
    append_users(tmp_path / "users.jsonl", [record_of("jo", ["a"], [], []), record_of("", ["b"], [], [])])
    assert users.get("jo") == record_of("jo", ["a"], [], [])
    assert users.get("  ") == record_of("", ["b"], [], [])
    append_users(tmp_path / "users.jsonl", [record_of("Jo ", [], ["x:y"], [])])
    assert users.get("jo") == record_of("Jo ", [], ["x:y"], [])


def test_lines_of_many_writers_stay_whole(tmp_path: Path) -> None:
    file = tmp_path / "users.jsonl"
    threads = [
        threading.Thread(
            target=append_users, args=(file, [record_of(f"u{name}-{n}", ["a"], [], []) for n in range(50)])
        )
        for name in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({json.loads(line)["user"] for line in file.read_text().splitlines()}) == 400


def test_userinfo_is_read_by_services_as_it_was_asked_for() -> None:
    policy = "tis:references::reference:Create"
    principal = Principal.from_userinfo(userinfo_of(record_of("jo", ["a:b"], [policy], ["1-1RSSQ05"])))
    assert principal.authorities == {"a:b"}
    assert principal.policies[0].covers("tis:references::reference:", "Create")
    assert not principal.policies[0].covers("tis:references::reference:", "Delete")
    assert principal.designated_bodies == ("1-1RSSQ05",)


async def userinfo(folder: Path, *headers: tuple[str, str]) -> tuple[int, dict[str, object]] | None:
    page = userinfo_pages(Users(folder / "users.jsonl"), issuer_of(8080), AUDIENCE, folder / "jwks.json")
    answer = await page["/profile/api/userinfo"](Request("GET", "/profile/api/userinfo", list(headers)))
    return None if answer is None else (answer.status, json.loads(answer.body))


async def ask_with_each_kind_of_token(folder: Path) -> None:
    (known, unknown), (foreign,) = (
        sign_tokens(folder, issuer_of(8080), ["jo", "nobody"]),
        sign_tokens(folder, issuer_of(1), ["jo"]),
    )
    append_users(folder / "users.jsonl", [record_of("jo", ["a"], [], [])])
    first = await userinfo(folder, ("Authorization", f"Bearer {known}"))
    second = await userinfo(folder, ("OIDC_access_token", known))
    assert first == second
    assert first is not None
    assert first[0] == 200
    assert first[1]["permissions"] == ["a"]
    nobody = await userinfo(folder, ("Authorization", f"Bearer {unknown}"))
    assert nobody is not None
    assert nobody[0] == 404
    assert await userinfo(folder, ("Authorization", f"Bearer {foreign}")) is None
    assert await userinfo(folder) is None


def test_gateway_answers_userinfo_for_tokens_of_its_own_issuer_only(tmp_path: Path) -> None:
    asyncio.run(ask_with_each_kind_of_token(tmp_path))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TIS_PORT", "8123")
    (tmp_path / "services" / "reference").mkdir(parents=True)
    (tmp_path / "services" / "reference" / "app.py").touch()
    return tmp_path / ".tis" / "8123"


def test_token_command_makes_numbered_users_with_a_token_each(project: Path) -> None:
    command = ["token", "--user", "jo", "--authority", "a:b", "--policy", "x:y:Do", "--designated-body", "1-A"]
    result = CliRunner().invoke(main, [*command, "--count", "3"], catch_exceptions=False)
    tokens = result.stdout.splitlines()
    assert [verifier(project, 8123).verify(token)["sub"] for token in tokens] == ["jo0", "jo1", "jo2"]
    assert Users(project / "users.jsonl").get("jo2") == record_of("jo2", ["a:b"], ["x:y:Do"], ["1-A"])


def test_token_command_takes_an_empty_name_and_speaks_json(project: Path) -> None:
    result = CliRunner().invoke(main, ["token", "--user", "", "--json"], catch_exceptions=False)
    told = json.loads(result.stdout)
    assert told["user"] == ""
    assert verifier(project, 8123).verify(told["token"])["preferred_username"] == ""


@pytest.mark.parametrize(
    "arguments", [["--policy", "Create"], ["--policy", "a:"], ["--count", "0"], ["--count", "x"], ["--nonsense"]]
)
def test_token_command_refuses_what_it_cannot_read(project: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(main, ["token", "--user", "jo", *arguments])
    assert result.exit_code == 2
    assert not (project / "users.jsonl").exists()


def test_token_command_makes_nothing_outside_of_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["token", "--user", "jo"])
    assert (result.exit_code, "no TIS project" in result.stderr) == (1, True)
    assert not list(tmp_path.iterdir())


def test_port_that_is_none_is_a_sentence(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_PORT", "many")
    result = CliRunner().invoke(main, ["token", "--user", "jo"])
    assert (result.exit_code, result.stderr) == (1, "Error: TIS_PORT must be a port between 1 and 65535, not 'many'.\n")
    assert not project.exists()
