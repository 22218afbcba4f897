"""Users, roles and permissions that there are not, asked for by names of every kind."""

from urllib.parse import quote

import pytest

from tests.integration.caller import Caller
from tests.integration.profile.caller import API
from tests.integration.profile.names import ODD, SCRIPTS, TOO_WIDE, paths
from tests.integration.watching import sizes


@pytest.mark.parametrize("name", [*SCRIPTS, *ODD, *TOO_WIDE, " ", "x" * 10_000], ids=lambda name: ascii(name[:20]))
def test_nobody_of_that_name(call_often: Caller, name: str) -> None:
    before = sizes(call_often.service.database, "profile")
    for path in paths("hee-users/{}", "roles/{}", "permissions/{}", name=name):
        assert (call_often("GET", path).status, call_often("DELETE", path).status) == (404, 404)
    for path in paths("hee-users/{}/ignore-case", "hee-users-with-roles/{}", name=name):
        assert (call_often("GET", path).status, call_often("GET", path).json) == (200, [])
    encoded = quote(name, safe="")
    assert call_often("GET", f"{API}/single-hee-users?username={encoded}").status == 404
    assert call_often("GET", f"{API}/hee-users?search={encoded}").status in (200, 400)
    assert call_often("GET", f"{API}/users?designatedBodyCode=1-{encoded}").json["total"] == 0
    assert sizes(call_often.service.database, "profile") == before


@pytest.mark.parametrize(
    "name",
    [*(f"unknown {one}" for one in SCRIPTS + ODD), *TOO_WIDE, "", " ", "nobody  "],
    ids=lambda name: ascii(name[:30]),
)
@pytest.mark.parametrize("path", ["userinfo", "userupdate"])
def test_a_token_of_nobody(call_often: Caller, path: str, name: str) -> None:
    found = call_often("GET", f"{API}/{path}", Authorization=f"Bearer {token_of(call_often, name)}")
    if name:
        assert (found.status, found.json) == (
            404,
            {"errorMessage": f"User with username {name} either not found or not active"},
        )
    else:
        assert found.status in (401, 404)
    assert call_often("GET", f"{API}/roles", Authorization=f"Bearer {token_of(call_often, name)}").status in (401, 403)


def token_of(call: Caller, name: str) -> str:
    """The token of a user of any name, the empty one too."""
    token: str = call.token_for(name) or ""
    return token
