"""Each rule of what stands, against what the price pages say of it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from infra.cost.resting import read_types, resting_uses
from infra.cost.sizes import sized
from infra.cost.standing import RULES
from infra.cost.traffic import Traffic
from tests.unit.cost.figures import a_ground, of_type

CLUSTER = of_type("AWS::RDS::DBCluster", ServerlessV2ScalingConfiguration={"MinCapacity": "0.5"})
PROVISIONED = of_type("AWS::RDS::DBInstance", DBInstanceClass="db.r7g.xlarge")
SERVERLESS = of_type("AWS::RDS::DBInstance", DBInstanceClass="db.serverless")
MASTERS = {"DedicatedMasterEnabled": True, "DedicatedMasterCount": "3", "DedicatedMasterType": "m7g.large.search"}
NODES = {"InstanceType": "r7g.large.search", "InstanceCount": "3"}

CASES: list[tuple[str, tuple[Mapping[str, Any], ...], dict[str, float]]] = [
    ("gateway endpoint", (of_type("AWS::EC2::VPCEndpoint", VpcEndpointType="Gateway"),), {}),
    (
        "interface endpoint in two zones",
        (of_type("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds=["a", "b"]),),
        {"endpoint.hour": 1460},
    ),
    (
        "subnets that nobody tells are in three zones",
        (of_type("AWS::EC2::VPCEndpoint", VpcEndpointType="Interface", SubnetIds="<nowhere>"),),
        {"endpoint.hour": 2190},
    ),
    (
        "internal network balancer",
        (of_type("AWS::ElasticLoadBalancingV2::LoadBalancer", Type="network", Scheme="internal", Subnets=["a"]),),
        {"nlb.hour": 730},
    ),
    (
        "balancer with addresses of its own",
        (of_type("AWS::ElasticLoadBalancingV2::LoadBalancer", Subnets=["a", "b"]),),
        {"alb.hour": 730, "ipv4.hour": 1460},
    ),
    ("instance of two large", (PROVISIONED,), {"db.r7g": 1460}),
    ("serverless, as busy as the profile says", (CLUSTER, SERVERLESS), {"db.acu": 1460}),
    (
        "a proxy: the processors of all instances",
        (PROVISIONED, PROVISIONED, of_type("AWS::RDS::DBProxy")),
        {"db.r7g": 2920, "proxy.vcpu": 8 * 730},
    ),
    (
        "a proxy before serverless: eight units at least",
        (CLUSTER, SERVERLESS, of_type("AWS::RDS::DBProxy")),
        {"db.acu": 1460, "proxy.acu": 8 * 730},
    ),
    (
        "a further endpoint of a proxy",
        (of_type("AWS::RDS::DBProxyEndpoint", VpcSubnetIds=["a", "b", "c"]),),
        {"endpoint.hour": 2190},
    ),
    (
        "insights",
        (of_type("AWS::RDS::DBCluster", DatabaseInsightsMode="advanced"), PROVISIONED),
        {"db.r7g": 1460, "insights.vcpu": 4 * 730},
    ),
    (
        "a broker of three nodes",
        (of_type("AWS::AmazonMQ::Broker", DeploymentMode="CLUSTER_MULTI_AZ", HostInstanceType="mq.m7g.large"),),
        {"mq.m7g": 2190, "mq.gb": 120},
    ),
    (
        "a broker of one",
        (of_type("AWS::AmazonMQ::Broker", DeploymentMode="SINGLE_INSTANCE", HostInstanceType="mq.m7g.medium"),),
        {"mq.m7g": 365, "mq.gb": 40},
    ),
    (
        "an index with masters",
        (
            of_type(
                "AWS::OpenSearchService::Domain",
                ClusterConfig={**NODES, **MASTERS},
                EBSOptions={"EBSEnabled": "true", "VolumeSize": "100"},
            ),
        ),
        {"search.r7g": 2190, "search.gb": 300, "search.m7g": 2190},
    ),
    (
        "an index without",
        (of_type("AWS::OpenSearchService::Domain", ClusterConfig={**NODES, "DedicatedMasterEnabled": "false"}),),
        {"search.r7g": 2190},
    ),
    ("a key", (of_type("AWS::KMS::Key"),), {"kms.key": 1}),
    ("a key that is rotated", (of_type("AWS::KMS::Key", EnableKeyRotation=True),), {"kms.key": 3}),
    (
        "a secret in two regions",
        (of_type("AWS::SecretsManager::Secret", ReplicaRegions=[{"Region": "eu-west-1"}]),),
        {"secret.month": 2},
    ),
    ("an alarm", (of_type("AWS::CloudWatch::Alarm", Period="300"),), {"alarm.month": 1}),
    (
        "an alarm on a quotient of two metrics",
        (
            of_type(
                "AWS::CloudWatch::Alarm",
                Metrics=[{"MetricStat": {}}, {"MetricStat": {}}, {"Expression": "a/b"}],
            ),
        ),
        {"alarm.month": 2},
    ),
    (
        "an alarm on a band",
        (
            of_type(
                "AWS::CloudWatch::Alarm",
                Metrics=[{"MetricStat": {}}, {"Expression": "ANOMALY_DETECTION_BAND(m1)"}],
            ),
        ),
        {"alarm.month": 3},
    ),
    ("an alarm every ten seconds", (of_type("AWS::CloudWatch::Alarm", Period=10),), {"alarm.month": 3}),
    (
        "a health check over HTTPS",
        (of_type("AWS::Route53::HealthCheck", HealthCheckConfig={"Type": "HTTPS"}),),
        {"health.check": 1, "health.https": 1},
    ),
    (
        "a health check of other checks",
        (of_type("AWS::Route53::HealthCheck", HealthCheckConfig={"Type": "CALCULATED"}),),
        {"health.check": 1},
    ),
    ("a firewall", (of_type("AWS::WAFv2::WebACL", Rules=[{}, {}]),), {"waf.acl": 1, "waf.rule": 2}),
]


def quantities(resources: tuple[Mapping[str, Any], ...], traffic: Traffic) -> dict[str, Decimal]:
    """What stands, by price, less what flows by the profile."""
    flows = {row.price for rows in (read_types().once, read_types().first) for those in rows.values() for row in those}
    uses, unpriced = resting_uses(a_ground(*resources), "eu-west-2", traffic)
    assert unpriced == []
    sums: dict[str, Decimal] = {}
    for use in uses:
        if use.price not in flows:
            sums[use.price] = sums.get(use.price, Decimal(0)) + use.quantity
    return sums


@pytest.mark.parametrize(("resources", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_what_stands(resources: tuple[Mapping[str, Any], ...], expected: dict[str, float], traffic: Traffic) -> None:
    assert quantities(resources, traffic) == expected


def test_a_serverless_instance_that_stands_by_works_its_minimum(traffic: Traffic) -> None:
    ground = a_ground(CLUSTER, SERVERLESS, second=(CLUSTER, SERVERLESS))
    found = [use.quantity for use in resting_uses(ground, "eu-west-1", traffic)[0] if use.price == "db.acu"]
    assert found == [Decimal(365)]


def test_what_flows_between_regions_is_paid_once(traffic: Traffic) -> None:
    alone, pair = a_ground(CLUSTER), a_ground(CLUSTER, second=(CLUSTER,))
    carried = [
        [use.price for use in resting_uses(ground, region, traffic)[0] if use.price in ("region.gb", "db.replicated")]
        for ground, region in ((alone, "eu-west-2"), (pair, "eu-west-2"), (pair, "eu-west-1"))
    ]
    assert carried == [[], ["region.gb", "db.replicated"], []]


def test_dev_holds_its_share(traffic: Traffic) -> None:
    prod, dev = (
        next(use.quantity for use in resting_uses(a_ground(CLUSTER, stage=stage), "eu-west-2", traffic)[0])
        for stage in ("prod", "dev")
    )
    assert dev == prod / 100


@pytest.mark.parametrize("kind", RULES)
def test_every_rule_has_a_case(kind: str) -> None:
    assert kind in {one["Type"] for _, resources, _ in CASES for one in resources}


@pytest.mark.parametrize(
    ("name", "price", "larges", "processors"),
    [
        ("db.r6g.large", "db.r6g", "1", 2),
        ("db.r6g.4xlarge", "db.r6g", "8", 16),
        ("db.t4g.medium", "db.t4g", "0.5", 2),
        ("mq.t3.micro", "mq.t3", "0.125", 2),
        ("r7g.xlarge.search", "search.r7g", "2", 4),
        ("ec2.m5.12xlarge", "ec2.m5", "24", 48),
    ],
)
def test_sizes(name: str, price: str, larges: str, processors: int) -> None:
    assert sized(name) == (price, Decimal(larges), processors)


@pytest.mark.parametrize("name", ["", "db.serverless", "db.r6g.huge", "db.r6g.0.large", "db.r6g.-1xlarge"])
def test_names_of_no_size(name: str) -> None:
    assert sized(name) is None
