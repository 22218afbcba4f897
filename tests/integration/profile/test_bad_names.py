"""Names of users, roles and permissions in every script, and names that are hardly any: whole, or refused with a word."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.integration.caller import Caller, refused, says_why
from tests.integration.profile.caller import API, trust, user
from tests.integration.profile.names import ODD, SCRIPTS, TOO_WIDE, paths
from tests.integration.watching import contents, sizes


@pytest.mark.parametrize("name", SCRIPTS + ODD, ids=ascii)
def test_a_user_lives_under_any_name(call_often: Caller, name: str) -> None:
    before = sizes(call_often.service.database, "profile")
    made = call_often("POST", f"{API}/hee-users", user(name))
    assert (made.status, made.json["name"]) == (201, name)
    assert unquote(made.headers["location"]) == f"/api/hee-users/{name}"
    assert made.headers["location"].isascii()
    assert "x-injected" not in made.headers
    token = {"Authorization": f"Bearer {call_often.token_for(name)}"}
    info = call_often("GET", f"{API}/userinfo", **token)
    assert (info.status, info.json["userName"], info.json["roles"]) == (200, name, ["HEE"])
    for path in paths("hee-users/{}", "hee-users/{}/ignore-case", name=name):
        found = call_often("GET", path)
        rows = found.json if isinstance(found.json, list) else [found.json]
        assert (found.status, [row["name"] for row in rows]) == (200, [name])
    changed = call_often("PUT", f"{API}/hee-users", user(name, firstName="b", associatedTrusts=[trust(5)]))
    assert (changed.status, changed.json["firstName"]) == (200, "b")
    listed = call_often("GET", f"{API}/hee-users?search={quote(name, safe='')}&size=2000")
    assert name in [one["name"] for one in listed.json["content"]]
    for path in paths("hee-users/{}", name=name):
        assert call_often("DELETE", path).status == 204
        left = sizes(call_often.service.database, "profile")
        assert left == {**before, "JsonPatch": before["JsonPatch"] + 1}


@pytest.mark.parametrize("name", SCRIPTS + ODD, ids=ascii)
@pytest.mark.parametrize("kind", ["roles", "permissions"])
def test_roles_and_permissions_live_under_any_name(call_often: Caller, kind: str, name: str) -> None:
    before = sizes(call_often.service.database, "profile")
    body = {"name": name, "principal": "p", "resource": "r", "actions": ["View"], "effect": "Allow", "permissions": []}
    made = call_often("POST", f"{API}/{kind}", body)
    assert (made.status, made.json["name"]) == (201, name)
    assert unquote(made.headers["location"]) == f"/api/{kind}/{name}"
    for path in paths(f"{kind}/{{}}", name=name):
        assert (call_often("GET", path).status, call_often("GET", path).json["name"]) == (200, name)
        assert call_often("DELETE", path).status == 204
        assert call_often("GET", path).status == 404
        assert sizes(call_often.service.database, "profile") == before


@pytest.mark.parametrize(
    "name", ["", "x" * 101, "é" * 101, "x" * 10_000, *TOO_WIDE, "\ud800", "a\udfffb"], ids=lambda name: ascii(name[:20])
)
def test_names_that_cannot_be_kept(call: Caller, name: str) -> None:
    before = contents(call.service.database, "profile")
    body = {"name": name, "principal": "p", "resource": "r", "actions": ["View"], "effect": "Allow", "permissions": []}
    for method in ("POST", "PUT"):
        for path, sent in (("hee-users", user(name)), ("roles", body), ("permissions", body)):
            found = call(method, f"{API}/{path}", sent)
            if name:
                assert not refused([(path, found)], 400, 404)
                assert contents(call.service.database, "profile") == before
            else:
                assert found.status in (200, 201, 404), (path, found)  # an empty name was one in the old system


@pytest.mark.parametrize("name", ["x" * 51, "x" * 100])
def test_a_name_longer_than_a_users_bodies_can_bear(call: Caller, name: str) -> None:
    before = contents(call.service.database, "profile")
    found = call("POST", f"{API}/hee-users", user(name))
    assert not refused([(name, found)], 400)
    assert contents(call.service.database, "profile") == before


@pytest.mark.parametrize("name", ["%", "_", "\\", "%:%", ":", " ", "", "user:", ":user:", "profile::user:"], ids=ascii)
def test_a_name_of_wildcards_gets_nobody_elses_policies(call: Caller, name: str) -> None:
    assert call("POST", f"{API}/hee-users", user("plain.user")).status == 201
    assert call("POST", f"{API}/hee-users", user(name)).status in (201, 400)
    plain = call("GET", f"{API}/userinfo", Authorization=f"Bearer {call.token_for('plain.user')}").json
    found = call("GET", f"{API}/userinfo", Authorization=f"Bearer {call.token_for(name)}")
    if found.status == 200:
        assert names(found.json["permissionPolicies"]) == names(plain["permissionPolicies"])


def names(rows: Iterable[dict[str, Any]]) -> list[str]:
    """The names of some rows."""
    return sorted(row["name"] for row in rows)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("jo.new", "JO.new"),
        ("jo.new", "jo.new  "),
        ("zoé.new", "zoe.NEW"),
        ("straße.new", "strase.new"),
        ("\N{LATIN SMALL LETTER DOTLESS I}.new", "i.new"),
    ],
    ids=ascii,
)
def test_one_name_in_two_spellings_is_a_conflict(call: Caller, first: str, second: str) -> None:
    assert call("POST", f"{API}/hee-users", user(first, firstName="first")).status == 201
    before = contents(call.service.database, "profile")
    for method in ("POST", "PUT"):
        found = call(method, f"{API}/hee-users", user(second, firstName="second"))
        assert found.status in (201, 409), found
        if found.status == 409:
            assert says_why(found)
            assert contents(call.service.database, "profile") == before
    found = call("GET", f"{API}/hee-users/{quote(first, safe='')}")
    assert (found.json["name"], found.json["firstName"]) == (first, "first")
