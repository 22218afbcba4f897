"""Every endpoint names what it asks for and what it answers, and stands in the table of routes; and the reverse."""

import re
import tomllib
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from shared.http.binding import RawText
from shared.http.endpoint import Endpoint
from shared.http.reply import Reply
from shared.openapi import responses
from shared.principals import PUBLIC, SIGNED_IN, Authority, Permission
from tests.endpoints import ROOT, coded_endpoints, name_of

WITHOUT_ROUTE = {"GET /reference/actuator/health"}  # infrastructure's question, not a caller's
MODIFY, DELETE = "hasAuthority('reference:add:modify:entities')", "hasAuthority('reference:delete:entities')"
DISABLE = "/api/jsonPatches/{id}"
LOOK_UPS = re.compile(r"/(exists?|match(es)?|codeexists|in/query|trustmatch/\{trustCode\})/?$")
SERVICES = coded_endpoints()
ENDPOINTS = {name_of(one): one for endpoints in SERVICES.values() for one in endpoints}
REFERENCE = [name_of(one) for one in SERVICES["reference"]]


def routes_of(service: str) -> dict[str, Any]:
    """What stands in a service's table of routes."""
    table: dict[str, Any] = tomllib.loads((ROOT / "infra" / "routes" / f"{service}.toml").read_text())["routes"]
    return table


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_coded_and_the_reverse(service: str) -> None:
    routes, coded = set(routes_of(service)), set(map(name_of, SERVICES[service]))
    assert routes - coded == set(), f"routes of infra/routes/{service}.toml that nobody serves"
    assert coded - routes - WITHOUT_ROUTE == set(), f"endpoints without a route in infra/routes/{service}.toml"


def test_what_has_no_route_is_coded_and_open_to_all() -> None:
    assert all(ENDPOINTS[name].allow is PUBLIC for name in WITHOUT_ROUTE)


def test_safe_routes_of_reference_are_the_look_ups() -> None:
    routes = routes_of("reference")
    safe = {name for name, route in routes.items() if isinstance(route, dict) and route.get("safe")}
    coded = SERVICES["reference"]
    assert safe == {name_of(one) for one in coded if one.method == "POST" and one.allow is SIGNED_IN}
    assert len(safe) >= 30


@pytest.mark.parametrize("name", sorted(set(REFERENCE) - WITHOUT_ROUTE))
def test_endpoint_of_reference_names_its_authority(name: str) -> None:
    endpoint = ENDPOINTS[name]
    if "/rotations" in name and endpoint.method != "GET" and not LOOK_UPS.search(name):
        assert isinstance(endpoint.allow, Permission)
    elif endpoint.method == "GET" or LOOK_UPS.search(name):
        assert endpoint.allow is SIGNED_IN
    else:
        assert isinstance(endpoint.allow, Authority)
        assert str(endpoint.allow) == (DELETE if endpoint.method == "DELETE" or disables(endpoint) else MODIFY)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_declares_its_statuses(name: str) -> None:
    endpoint = ENDPOINTS[name]
    assert endpoint.statuses
    assert all(HTTPStatus(status) for status in endpoint.statuses)
    declared = responses(endpoint, {})
    assert {str(status) for status in endpoint.statuses} <= declared.keys()
    assert "500" not in declared


@pytest.mark.parametrize("name", ENDPOINTS)
def test_says_what_it_gives(name: str) -> None:
    assert ENDPOINTS[name].gives not in (None, Reply) or gives_nothing(ENDPOINTS[name])


def gives_nothing(endpoint: Endpoint) -> bool:
    """Is success without a body: a delete, or a look-up that tells by its status?"""
    return endpoint.method == "DELETE" or disables(endpoint) or endpoint.hints.get("body") is RawText


def disables(endpoint: Endpoint) -> bool:
    """Does it disable a JSON patch, which is a delete by another name?"""
    return endpoint.method == "PUT" and endpoint.template.endswith(DISABLE)


@pytest.mark.parametrize("service", SERVICES)
def test_stands_where_it_says(service: str) -> None:
    for endpoint in SERVICES[service]:
        path, _, line = endpoint.source.rpartition(":")
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        assert 1 <= int(line) <= len(lines), name_of(endpoint)
        assert "seed" not in path
        assert Path(path).parts[:2] == ("services", service) or path == "shared/json_patches.py"
