"""Which resource API Gateway chooses; the first cases are what others measured on real REST APIs."""

from typing import Any

import pytest

from infra.routing.compiled.matcher import ANY, INTEGRATION, Matched, Matcher


def document(*operations: str) -> dict[str, Any]:
    """A document of operations such as `GET /users/{id}`."""
    paths: dict[str, Any] = {}
    for one in operations:
        method, _, path = one.partition(" ")
        paths.setdefault(path, {})[ANY if method == "ANY" else method.lower()] = {INTEGRATION: {"uri": one}}
    return {"paths": paths}


MEASURED = document(
    *("GET /users/{userId}", "PATCH /users/me", "GET /things/real", "ANY /things/{proxy+}", "ANY /other/{proxy+}"),
    *("GET /roles/{roleId}", "POST /roles/provision"),
)
ROUTED = document("ANY /{proxy+}", "GET /jobs/{operation}", "OPTIONS /cors", "ANY /a", "GET /a/{b}/c", "ANY /a/x/d")


@pytest.mark.parametrize(
    ("asked", "resource", "parameters"),
    [
        ("GET /users/me", "/users/{userId}", {"userId": "me"}),
        ("PATCH /users/me", "/users/me", {}),
        ("GET /users/abc123", "/users/{userId}", {"userId": "abc123"}),
        ("POST /users/me", None, {}),
        ("POST /roles/provision", "/roles/provision", {}),
        ("GET /roles/provision", "/roles/{roleId}", {"roleId": "provision"}),
        ("GET /things/real", "/things/real", {}),
        ("POST /things/real", "/things/{proxy+}", {"proxy": "real"}),
        ("GET /users", None, {}),
        ("GET /users/me/", "/users/{userId}", {"userId": "me"}),
        ("GET /other", None, {}),
        ("GET /other/", None, {}),
        ("GET /other/a/b", "/other/{proxy+}", {"proxy": "a/b"}),
        ("GET /things/a%2Fb", "/things/{proxy+}", {"proxy": "a%2Fb"}),
        ("GET /users/a%20b", "/users/{userId}", {"userId": "a%20b"}),
        ("GET /%75sers/x;y=z", "/users/{userId}", {"userId": "x;y=z"}),
        ("GET /things/../users/%7Bid%7D", "/users/{userId}", {"userId": "%7Bid%7D"}),
        ("TRACE /things/real", None, {}),
    ],
)
def test_resource_is_chosen(asked: str, resource: str | None, parameters: dict[str, str]) -> None:
    found = matched(MEASURED, asked)
    assert (found.resource if found else None, found.parameters if found else {}) == (resource, parameters)


@pytest.mark.parametrize(
    ("asked", "called"),
    [
        ("GET /jobs/reboot", "GET /jobs/{operation}"),
        ("GET /jobs", "ANY /{proxy+}"),
        ("POST /jobs/reboot", "ANY /{proxy+}"),
        ("GET /cors", "ANY /{proxy+}"),
        ("OPTIONS /cors", "OPTIONS /cors"),
        ("GET /a/x/c", "GET /a/{b}/c"),
        ("GET /a/x/d", "ANY /a/x/d"),
        ("GET /a/x", "ANY /{proxy+}"),
        ("HEAD /a/x/c", "ANY /{proxy+}"),
    ],
)
def test_resource_without_the_method_is_passed_over(asked: str, called: str) -> None:
    found = matched(ROUTED, asked)
    assert found is not None
    assert found.integration["uri"] == called
    assert found.method == called.partition(" ")[0]


def test_root_is_a_resource() -> None:
    both = document("GET /", "ANY /{proxy+}")
    for path in ("/", "/.", "/a/.."):
        found = matched(both, f"GET {path}")
        assert found is not None
        assert found.resource == "/"
    assert matched(both, "POST /") is None


@pytest.mark.parametrize(
    "paths", [("/a/{b}", "/a/{c}/d"), ("/a/{b}", "/a/{proxy+}"), ("/{proxy+}", "/{b}/c"), ("/{proxy+}/d",)]
)
def test_what_api_gateway_refuses_is_refused(paths: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"only one can be|nothing can follow"):
        Matcher(document(*(f"GET {path}" for path in paths)))


def matched(of: dict[str, Any], asked: str) -> Matched | None:
    method, _, path = asked.partition(" ")
    return Matcher(of).match(method, path)
