"""Every setting and secret that chalice.json names stands where the function of its service looks for it."""

import json
from typing import Any

import pytest
from sqlalchemy import make_url

from shared.issuers import Issuers
from tests.unit.ground.places import PLACES, ROOT, Place

MANIFEST = json.loads((ROOT / "chalice.json").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = MANIFEST["services"]
FACADE = "strangler"


def parameters(place: Place) -> dict[str, str]:
    return {one["Name"]: one["Value"] for _, one in place.resources("AWS::SSM::Parameter")}


def written_by_deploy(place: Place, service: str) -> set[str]:
    """Where Chalice deploys, a deploy itself tells the facade where services answer."""
    if place.parameters["Way"] == "template" or service != FACADE:
        return set()
    return {f"TIS_{name.upper().replace('-', '_')}_URL" for name in SERVICES}


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("service", SERVICES)
def test_service_is_told_its_settings(place: Place, service: str) -> None:
    path = f"/tis/{place.stage}/{service}/"
    told = {name.removeprefix(path) for name in parameters(place) if name.startswith(path)}
    assert told == set(SERVICES[service]["settings"]) - written_by_deploy(place, service)


@pytest.mark.parametrize("place", PLACES, ids=str)
@pytest.mark.parametrize("service", SERVICES)
def test_service_has_its_secrets(place: Place, service: str) -> None:
    path = f"tis/{place.stage}/{service}/"
    names = {
        one["Name"]: one.get("ReplicaRegions", [])
        for other in PLACES
        if other.stage == place.stage
        for _, one in other.resources("AWS::SecretsManager::Secret")
        if other == place or place.region in [replica["Region"] for replica in one.get("ReplicaRegions", [])]
    }
    told = {name.removeprefix(path) for name in names if name.startswith(path)}
    assert told == set(SERVICES[service].get("secrets", ()))


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_databases_are_logged_into_without_a_password(place: Place) -> None:
    found = {name: make_url(value) for name, value in parameters(place).items() if name.endswith("DATABASE_URL")}
    assert found
    for name, url in found.items():
        service = name.split("/")[3]
        assert (url.drivername, url.username, url.password) == ("mysql+pymysql", service, None)
        assert (url.host, url.port, url.database) == ("<proxy.Proxy.Endpoint>", 3306, service)
        assert url.query == {"login": "iam", "charset": "utf8mb4", "collation": "utf8mb4_general_ci"}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_services_ask_each_other_where_callers_do_and_the_facade_does_not(place: Place) -> None:
    told = {name: value for name, value in parameters(place).items() if name.endswith(("REFERENCE_URL", "PROFILE_URL"))}
    for name, value in told.items():
        _, _, _, service, setting = name.split("/")
        own = f"https://<edge.Domain>/{setting.split('_')[1].lower()}"
        # The facade adds the path that the caller asked for, which begins with the service's base path already.
        assert value == ("https://<edge.ServicesDomain>" if service == FACADE else own)


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_the_route_table_that_functions_are_told_is_there(place: Place) -> None:
    first = next(one for one in PLACES if one.stage == place.stage and one.region == place.parameters["FirstRegion"])
    [(_, table)] = first.resources("AWS::DynamoDB::GlobalTable")
    told = {value for name, value in parameters(place).items() if name.endswith("ROUTES_TABLE")}
    assert told == {table["TableName"]}
    assert place.region in [replica["Region"] for replica in table["Replicas"]]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_issuers_can_be_read(place: Place) -> None:
    assert next(issuer.name for issuer in Issuers(place.parameters["Issuers"])) == "keycloak"


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_place_is_deployed_the_way_that_the_manifest_says(place: Place) -> None:
    assert place.parameters["Way"] == MANIFEST["stages"][place.stage].get("way", "chalice")
    assert place.parameters["Stage"] == place.stage
    assert place.region in (place.parameters["FirstRegion"], place.parameters["SecondRegion"])


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_deploy_learns_the_callers_domain(place: Place) -> None:
    domains = {f"<{name}>": one["DomainName"] for name, one in place.resources("AWS::ApiGateway::DomainName")}
    assert domains[parameters(place)[f"/tis/{place.stage}/DOMAIN"]] == place.parameters["DomainName"]
