"""Names of users, roles and permissions in every script, and names that are hardly any: whole, or refused with a word."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, unquote

import pytest

from tests.integration.caller import FOUR_BYTES, Caller, refused, says_why
from tests.integration.profile.caller import API, trust, user
from tests.integration.watching import contents, sizes

SCRIPTS = (
    "Zoë Ångström",
    "Владимир",
    "Ελένη",
    "محمد",
    "דוד",
    "山田太郎",
    "김철수",
    "สมชาย",
    "राम",
    "ՀԱՅԿ",
    "e\u0301",  # é in two signs
    "İstanbul",
    "straße",
    "ﬁne",
    "\u200bzero\u200dwidth",
    "\u202eright to left",
    "\ufffd",
)
ODD = (
    "jo.hill@nhs.uk",
    "jo+hill@nhs.uk",
    "a.b.c.zip",
    "...",
    ".hidden",
    "two words",
    " before",
    "%",
    "100%",
    "%41",
    "%zz",
    "_",
    "a_b",
    "'",
    '"',
    "`",
    "o'brien",
    "'; DROP TABLE HeeUser; --",
    "a,b",
    "a;b",
    "a/b",
    "a\\b",
    "a?b",
    "a#b",
    "a&b=c",
    "<b>",
    "{a}",
    "[a]",
    "a|b^c",
    "~",
    "null",
    "None",
    "true",
    "0",
    "\x01",
    "\x7f",
    "a\tb",
    "a\nb",
    "a\r\nX-Injected: yes",
    "x" * 50,
)
UNSENDABLE = ("/", "\\", ";", "%", "\x00")  # the old firewall's signs: no path may hold them
TOO_WIDE = (FOUR_BYTES, f"a{FOUR_BYTES}b", "\U0001d4a5\U0001d45c", "𠮷野家", "\U0001f468\u200d\U0001f469")


def paths(*templates: str, name: str) -> list[str]:
    """Paths with a name in them; none where no path can hold it."""
    if any(sign in name for sign in UNSENDABLE) or name in (".", ".."):
        return []
    return [f"{API}/{template.format(quote(name, safe=''))}" for template in templates]


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
        assert found.status == 200
        assert name in str(found.json) or "\\" in ascii(name)
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


@pytest.mark.parametrize(
    "name",
    [
        *("%", "_", "\\", "%:%", ":", "user:", " "),
        pytest.param("", marks=pytest.mark.xfail(reason="every principal ends in a colon and nothing")),
    ],
    ids=ascii,
)
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
