"""Every endpoint names what it asks for and what it answers, and stands in the table of routes; and the reverse."""

import re
import tomllib
from http import HTTPStatus
from pathlib import Path

import pytest

from services.reference.app import app
from shared.http.binding import RawText
from shared.http.endpoint import Endpoint
from shared.http.reply import Reply
from shared.openapi import responses
from shared.principals import PUBLIC, SIGNED_IN, Authority, Permission

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "infra" / "routes" / "reference.toml"
WITHOUT_ROUTE = {"GET /reference/actuator/health"}  # infrastructure's question, not a caller's
MODIFY, DELETE = "hasAuthority('reference:add:modify:entities')", "hasAuthority('reference:delete:entities')"
DISABLE = "PUT /reference/api/jsonPatches/{id}"
LOOK_UPS = re.compile(r"/(exists?|match(es)?|codeexists|in/query|trustmatch/\{trustCode\})/?$")


def name_of(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.template}"


ENDPOINTS = {name_of(one): one for one in app.endpoints}


def test_every_route_is_coded_and_the_reverse() -> None:
    routes = set(tomllib.loads(TABLE.read_text())["routes"])
    assert routes - ENDPOINTS.keys() == set(), "routes that nobody serves"
    assert ENDPOINTS.keys() - routes == WITHOUT_ROUTE, "endpoints without a route"


def test_safe_routes_are_the_look_ups() -> None:
    routes = tomllib.loads(TABLE.read_text())["routes"]
    safe = {name for name, route in routes.items() if isinstance(route, dict) and route.get("safe")}
    assert safe == {name for name, one in ENDPOINTS.items() if one.method == "POST" and one.allow is SIGNED_IN}
    assert len(safe) == 30


@pytest.mark.parametrize("name", ENDPOINTS)
def test_names_its_authority(name: str) -> None:
    endpoint = ENDPOINTS[name]
    if name in WITHOUT_ROUTE:
        assert endpoint.allow is PUBLIC
    elif "/rotations" in name and endpoint.method != "GET" and not LOOK_UPS.search(name):
        assert isinstance(endpoint.allow, Permission)
    elif endpoint.method == "GET" or LOOK_UPS.search(name):
        assert endpoint.allow is SIGNED_IN
    else:
        assert isinstance(endpoint.allow, Authority)
        assert str(endpoint.allow) == (DELETE if endpoint.method == "DELETE" or name == DISABLE else MODIFY)


@pytest.mark.parametrize("name", ENDPOINTS)
def test_declares_its_statuses(name: str) -> None:
    endpoint = ENDPOINTS[name]
    assert endpoint.statuses
    assert all(HTTPStatus(status) for status in endpoint.statuses)
    declared = responses(endpoint, {})
    assert {str(status) for status in endpoint.statuses} <= declared.keys()
    assert "500" not in declared


def test_says_what_it_gives() -> None:
    silent = {name for name, one in ENDPOINTS.items() if one.gives in (None, Reply) and not _gives_nothing(name, one)}
    assert silent == set()


def _gives_nothing(name: str, endpoint: Endpoint) -> bool:
    """Is success without a body: a delete, or a look-up that tells by its status?"""
    return endpoint.method == "DELETE" or name == DISABLE or endpoint.hints.get("body") is RawText


@pytest.mark.parametrize("name", ENDPOINTS)
def test_stands_where_it_says(name: str) -> None:
    path, _, line = ENDPOINTS[name].source.rpartition(":")
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    assert 1 <= int(line) <= len(lines)
    assert "seed" not in path
    assert Path(path).parts[:2] == ("services", "reference") or path == "shared/json_patches.py"
