"""The losses gate: a stage that has to last keeps all that its services need when any one zone is lost."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from infra.gates.findings import Finding
from infra.ground.graph import Network
from infra.ground.standing import Ground, Resource, Standing
from infra.ground.wiring import FUNCTIONS, NAT, marks, network_of

GATE = "losses"
LASTING = ("prod",)  # the stages that people work with; the others may go with a zone, and come back with it
MAJORITY = 3  # of three that vote, two are left


class Kind(NamedTuple):
    """What every service needs of a type: its name, whether one survives a zone, and what makes it do so."""

    name: str
    survives: Callable[[Standing, str, Resource], bool]
    mend: str


def instances_spread(standing: Standing, name: str, _cluster: Resource) -> bool:
    """Are there two instances, not both put into one zone? Aurora itself places those that name none apart."""
    zones = [
        one["Properties"].get("AvailabilityZone", f"any {index}")
        for index, one in enumerate(standing.of_type("AWS::RDS::DBInstance").values())
        if name in marks(one["Properties"].get("DBClusterIdentifier"))
    ]
    return len(set(zones)) > 1


def nodes_spread(_standing: Standing, _name: str, domain: Resource) -> bool:
    """Are there copies of the data in two zones, and three masters to elect one of?"""
    nodes = domain["Properties"].get("ClusterConfig", {})
    masters = int(nodes.get("DedicatedMasterCount", 0)) if nodes.get("DedicatedMasterEnabled") else 0
    zones = int(nodes.get("ZoneAwarenessConfig", {}).get("AvailabilityZoneCount", 2))
    return bool(
        nodes.get("ZoneAwarenessEnabled")
        and int(nodes.get("InstanceCount", 1)) >= zones >= MAJORITY
        and masters >= MAJORITY
    )


NEEDS = {
    "AWS::RDS::DBCluster": Kind("database", instances_spread, "Give it a second AWS::RDS::DBInstance in another zone."),
    "AWS::RDS::DBProxy": Kind("database's proxy", lambda *_: True, ""),
    "AWS::AmazonMQ::Broker": Kind(
        "broker",
        lambda _standing, _name, broker: broker["Properties"].get("DeploymentMode") == "CLUSTER_MULTI_AZ",
        "Set DeploymentMode: CLUSTER_MULTI_AZ.",
    ),
    "AWS::OpenSearchService::Domain": Kind(
        "index", nodes_spread, "Spread it over three zones (ZoneAwarenessConfig), with three dedicated masters."
    ),
}
# What functions have to reach where it is there.
DOORS = {"AWS::EC2::VPCEndpoint": "endpoint", "AWS::ElasticLoadBalancingV2::LoadBalancer": "way to the old servers"}


def break_losses(ground: Ground) -> Iterator[Finding]:
    """What a lasting stage lacks as it stands, and what it would lack without one zone."""
    for place, standing in ground.standings.items():
        if place.stage in LASTING:
            network = network_of(standing)
            yield from unmet(ground, standing, network, f"In {place}")
            yield from brittle(ground, standing)
            for zone in sorted({one.zone for one in network.subnets.values()}):
                yield from unmet(ground, standing, network.without_zone(zone), f"In {place} without {zone}", zone)


def brittle(ground: Ground, standing: Standing) -> Iterator[Finding]:
    """What stands in several zones and would still go with one of them."""
    for kind, need in NEEDS.items():
        for name, resource in standing.of_type(kind).items():
            if not need.survives(standing, name, resource):
                yield Finding(
                    GATE,
                    ground.file(name),
                    name.partition(".")[2],
                    "goes_with_a_zone",
                    f"In {standing.place} this {need.name} is lost, or cannot be written to, when one zone is.",
                    need.mend,
                )


def unmet(ground: Ground, standing: Standing, network: Network, when: str, zone: str = "") -> Iterator[Finding]:
    """The needs of services that a network does not meet."""
    functions = network.members.get(FUNCTIONS)
    if functions is None:
        yield Finding(
            GATE,
            ground.file("network"),
            "",
            "no_functions",
            f"{when} no function runs.",
            "Spread functions over zones.",
        )
        return
    for kind, need in NEEDS.items():
        there = [one for one in network.members.values() if one.type == kind]
        if not there:
            mend = "Spread it over subnets of all zones." if zone else f"Put one there: {kind}."
            where = next(iter(standing.of_type(kind)), "")
            file = ground.file(where or "network")
            yield Finding(
                GATE, file, where.partition(".")[2], "need_missing", f"{when} functions have no {need.name}.", mend
            )
    yield from unreached(ground, network, when)
    yield from cut_off(ground, standing, network, when)


def unreached(ground: Ground, network: Network, when: str) -> Iterator[Finding]:
    """What functions need and may not call, by the security groups of both ends."""
    ways = network.from_member(FUNCTIONS)
    names = {kind: need.name for kind, need in NEEDS.items()} | DOORS
    for member in network.members.values():
        if member.type in names and member.name not in ways:
            yield Finding(
                GATE,
                ground.file(member.name),
                member.name.partition(".")[2],
                "need_unreached",
                f"{when} the security groups let no function through to this {names[member.type]}.",
                "Let the functions' group (or that of the proxy) in, and out at the other end.",
            )


def cut_off(ground: Ground, standing: Standing, network: Network, when: str) -> Iterator[Finding]:
    """Subnets of functions whose way out stands in a zone that is lost."""
    lost = {
        name
        for name, nat in standing.of_type(NAT).items()
        if not network.subnets.keys() & set(marks(nat["Properties"]["SubnetId"]))
    }
    for name in sorted(network.members[FUNCTIONS].subnets):
        if gone := lost & set(network.subnets[name].exits):
            yield Finding(
                GATE,
                ground.file(name),
                name.partition(".")[2],
                "way_out_elsewhere",
                f"{when} functions in this subnet reach no partner: their way out, {', '.join(sorted(gone))}, is lost.",
                "Route each private subnet to a NAT gateway of its own zone.",
            )
