"""The stand-in's profile: who a user is and may be, from the rows of profile's database."""

import json
from pathlib import Path

import pytest

from infra.data.seed import load
from infra.local.identity.accounts import grant, withdraw
from infra.local.identity.grants import Grants
from tests.legacy.running import Running, running
from tests.unit.legacy.asking import ask, token

USERINFO, USERUPDATE = "/profile/api/userinfo", "/profile/api/userupdate"


def test_userinfo_tells_who_a_user_is_and_may_be(legacy: Running) -> None:
    answer = ask(legacy, USERINFO, "JO ")
    assert answer.status == 200
    assert json.loads(answer.body) == {
        "userName": "Jo",
        "fullName": "null Legacy",
        "firstName": None,
        "lastName": "Legacy",
        "roles": ["Deleter"],
        "permissions": ["reference:delete:entities"],
        "gmcId": None,
        "designatedBodyCodes": ["1-A"],
        "phoneNumber": None,
        "emailAddress": "Jo@example.org",
        "permissionPolicies": [
            {
                "name": "reference:delete:entities",
                "principal": "tis:profile::user:",
                "resource": "tis:references::reference:",
                "actions": ["Delete"],
                "effect": "Allow",
            },
            {
                "name": "thing:bulk",
                "principal": "tis:profile::user:JO",
                "resource": "tis:things:::",
                "actions": ["Create", "Update"],
                "effect": "Allow",
            },
        ],
        "assignedTrusts": [{"id": 5, "trustCode": "RJ7", "trustName": "St G"}],
        "assignedProgrammes": [{"id": 77, "programmeName": None, "programmeNumber": "P1"}],
    }
    assert "cache-control" not in answer.headers
    assert ask(legacy, USERUPDATE, "jo").body == answer.body


def test_userinfo_says_none_for_what_a_user_has_not(legacy: Running) -> None:
    profile = json.loads(ask(legacy, USERINFO, "viewer").body)
    assert (profile["designatedBodyCodes"], profile["assignedTrusts"], profile["assignedProgrammes"]) == (
        ["None"],
        None,
        None,
    )


def test_userinfo_follows_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'profile.db'}"
    load(url, "profile", {})
    with running(url) as legacy:
        assert ask(legacy, USERINFO, "newcomer").status == 500
        grant(url, ["newcomer"], Grants(authorities=("reference:delete:entities",)))
        assert "reference:delete:entities" in json.loads(ask(legacy, USERINFO, "newcomer").body)["permissions"]
        withdraw(url, ["newcomer"])
        assert ask(legacy, USERINFO, "newcomer").status == 500


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "a.b.c",
        token("jo", signature=""),
        *map(token, (None, "nobody", "idle", "unsure", "bare", "%")),
    ],
)
def test_userinfo_breaks_down_on_what_the_old_one_broke_down_on(legacy: Running, text: str) -> None:
    answer = ask(legacy, USERINFO, None, Authorization=f"Bearer {text}")
    assert (answer.status, json.loads(answer.body)["message"]) == (500, "error.internalServerError")


def test_userinfo_without_a_database_knows_nobody() -> None:
    with running() as legacy:
        assert ask(legacy, USERINFO).status == 500


def test_userupdate_without_a_token_is_refused_in_its_own_way(legacy: Running) -> None:
    answer = ask(legacy, USERUPDATE, None)
    assert (answer.status, answer.body) == (401, "")


def test_writes_of_reference_ask_for_the_authority(legacy: Running) -> None:
    assert ask(legacy, "/reference/api/genders/2", "viewer", "DELETE").status == 403
    assert ask(legacy, "/reference/api/genders/2", "jo", "DELETE").status == 200


def test_lists_of_profile(legacy: Running) -> None:
    page = ask(legacy, "/profile/api/permissions?size=1&page=1", "viewer")
    assert [row["name"] for row in json.loads(page.body)] == ["profile:view:entities"]
    assert page.headers["x-total-count"] == "4"
    assert '</api/permissions?page=2&size=1>; rel="next"' in page.headers["link"]
    roles = json.loads(ask(legacy, "/profile/api/roles", "viewer").body)
    assert [(role["name"], len(role["permissions"])) for role in roles] == [
        ("Deleter", 1),
        ("Nothing", 0),
        ("Viewer", 1),
    ]
    assert json.loads(ask(legacy, "/profile/api/restricted-roles", "viewer").body) == [
        "HEE",
        "Machine User",
        "RVOfficer",
    ]
    assert ask(legacy, "/profile/api/roles", "jo").status == 403
    assert ask(legacy, "/profile/api/roles", None).status == 401


def test_userinfo_without_a_token_is_denied(legacy: Running) -> None:
    assert ask(legacy, USERINFO, None).status == 403
    assert ask(legacy, USERINFO + "/", None).status == 401
    assert ask(legacy, USERINFO, None, OIDC_access_token=token("jo")).status == 200
    assert ask(legacy, USERINFO, method="PUT").status == 405


def test_users_with_all_that_belongs_to_them(legacy: Running) -> None:
    page = json.loads(ask(legacy, "/profile/api/hee-users?size=2&page=1", "viewer").body)
    assert ([user["name"] for user in page["content"]], page["totalElements"], page["last"]) == (
        ["Jo", "unsure"],
        5,
        False,
    )
    jo = page["content"][0]
    assert [(role["name"], len(role["permissions"])) for role in jo["roles"]] == [("Deleter", 1), ("Nothing", 0)]
    assert (jo["active"], page["content"][1]["active"]) == (True, None)
    assert jo["associatedProgrammes"][0]["programmeId"] == 77
    assert jo["associatedTrusts"][0].keys() == {"id", "heeUserDTO", "trustId", "trustCode", "trustName"}
    assert json.loads(ask(legacy, "/profile/api/hee-users/jo", "viewer").body) == jo
    missing = ask(legacy, "/profile/api/hee-users/nobody", "viewer")
    assert (missing.status, missing.body) == (404, "")
    assert ask(legacy, "/profile/api/hee-users", "jo").status == 403
