"""Alarms look at what callers feel: a report that keeps the reader busy raises none, and every pain raises its own."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.unit.ground.places import PLACES, ROOT, Place
from tests.unit.ground.watching import Series, is_raised, raised

SERVICES = json.loads((ROOT / "chalice.json").read_text(encoding="utf-8"))["services"]
PLACES_OF_PROD = [place for place in PLACES if place.stage == "prod"]
QUICK = (80.0,) * 2_000  # milliseconds of a minute's calls
REPORTS = (28_000.0,) * 12


def alarms(place: Place) -> list[dict[str, Any]]:
    return [one for _, one in place.resources("AWS::CloudWatch::Alarm")]


def usual(place: Place) -> list[Series]:
    """An hour in which all is well."""
    certificate = {"CertificateArn": "<edge.Certificate>"}
    old_servers = {
        "TargetGroup": "<legacy.OldServers.TargetGroupFullName>",
        "LoadBalancer": "<legacy.Balancer.LoadBalancerFullName>",
    }
    index = {"DomainName": "<search.Index>", "ClientId": "000000000000"}
    return [
        Series("AWS/NetworkELB", "HealthyHostCount", old_servers, (2,)),
        Series("AWS/CertificateManager", "DaysToExpiry", certificate, (200,)),
        Series("AWS/ES", "ClusterIndexWritesBlocked", index, (0,)),
        Series("AWS/NATGateway", "ErrorPortAllocation", {"NatGatewayId": "nat-1"}, (0,)),
        Series("AWS/RDS", "AuroraGlobalDBReplicationLag", {"DBClusterIdentifier": f"tis-{place.stage}"}, (120,)),
        *(of_api(place, service, "Latency", QUICK) for service in SERVICES),
        *(of_api(place, service, "5XXError", (0.0,) * len(QUICK)) for service in SERVICES),
        *(of_function(place, service, metric, (0,)) for service in SERVICES for metric in ("Errors", "Throttles")),
    ]


def of_api(place: Place, service: str, metric: str, samples: tuple[float, ...]) -> Series:
    return Series("AWS/ApiGateway", metric, {"ApiName": api_name(place, service), "Stage": place.stage}, samples)


def api_name(place: Place, service: str) -> str:
    """What an API is called: Chalice leaves the stage out, our own packages do not."""
    return f"tis-{service}" if place.parameters["Way"] == "chalice" else f"tis-{service}-{place.stage}"


def of_function(place: Place, service: str, metric: str, samples: tuple[float, ...]) -> Series:
    return Series("AWS/Lambda", metric, {"FunctionName": f"tis-{service}-{place.stage}"}, samples)


def heavy_report(place: Place) -> list[Series]:
    """What rises while reports read all there is from the reader, for an hour: everything that AWS measures of it."""
    cluster, proxy = f"tis-{place.stage}", {"ProxyName": f"tis-{place.stage}"}
    reader_views: list[Mapping[str, str]] = [
        {"DBInstanceIdentifier": f"{cluster}-reader"},
        {"DBClusterIdentifier": cluster, "Role": "READER"},
        {"DBClusterIdentifier": cluster},
        {"DatabaseClass": place.parameters["ReaderClass"]},
        {"EngineName": "aurora-mysql"},
        {},
    ]
    busy = {
        "ACUUtilization": 100,
        "AuroraReplicaLag": 2_000,
        "AuroraReplicaLagMaximum": 4_000,
        "BufferCacheHitRatio": 12,
        "CPUUtilization": 100,
        "DatabaseConnections": 900,
        "DBLoad": 64,
        "FreeableMemory": 20_000_000,
        "FreeLocalStorage": 100_000,
        "Queries": 9_000,
        "ReadIOPS": 80_000,
        "ReadLatency": 0.9,
        "SelectLatency": 27_000,
        "ServerlessDatabaseCapacity": float(place.parameters["MaxCapacity"]),
        "SwapUsage": 900_000_000,
        "VolumeReadIOPs": 9_000_000,
    }
    proxied = {
        "ClientConnections": 800,
        "DatabaseConnections": 700,
        "DatabaseConnectionsBorrowLatency": 2_000_000,
        "DatabaseConnectionsCurrentlyBorrowed": 700,
        "DatabaseConnectionsCurrentlySessionPinned": 300,
        "QueryDatabaseResponseLatency": 27_000_000,
        "QueryResponseLatency": 27_000_000,
    }
    proxy_views = [proxy, {**proxy, "TargetGroup": "default", "TargetRole": "READ_ONLY"}]
    return [
        *(Series("AWS/RDS", name, view, (value,)) for name, value in busy.items() for view in reader_views),
        *(Series("AWS/RDS", name, view, (value,)) for name, value in proxied.items() for view in proxy_views),
        of_api(place, "reference", "Latency", QUICK + REPORTS),
        of_api(place, "reference", "IntegrationLatency", QUICK + REPORTS),
        of_api(place, "strangler", "Latency", QUICK + REPORTS),
        of_function(place, "reference", "Duration", QUICK + REPORTS),
        of_function(place, "reference", "ConcurrentExecutions", (60,)),
    ]


def hour_with(place: Place, *changed: Series) -> list[Series]:
    """The usual hour with other values for some series."""
    keys = {(one.namespace, one.metric, tuple(one.dimensions.items())) for one in changed}
    left = [one for one in usual(place) if (one.namespace, one.metric, tuple(one.dimensions.items())) not in keys]
    return [*left, *changed]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_usual_hour_raises_nothing(place: Place) -> None:
    assert raised(alarms(place), usual(place)) == set()


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_heavy_report_on_the_reader_raises_nothing(place: Place) -> None:
    assert raised(alarms(place), hour_with(place, *heavy_report(place))) == set()


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_a_report_at_night_raises_nothing_though_few_others_call(place: Place) -> None:
    night = [of_api(place, service, "Latency", QUICK[:20] + REPORTS) for service in SERVICES]
    quiet = [one for one in heavy_report(place) if one.metric != "Latency"]
    assert raised(alarms(place), hour_with(place, *quiet, *night)) == set()


@pytest.mark.parametrize("metric", ["CPUUtilization", "DatabaseConnections", "SelectLatency", "AuroraReplicaLag"])
def test_an_alarm_on_the_reader_would_be_noticed(metric: str) -> None:
    place = PLACES_OF_PROD[0]
    judged = {"ComparisonOperator": "GreaterThanThreshold", "Threshold": 80, "TreatMissingData": "notBreaching"}
    reader = [{"Name": "DBInstanceIdentifier", "Value": "tis-prod-reader"}]
    by_name = {"Namespace": "AWS/RDS", "MetricName": metric, "Dimensions": reader, "Statistic": "Average", "Period": 60}
    query = f'SELECT MAX({metric}) FROM SCHEMA("AWS/RDS", DBInstanceIdentifier) GROUP BY DBInstanceIdentifier'  # noqa: S608
    assert is_raised(judged | by_name, heavy_report(place))
    assert is_raised(judged | {"Metrics": [{"Expression": query, "Period": 60}]}, heavy_report(place))


def pains(place: Place) -> dict[str, Series]:
    """For each alarm something that must raise it, and nothing else."""
    shared = {
        "calls-fail": of_api(place, "profile", "5XXError", (0.0,) * 90 + (1.0,) * 10),
        "functions-fail": of_function(place, "profile", "Errors", (40,)),
        "functions-throttled": of_function(place, "profile", "Throttles", (40,)),
        "old-servers-gone": next(one for one in usual(place) if one.metric == "HealthyHostCount"),
        "partners-unreached": Series("AWS/NATGateway", "ErrorPortAllocation", {"NatGatewayId": "nat-1"}, (7,)),
        "queues-lag": Series(
            "AWS/AmazonMQ",
            "MessageReadyCount",
            {"Broker": f"tis-{place.stage}", "Queue": "esr.new", "VirtualHost": "/"},
            (5_000,),
        ),
        "messages-stay": Series("AWS/SQS", "ApproximateAgeOfOldestMessage", {"QueueName": "tis-pairs"}, (900,)),
        "outbox-waits": Series("TIS", "OutboxAge", {"service": "tis-profile"}, (900,)),
        "index-refuses": next(one for one in usual(place) if one.namespace == "AWS/ES"),
        "certificate-ends": next(one for one in usual(place) if one.metric == "DaysToExpiry"),
        "second-region-behind": next(one for one in usual(place) if one.namespace == "AWS/RDS"),
    }
    worse = {
        "old-servers-gone": (0,),
        "index-refuses": (1,),
        "certificate-ends": (7,),
        "second-region-behind": (90_000,),
    }
    found = {
        name: Series(one.namespace, one.metric, one.dimensions, worse.get(name, one.samples))
        for name, one in shared.items()
    }
    for service in SERVICES:
        letters = {"QueueName": f"tis-{service}-{place.stage}-dead-letters"}
        found[f"{service}-slow"] = of_api(place, service, "Latency", QUICK + (5_000.0,) * 100)
        found[f"{service}-dead-letters"] = Series("AWS/SQS", "ApproximateNumberOfMessagesVisible", letters, (1,))
    return found


@pytest.mark.parametrize("place", PLACES_OF_PROD, ids=str)
def test_every_pain_raises_its_alarm_and_no_other(place: Place) -> None:
    there = {str(one["AlarmName"]).removeprefix("tis-prod-") for one in alarms(place)}
    known = pains(place)
    missing = known.keys() - there
    assert there <= known.keys(), "an alarm that no pain here raises: say what it is for"
    assert missing == (set() if place.region == place.parameters["SecondRegion"] else {"second-region-behind"})
    for name in there:
        assert raised(alarms(place), hour_with(place, known[name])) == {f"tis-prod-{name}"}


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_every_alarm_tells_somebody(place: Place) -> None:
    [(_, topic)] = place.resources("AWS::SNS::Subscription")
    assert topic["Endpoint"] == place.parameters["AlarmEmail"]
    for alarm in alarms(place):
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["<alarms.Topic>"]
        assert alarm["AlarmDescription"].endswith(".")


@pytest.mark.parametrize("service", SERVICES)
def test_dead_letters_of_the_broker_have_an_alarm(service: str) -> None:
    queues = {one["dead_letters"] for one in SERVICES[service].get("aws", {}).get("consumers", ())}
    watched = {
        dimension["Value"]
        for alarm in alarms(PLACES_OF_PROD[0])
        for dimension in alarm.get("Dimensions", ())
        if dimension["Name"] == "Queue"
    }
    assert queues <= watched, "give each a row in service-alarms.yaml"
