"""Users and roles whose parts are none: refused with a word, and nothing is written."""

from typing import Any

import pytest

from tests.integration.caller import FOUR_BYTES, Caller, refused
from tests.integration.profile.caller import API, trust, user
from tests.integration.watching import contents


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("role", ["no such role", "", " ", "%", "HEE\0", "Владимир"], ids=ascii)
def test_a_role_that_does_not_exist(call: Caller, method: str, role: str) -> None:
    before = contents(call.service.database, "profile")
    found = call(method, f"{API}/hee-users", user("new.user", roles=[{"name": "HEE"}, {"name": role}]))
    assert (found.status, found.json["message"]) == (400, f"Invalid Role name: {role}")
    assert contents(call.service.database, "profile") == before


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "roles",
    [[None], [{}], [{"name": None}], [[]], ["HEE"], "HEE", {}, 7, [{"name": {}}], [{"name": FOUR_BYTES}]],
    ids=str,
)
def test_roles_that_are_none(call_often: Caller, method: str, roles: Any) -> None:
    before = contents(call_often.service.database, "profile")
    assert not refused([(str(roles), call_often(method, f"{API}/hee-users", user("new.user", roles=roles)))], 400)
    assert contents(call_often.service.database, "profile") == before


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "permissions",
    [
        [None],
        [{}],
        [{"name": None, "actions": []}],
        [{"name": "no such", "actions": []}],
        [{"name": "post:view"}],
        ["a"],
        7,
    ],
    ids=str,
)
def test_permissions_that_are_none(call_often: Caller, method: str, permissions: Any) -> None:
    before = contents(call_often.service.database, "profile")
    for name in ("HEE", "new role"):
        found = call_often(method, f"{API}/roles", {"name": name, "permissions": permissions})
        assert not refused([(str(permissions), found)], 400, 404)
    assert contents(call_often.service.database, "profile") == before


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "links", [[None], [{}], [{"trustId": None}], [7], [[]], {}, "x", [{"trustId": 2**63}]], ids=str
)
@pytest.mark.parametrize("field", ["associatedTrusts", "associatedProgrammes"])
def test_links_that_are_none(call_often: Caller, method: str, field: str, links: Any) -> None:
    before = contents(call_often.service.database, "profile")
    assert not refused([(str(links), call_often(method, f"{API}/hee-users", user("new.user", **{field: links})))], 400)
    assert contents(call_often.service.database, "profile") == before


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize(
    "fields",
    [
        {"lastName": None},
        {"emailAddress": None},
        {"lastName": "x" * 51},
        {"firstName": "x" * 71},
        {"gmcId": "12345678"},
        {"phoneNumber": "1" * 21},
        {"emailAddress": "x" * 101},
        {"designatedBodyCodes": ["x" * 51]},
        {"designatedBodyCodes": [None]},
        {"associatedTrusts": [trust(5), {**trust(6), "trustName": None}]},
        {"associatedProgrammes": [{"programmeId": 5, "programmeName": "a", "programmeNumber": None}]},
    ],
    ids=str,
)
def test_a_user_whose_columns_cannot_hold_it(call_often: Caller, method: str, fields: dict[str, Any]) -> None:
    before = contents(call_often.service.database, "profile")
    existing = call_often("GET", f"{API}/hee-users?size=1").json["content"][0]["name"]
    for name in ("new.user", existing):
        assert not refused([(name, call_often(method, f"{API}/hee-users", user(name, **fields)))], 400)
    assert contents(call_often.service.database, "profile") == before
