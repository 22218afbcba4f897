"""The departures of the profile service from the old one, a test for each of docs/departures.md by its name."""

import json
from typing import Any

import jwt
import pytest

from tests.events import Answer
from tests.identity import Issuer
from tests.integration.caller import Caller

API = "/profile/api"
ADMIN, OBSERVER, ETL = "greta.hollister6", "wojtek.vanstone2", "consolidated_etl"
BLANK = "two words"
PERMISSION = {
    "name": "some:view",
    "principal": "tis:profile::user:",
    "resource": "tis:some::thing:",
    "actions": ["View"],
    "effect": "Allow",
}
TRUST = {"trustId": 900, "trustCode": "RX0", "trustName": "St A's"}


def user(name: str, **fields: Any) -> dict[str, Any]:
    """A user's body."""
    standing = {"lastName": "Comer", "emailAddress": "a@b.example", "active": True}
    lists: dict[str, Any] = {"roles": [], "associatedTrusts": [], "associatedProgrammes": []}
    return {"name": name, **standing, **lists, **fields}


def stored(call: Caller, name: str) -> Any:
    """A user as the service tells of one."""
    (found,) = call("GET", f"{API}/hee-users/{name}/ignore-case", user=OBSERVER).json
    return found


def patches(call: Caller) -> int:
    """How many patches there are."""
    return int(call("GET", f"{API}/jsonPatches?size=1", user=OBSERVER).headers["x-total-count"])


@pytest.mark.parametrize("path", ["userinfo", "userupdate"])
def test_departure_token_not_verified(call_profile: Caller, path: str) -> None:
    for token in (
        jwt.encode({"preferred_username": ADMIN}, "", algorithm="none"),
        jwt.encode({"preferred_username": ADMIN}, "secret" * 8, algorithm="HS256"),
    ):
        assert call_profile("GET", f"{API}/{path}", user="anonymous", Authorization=f"Bearer {token}").status == 401


@pytest.mark.parametrize("path", ["userinfo", "roles", "hee-users", "jsonPatches"])
def test_departure_language_500(call_profile: Caller, path: str) -> None:
    answer = call_profile("GET", f"{API}/{path}?language=cy", user=ADMIN)
    assert (answer.status, answer.headers.get("set-cookie")) == (200, None)


@pytest.mark.parametrize(
    ("path", "body"),
    [("hee-users", user(BLANK)), ("roles", {"name": BLANK}), ("permissions", {**PERMISSION, "name": BLANK})],
)
def test_departure_blank_name_saves(call_profile: Caller, path: str, body: Any) -> None:
    answer = call_profile("POST", f"{API}/{path}", body, user=ADMIN)
    assert (answer.status, answer.headers["location"]) == (201, f"/api/{path}/two%20words")
    assert call_profile("GET", f"{API}/{path}/two%20words", user=OBSERVER).json["name"] == BLANK


@pytest.mark.parametrize("sent", [{"associatedTrusts": None}, {}])
def test_departure_trusts_null_saves(call_profile: Caller, sent: dict[str, Any]) -> None:
    body = {name: value for name, value in user("new.one").items() if name != "associatedTrusts"} | sent
    assert call_profile("POST", f"{API}/hee-users", body, user=ADMIN).status == 201
    assert stored(call_profile, "new.one")["associatedTrusts"] == []


def test_departure_trusts_doubled(call_profile: Caller) -> None:
    call_profile("POST", f"{API}/hee-users", user("new.one", associatedTrusts=[TRUST]), user=ADMIN)
    (trust,) = stored(call_profile, "new.one")["associatedTrusts"]
    assert trust["trustCode"] == "RX0"


def test_departure_post_existing(call_profile: Caller) -> None:
    call_profile("POST", f"{API}/hee-users", user("new.one", associatedTrusts=[TRUST]), user=ADMIN)
    again = user("new.one", firstName="Again")
    assert call_profile("POST", f"{API}/hee-users", again, user=ADMIN).status == 201
    found = stored(call_profile, "new.one")
    assert (found["firstName"], found["associatedTrusts"]) == ("Again", [])


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_departure_name_case(call_profile: Caller, method: str) -> None:
    before = stored(call_profile, ADMIN)
    answer = call_profile(method, f"{API}/hee-users", user(ADMIN.upper()), user=ADMIN)
    assert answer.status == 409
    assert ADMIN in answer.json["description"]
    assert stored(call_profile, ADMIN) == before


def test_departure_role_case(call_profile: Caller) -> None:
    call_profile("POST", f"{API}/hee-users", user("new.one", roles=[{"name": "TCSOBSERVER"}]), user=ADMIN)
    (role,) = stored(call_profile, "new.one")["roles"]
    assert role["name"] == "TcsObserver"
    assert role["permissions"]


def test_departure_get_writes_none(call_profile: Caller) -> None:
    listed = f"{API}/users?designatedBodyCode=None"
    before = call_profile("GET", listed, user="umar.ravenscroft").json["total"]
    name = "farouk.greenhalgh@south55.example"
    assert call_profile("GET", f"{API}/hee-users/{name}", user=OBSERVER).json["designatedBodyCodes"] == ["None"]
    assert call_profile("GET", listed, user="umar.ravenscroft").json["total"] == before


UPDATES = {
    "roles": ({"name": "TcsObserver", "permissions": []}, "TcsObserver", 200),
    "permissions": ({**PERMISSION, "name": "post:view"}, "post:view", 201),
}


def put_twice(call: Caller, path: str) -> tuple[Answer, Answer]:
    """An update of a row that is there, and of one that is not."""
    body, _, _ = UPDATES[path]
    missing = {**body, "name": "no.such"}
    return call("PUT", f"{API}/{path}", body, user=ADMIN), call("PUT", f"{API}/{path}", missing, user=ADMIN)


def test_departure_put_roles_500(call_profile: Caller) -> None:
    before = patches(call_profile)
    there, missing = put_twice(call_profile, "roles")
    assert (there.status, missing.status, patches(call_profile)) == (200, 404, before + 1)
    assert call_profile("GET", f"{API}/roles/TcsObserver", user=OBSERVER).json["permissions"] == []
    made = call_profile("PUT", f"{API}/roles", {"name": "no.such"}, user=ETL)
    assert (made.status, patches(call_profile)) == (201, before + 1)


def test_departure_put_permissions_500(call_profile: Caller) -> None:
    before = patches(call_profile)
    there, missing = put_twice(call_profile, "permissions")
    assert (there.status, missing.status, patches(call_profile)) == (201, 404, before + 1)
    assert call_profile("PUT", f"{API}/permissions", PERMISSION, user=ETL).status == 201


def test_departure_patch_delete_500(call_profile: Caller) -> None:
    answer = call_profile("PUT", f"{API}/jsonPatches/40", user=ADMIN)
    assert (answer.status, answer.body, answer.headers["x-profileapp-alert"]) == (
        200,
        "",
        "profileApp.jsonPatch.deleted",
    )
    assert call_profile("GET", f"{API}/jsonPatches/40", user=OBSERVER).json["enabled"] is False
    assert call_profile("PUT", f"{API}/jsonPatches/987654", user=ADMIN).status == 404


def test_departure_audit_before_refusal(call_profile: Caller) -> None:
    before = patches(call_profile)
    for refused in (
        user(ADMIN, gmcId="12345678"),
        user(ADMIN, roles=[{"name": "no such"}]),
        user(ADMIN, lastName=None),
    ):
        assert call_profile("PUT", f"{API}/hee-users", refused, user=ADMIN).status == 400
    assert patches(call_profile) == before


def test_departure_active_null(call_profile: Caller) -> None:
    (trainee,) = call_profile("GET", f"{API}/trainee-id/1-NULL/mappings", user=ETL).json["content"]
    assert trainee["active"] is None


@pytest.mark.parametrize("name", ["nobody.south55", "", "ines.winterbourne", "priya.greenhalgh8"])
def test_departure_nobody_is_404(call_profile: Caller, name: str) -> None:
    for path in ("userinfo", "userupdate"):
        answer = call_profile("GET", f"{API}/{path}", user=name)
        assert answer.status == 404
        assert json.loads(answer.body) == {"errorMessage": f"User with username {name} either not found or not active"}


@pytest.mark.parametrize("name", ["", "user:", ":user:", "profile::user:"])
def test_departure_own_policies_need_a_name(call_profile: Caller, issuer: Issuer, name: str) -> None:
    held = [{"name": "TcsObserver"}]
    assert call_profile("POST", f"{API}/hee-users", user(name, roles=held), user=ADMIN).status == 201
    token = f"Bearer {issuer.token(name)}"
    told = call_profile("GET", f"{API}/userinfo", user="anonymous", Authorization=token).json
    assert {policy["name"] for policy in told["permissionPolicies"]} == set(told["permissions"])


def test_departure_accents_tell_users_apart(call_profile: Caller, issuer: Issuer) -> None:
    assert (
        call_profile("POST", f"{API}/hee-users", user("jose", roles=[{"name": "TcsObserver"}]), user=ADMIN).status
        == 201
    )
    for name, status in (("jose", 200), ("JOSE ", 200), ("jos\u00e9", 404)):
        token = f"Bearer {issuer.token(name)}"
        assert call_profile("GET", f"{API}/userinfo", user="anonymous", Authorization=token).status == status


@pytest.mark.parametrize("path", ["jsonPatches", "jsonPatches/40", "jsonPatches/updateType/PostDTO"])
def test_departure_nobody_reads_no_patches(call_profile: Caller, path: str) -> None:
    for name in ("nobody.south55", "ines.winterbourne", "priya.greenhalgh8"):
        assert call_profile("GET", f"{API}/{path}", user=name).status == 403


def test_departure_links_stay_with_their_owner(call_profile: Caller) -> None:
    owner = stored(call_profile, ADMIN)
    (taken, *_) = owner["associatedTrusts"]
    answer = call_profile("POST", f"{API}/hee-users", user("new.one", associatedTrusts=[taken]), user=ADMIN)
    assert answer.status == 201
    assert answer.json["associatedTrusts"][0]["id"] != taken["id"]
    assert stored(call_profile, ADMIN) == owner
