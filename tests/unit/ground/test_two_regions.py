"""A stage of two regions: one name, one database, one route table; and what a person changes to move callers."""

from typing import Any

import pytest

from infra.ground.resolving import Resolver
from shared.route_items import KIND, NAME
from tests.unit.ground.places import PLACES, TEMPLATES, Place

SECOND = next(place for place in PLACES if place.region == place.parameters["SecondRegion"])
FIRST = next(
    place for place in PLACES if (place.stage, place.region) == (SECOND.stage, SECOND.parameters["FirstRegion"])
)
DIFFERENT = {"VpcCidr"}  # what a region may have of its own; all else is the stage's


def moved(place: Place, **changes: str) -> Place:
    """A place with other parameters."""
    parameters = {**place.parameters, **changes}
    return Place(place.stage, place.region, parameters, Resolver(TEMPLATES, place.stage, place.region, parameters))


def one(place: Place, kind: str, logical: str) -> dict[str, Any]:
    return dict(place.resources(kind))[logical]


def is_well(place: Place, *, gateway_answers: bool) -> bool:
    """What Route 53 makes of a region's calculated check."""
    check = one(place, "AWS::Route53::HealthCheck", "edge.Serving")["HealthCheckConfig"]
    assert check["ChildHealthChecks"] == ["<edge.Health>"]
    return bool(int(gateway_answers) >= check["HealthThreshold"])


def test_regions_differ_in_their_network_alone() -> None:
    assert {key for key, value in FIRST.parameters.items() if SECOND.parameters[key] != value} == DIFFERENT


def test_callers_name_is_in_both_and_moves() -> None:
    records = [one(place, "AWS::Route53::RecordSet", "edge.Record") for place in (FIRST, SECOND)]
    assert len({record["Name"] for record in records}) == 1
    assert [record["Failover"] for record in records] == ["PRIMARY", "SECONDARY"]
    assert [record["HealthCheckId"] for record in records] == ["<edge.Serving>"] * 2


@pytest.mark.parametrize(
    ("answers", "moved_away", "well"), [(True, "no", True), (False, "no", False), (True, "yes", False)]
)
def test_region_serves_while_its_gateway_answers_and_nobody_moved_callers(
    answers: bool, moved_away: str, well: bool
) -> None:
    assert is_well(moved(FIRST, MovedAway=moved_away), gateway_answers=answers) is well


def test_health_check_asks_a_name_that_is_the_regions_own() -> None:
    asked = [one(place, "AWS::Route53::HealthCheck", "edge.Health")["HealthCheckConfig"] for place in (FIRST, SECOND)]
    assert {check["FullyQualifiedDomainName"] for check in asked} == {"<edge.RegionDomain>"}
    names = [one(place, "AWS::ApiGateway::DomainName", "edge.RegionDomain")["DomainName"] for place in (FIRST, SECOND)]
    assert len(set(names)) == 2
    for place, name in zip((FIRST, SECOND), names, strict=True):
        certificate = one(place, "AWS::CertificateManager::Certificate", "edge.Certificate")
        assert name in certificate["SubjectAlternativeNames"]


def test_users_of_the_database_come_from_the_first_region_alone() -> None:
    first, second = (one(place, "AWS::RDS::DBCluster", "data.Cluster") for place in (FIRST, SECOND))
    assert "MasterUserPassword" in first
    assert "MasterUserPassword" not in second
    assert first["EngineVersion"] == second["EngineVersion"]
    assert first["EngineVersion"] == one(FIRST, "AWS::RDS::GlobalCluster", "data.Global")["EngineVersion"]


def test_reader_is_promoted_last() -> None:
    tiers = {name: instance["PromotionTier"] for name, instance in FIRST.resources("AWS::RDS::DBInstance")}
    assert max(tiers, key=lambda name: tiers[name]) == "data.Reader"
    zones = [instance["AvailabilityZone"] for _, instance in FIRST.resources("AWS::RDS::DBInstance")]
    assert len(set(zones)) == len(zones)


def test_route_table_has_the_keys_that_the_code_asks_by() -> None:
    table = one(FIRST, "AWS::DynamoDB::GlobalTable", "tables.Routes")
    assert {key["KeyType"]: key["AttributeName"] for key in table["KeySchema"]} == {"HASH": KIND, "RANGE": NAME}
    assert [replica["Region"] for replica in table["Replicas"]] == [FIRST.region, SECOND.region]


def test_a_stage_of_one_region_has_no_failover() -> None:
    alone = next(place for place in PLACES if place.parameters["SecondRegion"] == "none")
    assert "Failover" not in one(alone, "AWS::Route53::RecordSet", "edge.Record")
    assert not list(alone.resources("AWS::RDS::GlobalCluster"))
    assert "GlobalClusterIdentifier" not in one(alone, "AWS::RDS::DBCluster", "data.Cluster")
