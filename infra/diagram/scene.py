"""What is in the picture of one region, taken from what would stand there."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from infra.gates.ways_out import told_addresses
from infra.ground.graph import Member, Network
from infra.ground.standing import Ground, Resource, Standing
from infra.ground.wiring import FUNCTIONS, NAT, marks, network_of

TIERS = ("public", "private", "data")
INSTANCE = "AWS::RDS::DBInstance"


@dataclass(frozen=True)
class Bar:
    """Something that stands over the zones of a tier: what it is, and what of it stands in which zone."""

    key: str
    style: str
    title: str
    detail: str
    tier: str
    cells: Mapping[str, str] = field(default_factory=dict)


class Edge(NamedTuple):
    """One bar may call another by a port."""

    source: str
    target: str
    port: str


class Exit(NamedTuple):
    """The NAT gateway of a zone: its output, its address as partners know it, and the zones whose functions leave by it."""

    zone: str
    output: str
    address: str
    serves: tuple[str, ...]


@dataclass(frozen=True)
class Scene:
    """The picture of one region."""

    standing: Standing
    zones: tuple[str, ...]
    blocks: Mapping[tuple[str, str], str]  # the addresses of (tier, zone)
    bars: tuple[Bar, ...]
    edges: tuple[Edge, ...]
    exits: tuple[Exit, ...]


class Look(NamedTuple):
    """How a type is shown: the bar that it goes into, and what is said there."""

    key: str
    style: str
    title: str
    detail: Callable[[Resource], str]


def index_size(domain: Resource) -> str:
    """The nodes of a search domain."""
    nodes = domain["Properties"]["ClusterConfig"]
    masters = f", {nodes['DedicatedMasterCount']} masters" if nodes.get("DedicatedMasterEnabled") else ""
    return f"{nodes.get('InstanceCount', 1)} \N{MULTIPLICATION SIGN} {nodes.get('InstanceType', '')}{masters}"


def broker_size(broker: Resource) -> str:
    """The nodes of a broker."""
    properties = broker["Properties"]
    nodes = "3" if properties.get("DeploymentMode") == "CLUSTER_MULTI_AZ" else "1"
    return f"{nodes} \N{MULTIPLICATION SIGN} {properties.get('HostInstanceType', '')}"


LOOKS = {
    "AWS::Lambda::Function": Look("rotation", "function", "Functions that rotate secrets", lambda _: ""),
    "AWS::SecretsManager::RotationSchedule": Look(
        "rotation", "function", "Functions that rotate secrets", lambda _: ""
    ),
    "AWS::EC2::VPCEndpoint": Look(
        "doors", "door", "Endpoints of AWS", lambda one: str(one["Properties"]["ServiceName"]).rpartition(".")[2]
    ),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Look(
        "legacy", "door", "Balancer to the old servers", lambda _: "internal"
    ),
    "AWS::RDS::DBProxy": Look("proxy", "store", "RDS Proxy", lambda _: "logins by IAM alone, TLS"),
    "AWS::RDS::DBProxyEndpoint": Look(
        "reports", "store", "RDS Proxy, read-only", lambda _: "heavy queries, to the reader"
    ),
    "AWS::RDS::DBCluster": Look(
        "database", "store", "Aurora MySQL", lambda one: str(one["Properties"].get("EngineVersion", ""))
    ),
    "AWS::AmazonMQ::Broker": Look("broker", "store", "RabbitMQ", broker_size),
    "AWS::OpenSearchService::Domain": Look("index", "store", "OpenSearch", index_size),
}
ORDER = (FUNCTIONS, "doors", "rotation", "legacy", "proxy", "reports", "database", "broker", "index")


def scene_of(ground: Ground, standing: Standing, services: str) -> Scene:
    """The picture of a place, with the names of the services whose functions run there."""
    network = network_of(standing)
    tiers = {name: tier_of(network, name) for name in network.subnets}
    keys = {member.name: key_of(member) for member in network.members.values()}
    bars = sorted(bars_of(standing, network, tiers, services), key=lambda bar: (rank(bar.key), bar.key))
    return Scene(
        standing=standing,
        zones=tuple(sorted({one.zone for one in network.subnets.values()})),
        blocks={(tiers[name], one.zone): one.block for name, one in network.subnets.items()},
        bars=tuple(bars),
        edges=tuple(sorted(set(edges_of(network, keys)), key=lambda edge: (rank(edge.source), rank(edge.target)))),
        exits=tuple(exits_of(ground, standing, network)),
    )


def rank(key: str) -> int:
    """Where in its tier a bar is drawn; what has no place of its own comes last."""
    return ORDER.index(key) if key in ORDER else len(ORDER)


def tier_of(network: Network, subnet: str) -> str:
    """A subnet's tier, by where it leads: to the internet and back, to a NAT gateway, or nowhere."""
    exits = network.subnets[subnet].exits
    if network.entries.intersection(exits):
        return "public"
    return "private" if exits else "data"


def key_of(member: Member) -> str:
    """The bar that something is drawn in."""
    if member.name == FUNCTIONS:
        return FUNCTIONS
    return "database" if member.type == INSTANCE else LOOKS[member.type].key if member.type in LOOKS else member.name


def bars_of(standing: Standing, network: Network, tiers: Mapping[str, str], services: str) -> Iterator[Bar]:
    """All bars; things of one key share one."""
    if FUNCTIONS in network.members:
        yield Bar(FUNCTIONS, "function", "Functions", services, "private")
    shared: dict[str, list[Member]] = {}
    for member in network.members.values():
        if member.name != FUNCTIONS and member.type != INSTANCE:
            shared.setdefault(key_of(member), []).append(member)
    for key, members in shared.items():
        resources = [standing.resources[member.name] for member in members]
        look = LOOKS.get(members[0].type) or Look(key, "door", members[0].type.rpartition("::")[2], lambda _: "")
        details = dict.fromkeys(look.detail(one) for one in resources)
        tier = tiers[min(members[0].subnets)]
        cells = instances(standing) if key == "database" else {}
        yield Bar(key, look.style, look.title, ", ".join(one for one in details if one), tier, cells)


def instances(standing: Standing) -> dict[str, str]:
    """What of the database stands in which zone."""
    return {
        one["Properties"].get("AvailabilityZone", ""): (
            f"{name.partition('.')[2].lower()} {str(one['Properties']['DBInstanceClass']).removeprefix('db.')}"
        )
        for name, one in standing.of_type(INSTANCE).items()
    }


def edges_of(network: Network, keys: Mapping[str, str]) -> Iterator[Edge]:
    """What may call what, by the security groups of both ends."""
    for source in network.members.values():
        for target in network.members.values():
            port = network.port_in(target, source)
            if port and keys[source.name] != keys[target.name] and network.lets_out(source, target):
                yield Edge(keys[source.name], keys[target.name], port)


def exits_of(ground: Ground, standing: Standing, network: Network) -> Iterator[Exit]:
    """The NAT gateways, by zone."""
    told = told_addresses(standing)
    known = ground.partners.get("addresses", {}).get(str(standing.place), {})
    functions = network.members.get(FUNCTIONS)
    for name, nat in standing.of_type(NAT).items():
        place = network.subnets[next(marks(nat["Properties"]["SubnetId"]))]
        output = told.get(next(marks(nat["Properties"].get("AllocationId")), ""), "")
        leaving = (network.subnets[one] for one in (functions.subnets if functions else ()))
        serves = tuple(sorted(one.zone for one in leaving if name in one.exits))
        yield Exit(place.zone, output, known.get(output, "not told yet"), serves)
