"""What `tis token` grants is what both sides' userinfo say; tokens count after a restart; services may start live."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Reply, Stack, make_project, tis

pytestmark = pytest.mark.stack

USERINFO = "/profile/api/userinfo"
SIDES = {"old": USERINFO, "new": f"/_fn/profile{USERINFO}"}  # the route is at legacy: the stand-in answers


def ask(stack: Stack, target: str, token: str) -> Reply:
    return stack.ask(target, headers={"Authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("authority", "reference:add:modify:entities", lambda info: info["permissions"]),
        (
            "policy",
            "tis:own::thing:Do",
            lambda info: [policy["resource"] + policy["actions"][0] for policy in info["permissionPolicies"]],
        ),
        ("designated_body", "1-1RSSQ05", lambda info: info["designatedBodyCodes"]),
        ("role", "ReferenceAdmin", lambda info: info["roles"]),
        ("trust", "5", lambda info: [str(trust["id"]) for trust in info["assignedTrusts"]]),
        ("programme", "7", lambda info: [str(programme["id"]) for programme in info["assignedProgrammes"]]),
    ],
)
def test_every_flag_is_in_userinfo_of_both_sides(
    stack: Stack, option: str, value: str, told: Callable[[Any], Any]
) -> None:
    token = stack.token(f"with {option}  ", **{option: value})
    infos = {side: json.loads(ask(stack, target, token).body) for side, target in SIDES.items()}
    for info in infos.values():
        assert info["userName"] == f"with {option}  "
        assert value in told(info)
    for name, mine in infos["new"].items():
        theirs = infos["old"][name]
        assert mine == theirs or sorted(map(str, mine)) == sorted(map(str, theirs)), name


def test_a_plain_token_grants_nothing_and_takes_back(stack: Stack) -> None:
    assert ask(stack, SIDES["new"], stack.token("plain", authority="a:b")).status == 200
    assert ask(stack, SIDES["new"], stack.token("plain")).status == 404


def test_the_seeds_administrator_stays_unless_that_is_meant(stack: Stack) -> None:
    before = ask(stack, SIDES["new"], stack.token("tis.administrator")).body
    done = tis(stack.project, stack.port, "token", "--user", "tis.administrator", "--role", "HEE")
    assert (done.returncode, done.stdout) == (4, "")
    assert "If that is meant, add --yes." in done.stderr
    assert ask(stack, SIDES["new"], stack.token("tis.administrator")).body == before


def test_commands_at_once_all_count(stack: Stack) -> None:
    names = [f"at once {number}" for number in range(4)]
    with ThreadPoolExecutor(len(names)) as threads:
        tokens = list(threads.map(lambda name: stack.token(name, authority="at:once", role="Made At Once"), names))
    infos = [json.loads(ask(stack, SIDES["new"], token).body) for token in tokens]
    assert [info["userName"] for info in infos] == names
    assert all("Made At Once" in info["roles"] and "at:once" in info["permissions"] for info in infos)


def test_live_services_and_tokens_outlive_a_restart(
    tmp_path: Path, run: Callable[..., Stack], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_project(tmp_path)
    first = run(project, "--live", "profile")
    tokens = [first.token("jo", designated_body="1-1RSSQ05", issuer=issuer) for issuer in ("cognito", "keycloak")]
    replies = [ask(first, USERINFO, token) for token in tokens]
    assert {(reply.status, reply.headers["x-tis-served-by"]) for reply in replies} == {(200, "profile")}
    assert ask(first, "/reference/api/sites?size=1", tokens[0]).headers["x-tis-served-by"] == "legacy"
    first.end()
    monkeypatch.setattr("tests.e2e.conftest.free_port", lambda: first.port)
    second = run(project)
    assert [ask(second, USERINFO, token).body for token in tokens] == [reply.body for reply in replies]
    assert ask(second, USERINFO, tokens[0]).headers["x-tis-served-by"] == "profile"
