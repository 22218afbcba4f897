"""What resources cost by standing there: the rules that need more than a row of resources.toml."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from infra.cost.sizes import Sized, sized
from infra.cost.traffic import Usage
from infra.cost.uses import GROUND, HOURS, Use

ZONES = 3  # of a list of subnets that the templates do not tell
LEAST_ACUS = 8  # that a proxy before a serverless database is charged for
NODES = {"CLUSTER_MULTI_AZ": 3, "ACTIVE_STANDBY_MULTI_AZ": 2}
HIGH_RESOLUTION = 60  # seconds; alarms on shorter periods cost three times as much
SERVERLESS = "db.serverless"
DETECTOR = "ANOMALY_DETECTION_BAND"

Properties = Mapping[str, Any]


class Unpriced(Exception):
    """A resource that no price is known for; the message says what of it."""


class Place(NamedTuple):
    """What a rule may look at besides the resource: all resources of its region, what flows, and whether calls come there."""

    resources: Mapping[str, Mapping[str, Any]]
    usage: Usage
    is_first: bool

    def acus(self) -> Decimal:
        """What each serverless instance works: by the profile where calls come, and at least its cluster's minimum."""
        scaling = [one.get("ServerlessV2ScalingConfiguration", {}) for one in self.of_type("AWS::RDS::DBCluster")]
        least = max((Decimal(str(one.get("MinCapacity", 0))) for one in scaling), default=Decimal(0))
        return max(least, self.usage.database_acus) if self.is_first else least

    def of_type(self, kind: str) -> list[Properties]:
        """The properties of all resources of a type."""
        return [one.get("Properties", {}) for one in self.resources.values() if one["Type"] == kind]

    def instances(self) -> list[str]:
        """The types of all database instances."""
        return [str(one.get("DBInstanceClass")) for one in self.of_type("AWS::RDS::DBInstance")]


def instance(name: Any) -> Sized:
    """An instance type's price; Unpriced for one that is not known."""
    found = sized(str(name))
    if found is None:
        raise Unpriced(f"instance type {name}")
    return found


def running(part: str, what: str, name: Any, count: int) -> Use:
    """Instances that run all month."""
    one = instance(name)
    return Use(part, GROUND, f"{what}, {name}", one.price, one.larges * count * HOURS)


def endpoint(properties: Properties, _: Place) -> Iterator[Use]:
    """An interface endpoint, in each of its zones; those of gateways are free."""
    if properties.get("VpcEndpointType", "Gateway") == "Interface":
        yield Use("network", GROUND, "interface endpoints", "endpoint.hour", HOURS * zones(properties.get("SubnetIds")))


def proxy_endpoint(properties: Properties, _: Place) -> Iterator[Use]:
    """A further endpoint of a database proxy is an interface endpoint."""
    where = zones(properties.get("VpcSubnetIds"))
    yield Use("database", GROUND, "further endpoints of the proxy", "endpoint.hour", HOURS * where)


def balancer(properties: Properties, _: Place) -> Iterator[Use]:
    """A load balancer; one that the internet reaches has an address in each zone too."""
    kind = "nlb" if properties.get("Type") == "network" else "alb"
    yield Use("network", GROUND, "load balancers", f"{kind}.hour", HOURS)
    if properties.get("Scheme") != "internal":
        where = zones(properties.get("Subnets", properties.get("SubnetMappings")))
        yield Use("network", GROUND, "addresses of load balancers", "ipv4.hour", HOURS * where)


def database(properties: Properties, place: Place) -> Iterator[Use]:
    """A database instance: by its type, or, serverless, by what it works."""
    name = properties.get("DBInstanceClass")
    if name == SERVERLESS:
        yield Use("database", GROUND, "serverless instances", "db.acu", place.acus() * HOURS)
    else:
        yield running("database", "instances", name, 1)


def cluster(properties: Properties, place: Place) -> Iterator[Use]:
    """A database cluster: what watches it closely is charged by the processors of its instances."""
    if properties.get("DatabaseInsightsMode") == "advanced":
        processors = sum(instance(name).processors for name in place.instances() if name != SERVERLESS)
        yield Use("database", GROUND, "insights", "insights.vcpu", HOURS * processors)


def proxy(_: Properties, place: Place) -> Iterator[Use]:
    """A database proxy: by the processors of the instances behind it."""
    names = place.instances()
    processors = sum(instance(name).processors for name in names if name != SERVERLESS)
    if processors:
        yield Use("database", GROUND, "proxy", "proxy.vcpu", HOURS * processors)
    if SERVERLESS in names:
        acus = max(Decimal(LEAST_ACUS), place.acus() * names.count(SERVERLESS))
        yield Use("database", GROUND, "proxy", "proxy.acu", HOURS * acus)


def broker(properties: Properties, place: Place) -> Iterator[Use]:
    """A message broker: its nodes and their disks."""
    nodes = NODES.get(properties.get("DeploymentMode", ""), 1)
    yield running("messaging", "broker nodes", properties.get("HostInstanceType"), nodes)
    yield Use("messaging", GROUND, "broker's disks", "mq.gb", place.usage.broker_gb * nodes)


def index(properties: Properties, _: Place) -> Iterator[Use]:
    """A search domain: its data nodes, their disks, its dedicated masters."""
    cluster, disks = properties.get("ClusterConfig", {}), properties.get("EBSOptions", {})
    count = int(cluster.get("InstanceCount", 1))
    yield running("search", "nodes", cluster.get("InstanceType"), count)
    if is_on(disks.get("EBSEnabled")):
        yield Use("search", GROUND, "disks", "search.gb", Decimal(str(disks.get("VolumeSize", 0))) * count)
    if is_on(cluster.get("DedicatedMasterEnabled")):
        masters = int(cluster.get("DedicatedMasterCount", ZONES))
        yield running("search", "masters", cluster.get("DedicatedMasterType"), masters)


def key(properties: Properties, _: Place) -> Iterator[Use]:
    """A key; two yearly rotations are charged like keys."""
    what = "keys, as after two rotations" if is_on(properties.get("EnableKeyRotation")) else "keys"
    yield Use("keys and secrets", GROUND, what, "kms.key", Decimal(3 if "rotations" in what else 1))


def secret(properties: Properties, _: Place) -> Iterator[Use]:
    """A secret, in each of its regions."""
    copies = 1 + len(properties.get("ReplicaRegions", []))
    yield Use("keys and secrets", GROUND, "secrets", "secret.month", Decimal(copies))


def alarm(properties: Properties, _: Place) -> Iterator[Use]:
    """An alarm, for each metric that it watches; a band of an anomaly detector counts as two more."""
    queries = properties.get("Metrics", [])
    watched = max(1, sum("MetricStat" in one for one in queries))
    watched += 2 * any(DETECTOR in str(one.get("Expression", "")) for one in queries)
    if int(properties.get("Period", HIGH_RESOLUTION)) < HIGH_RESOLUTION:
        watched *= 3
    yield Use("alarms", GROUND, "alarms", "alarm.month", Decimal(watched))


def health(properties: Properties, _: Place) -> Iterator[Use]:
    """A health check, dearer over HTTPS."""
    yield Use("edge", GROUND, "health checks", "health.check", Decimal(1))
    if str(properties.get("HealthCheckConfig", {}).get("Type", "")).startswith("HTTPS"):
        yield Use("edge", GROUND, "health checks over HTTPS", "health.https", Decimal(1))


def firewall(properties: Properties, _: Place) -> Iterator[Use]:
    """A firewall's list and its rules."""
    yield Use("edge", GROUND, "firewall", "waf.acl", Decimal(1))
    yield Use("edge", GROUND, "firewall's rules", "waf.rule", Decimal(len(properties.get("Rules", []))))


def zones(subnets: Any) -> int:
    """In how many zones something stands; in all, where the templates do not tell."""
    return len(subnets) if isinstance(subnets, list) else ZONES


def is_on(value: Any) -> bool:
    """A truth as templates write it."""
    return str(value).lower() == "true"


Rule = Callable[[Properties, Place], Iterable[Use]]
RULES: dict[str, Rule] = {
    "AWS::EC2::VPCEndpoint": endpoint,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": balancer,
    "AWS::RDS::DBInstance": database,
    "AWS::RDS::DBCluster": cluster,
    "AWS::RDS::DBProxy": proxy,
    "AWS::RDS::DBProxyEndpoint": proxy_endpoint,
    "AWS::AmazonMQ::Broker": broker,
    "AWS::OpenSearchService::Domain": index,
    "AWS::KMS::Key": key,
    "AWS::SecretsManager::Secret": secret,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::Route53::HealthCheck": health,
    "AWS::WAFv2::WebACL": firewall,
}
