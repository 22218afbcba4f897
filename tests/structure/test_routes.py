"""infra/routes against what there is: every endpoint of the old system, and every one that is coded."""

from collections import Counter
from importlib import import_module
from typing import Any

import pytest

from infra.build.manifest import ROOT
from infra.routing import read_files
from infra.routing.files import FOLDER, anonymous, line_of
from services.strangler.config import upstream_url
from shared.route_items import ISSUERS

ENDPOINTS = {
    "assessments": 41,
    "common-upload": 5,
    "generic-upload": 5,
    "profile": 32,
    "reference": 333,
    "revalidation-concerns": 3,
    "revalidation-connection": 11,
    "revalidation-core": 6,
    "revalidation-integration": 35,
    "revalidation-migration": 1,
    "revalidation-recommendation": 13,
    "sync": 5,
    "tcs": 317,
    "usermanagement": 17,
}
OF_ALL = 824
METHODS = {"DELETE": 75, "GET": 359, "PATCH": 33, "POST": 207, "PUT": 150}
LOOK_UPS = 30  # POST routes of the reference service that only read
ENDING_IN_A_SLASH = 24
# Reads that change something: each starts a job, or stores rows that it then answers.
WRITING_GETS = {
    "GET /integration/api/sync",
    "GET /migration/start-migration",
    "GET /profile/api/hee-users/{name}",
    "GET /profile/api/single-hee-users",
    "GET /revalidation/api/v1/sqs/send-doctor",
    *(
        f"GET /tcs{prefix}/api/notifications/load/{name}"
        for prefix in ("", "/etl")
        for name in ("future-eligible-trainee", "next-to-current-trainee", "vacant-posts")
    ),
}
UNLISTED = {"GET /reference/actuator/health"}  # coded, and none of the old system's endpoints
SPECS = {name: spec for name, spec in read_files().items() if name != ISSUERS}  # whose line is no endpoint
ROUTES = {route: terms for spec in SPECS.values() for route, terms in spec["routes"].items()}


def test_every_endpoint_of_the_old_system_is_listed() -> None:
    """At least these: endpoints of ours that the old system never had come on top."""
    listed = {name: len(spec["routes"]) for name, spec in SPECS.items()}
    assert listed.keys() == ENDPOINTS.keys()
    assert [name for name, count in ENDPOINTS.items() if listed[name] < count] == []
    assert len(ROUTES) >= OF_ALL
    assert Counter(route.partition(" ")[0] for route in ROUTES) >= Counter(METHODS)
    assert sum(route.endswith("/") for route in ROUTES) >= ENDING_IN_A_SLASH


def test_aliases_are_twins() -> None:
    aliases = {route.replace("/etl/api/", "/api/") for route in ROUTES if "/etl/api/" in route}
    assert len(aliases) == 66
    assert aliases <= set(ROUTES)


def test_reads_are_told_apart_from_writes() -> None:
    told = {route: terms["safe"] for route, terms in ROUTES.items() if isinstance(terms, dict) and "safe" in terms}
    assert {route for route, safe in told.items() if not safe} == WRITING_GETS
    look_ups = [route for route, safe in told.items() if safe]
    assert len(look_ups) == LOOK_UPS
    assert all(route.startswith("POST /reference/api/") for route in look_ups)


def test_services_that_can_answer_can_be_moved_to() -> None:
    movable = {spec["service"]["upstream"] for spec in SPECS.values() if "upstream" in spec["service"]}
    coded = {path.parent.name for path in (ROOT / "services").glob("*/app.py")} - {"strangler"}
    assert movable == coded


@pytest.mark.parametrize("service", [name for name, spec in SPECS.items() if "upstream" in spec["service"]])
def test_every_coded_endpoint_is_listed_and_the_reverse(service: str) -> None:
    endpoints: Any = import_module(f"services.{service}.app").app.endpoints
    coded = {anonymous(f"{endpoint.method} {endpoint.template}") for endpoint in endpoints}
    listed = {anonymous(route) for route in SPECS[service]["routes"]}
    assert (sorted(coded - listed - UNLISTED), sorted(listed - coded)) == ([], [])


def test_line_of_a_route_is_found() -> None:
    for service, spec in SPECS.items():
        lines = (FOLDER / f"{service}.toml").read_text().splitlines()
        for route in spec["routes"]:
            number = line_of(route, service)
            assert number is not None
            assert lines[number - 1].startswith(f'"{route}" = ')


def test_issuers_have_one_line() -> None:
    """Without it the new issuer's tokens count nowhere."""
    (line,) = read_files()[ISSUERS]["routes"]
    assert line == "TOKEN /issuers/cognito"
    assert line_of(line, ISSUERS) is not None


def test_address_of_an_upstream_is_named_after_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIS_REVALIDATION_CORE_URL", "http://core.example")
    assert upstream_url("revalidation-core") == "http://core.example"
