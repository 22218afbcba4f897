"""The reach gate: no way leads from the internet to a database, broker or index, and none of them stands where one could."""

from collections.abc import Iterator

from infra.gates.findings import Finding
from infra.ground.standing import Ground, Standing
from infra.ground.wiring import network_of

GATE = "reach"
STORES = {
    "AWS::RDS::DBCluster": "database",
    "AWS::RDS::DBInstance": "database",
    "AWS::RDS::DBProxy": "database's proxy",
    "AWS::RDS::DBProxyEndpoint": "database's proxy",
    "AWS::AmazonMQ::Broker": "broker",
    "AWS::OpenSearchService::Domain": "index",
}


def break_reach(ground: Ground) -> Iterator[Finding]:
    """The stores that the internet reaches, or would with one rule more, in any place; each is told once."""
    told: set[tuple[str, str]] = set()
    for standing in ground.standings.values():
        for finding in reached(ground, standing):
            if (finding.resource, finding.rule) not in told:
                told.add((finding.resource, finding.rule))
                yield finding


def reached(ground: Ground, standing: Standing) -> Iterator[Finding]:
    """The same for one place."""
    network = network_of(standing)
    ways = network.from_internet()
    for member in network.members.values():
        what = STORES.get(member.type)
        if what is None:
            continue
        file, logical = ground.file(member.name), member.name.partition(".")[2]
        if way := ways.get(member.name):
            shown = " -> ".join(["internet", *(f"{step.name} ({step.port})" for step in way)])
            yield Finding(
                GATE,
                file,
                logical,
                "reached_from_internet",
                f"In {standing.place} the internet reaches this {what}: {shown}.",
                "Take out one step: the public address, the route to the internet gateway, or the ingress rule.",
            )
        if subnets := network.open_subnets(member):
            yield Finding(
                GATE,
                file,
                logical,
                "stands_in_public_subnet",
                f"In {standing.place} this {what} stands in {', '.join(subnets)}, which the internet can reach into.",
                "Put it into subnets without a route to an internet gateway.",
            )
