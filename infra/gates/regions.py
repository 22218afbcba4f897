"""The regions gate: without the first region, the second has all that services need, and the data."""

from collections.abc import Iterator
from typing import NamedTuple

from infra.gates.findings import Finding
from infra.gates.losses import LASTING
from infra.ground.standing import PARAMETERS, REGIONS, Ground, Place, Standing

GATE = "regions"


class Copied(NamedTuple):
    """A type that stands in one region only and serves both, and why that is right."""

    type: str
    reason: str


# What the second region may lack. What it has of every other type, it has of its own.
SERVES_BOTH = (
    Copied("AWS::RDS::GlobalCluster", "it is what joins the clusters of both regions"),
    Copied("AWS::DynamoDB::GlobalTable", "its replicas are checked below"),
    Copied("AWS::Budgets::Budget", "a budget is the account's, not a region's"),
    Copied("AWS::Route53::HostedZone", "DNS has no region"),
    Copied("AWS::RDS::DBInstance", "the second cluster may have fewer readers, losses looks at it"),
    Copied("AWS::KMS::Key", "a key of several regions is a replica there"),
    Copied("AWS::SecretsManager::Secret", "a secret may be a replica there"),
    Copied("AWS::SecretsManager::RotationSchedule", "a secret is rotated where it is made"),
)


def break_regions(ground: Ground) -> Iterator[Finding]:
    """What a lasting stage would lack if its first region were lost."""
    for stage in LASTING:
        first, second = (ground.standings.get(Place(stage, region)) for region in REGIONS)
        if first is None:
            continue  # nothing of this stage is in the ground that is read
        if second is None:
            file = f"{PARAMETERS}/{Place(stage, REGIONS[1])}.json"
            why = f"{stage} stands in {REGIONS[0]} alone; without that region nothing is left."
            yield Finding(GATE, file, "", "no_second_region", why, "Write its parameters, and deploy it there too.")
            continue
        yield from missing(ground, first, second)
        yield from unjoined(ground, first, second)
        yield from unreplicated(ground, first)
        yield from unnamed(ground, first, second)


def missing(ground: Ground, first: Standing, second: Standing) -> Iterator[Finding]:
    """What stands in the first region and has no counterpart in the second."""
    excepted = {one.type for one in SERVES_BOTH}
    for name, resource in first.resources.items():
        if name not in second.resources and resource["Type"] not in excepted:
            yield Finding(
                GATE,
                ground.file(name),
                name.partition(".")[2],
                "not_in_second_region",
                f"It stands in {first.place} and not in {second.place}, which would have to do without it.",
                "Drop its condition, or say in Metadata (regions: skip) why one serves both regions.",
            )


def unjoined(ground: Ground, first: Standing, second: Standing) -> Iterator[Finding]:
    """Clusters of the second region that are not the same global database as the first's."""
    for name, cluster in second.of_type("AWS::RDS::DBCluster").items():
        source = first.resources.get(name, {"Properties": {}})["Properties"]
        joined = joined_by(first, name, source)
        if not joined or cluster["Properties"].get("GlobalClusterIdentifier") not in joined:
            yield Finding(
                GATE,
                ground.file(name),
                name.partition(".")[2],
                "not_one_database",
                f"The clusters of {first.place} and {second.place} are not of one global database; the data would be lost.",
                "Join both to one AWS::RDS::GlobalCluster by GlobalClusterIdentifier.",
            )


def joined_by(standing: Standing, cluster: str, properties: dict[str, object]) -> set[object]:
    """The names of the global database that a cluster of the first region is in."""
    own = properties.get("GlobalClusterIdentifier")
    names: set[object] = set() if own is None else {own}
    for name, one in standing.of_type("AWS::RDS::GlobalCluster").items():
        source = str(one["Properties"].get("SourceDBClusterIdentifier", ""))
        if f"<{name}>" == own or f"<{cluster}" in source:
            names.add(one["Properties"].get("GlobalClusterIdentifier"))
    return names


def unreplicated(ground: Ground, first: Standing) -> Iterator[Finding]:
    """Tables without a replica in one of the regions; a table of one region alone cannot have any."""
    for name, table in first.of_type("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table").items():
        there = {one.get("Region") for one in table["Properties"].get("Replicas", ())}
        if lacking := [region for region in REGIONS if region not in there]:
            yield Finding(
                GATE,
                ground.file(name),
                name.partition(".")[2],
                "table_in_one_region",
                f"The table has no replica in {' and '.join(lacking)}.",
                "Make it an AWS::DynamoDB::GlobalTable with a replica in both regions.",
            )


def unnamed(ground: Ground, first: Standing, second: Standing) -> Iterator[Finding]:
    """Names that DNS does not lead to the second region when the first is ill."""
    records, others = (one.of_type("AWS::Route53::RecordSet") for one in (first, second))
    for name, record in records.items():
        own, other = record["Properties"], others.get(name, {"Properties": {}})["Properties"]
        if own.get("Type") not in ("A", "AAAA", "CNAME"):
            continue
        pair = (own.get("Failover"), other.get("Failover"))
        if pair != ("PRIMARY", "SECONDARY") or own["Name"] != other.get("Name") or "HealthCheckId" not in own:
            yield Finding(
                GATE,
                ground.file(name),
                name.partition(".")[2],
                "no_failover",
                f"When {first.place.region} is ill, DNS does not lead callers to {second.place.region}.",
                "Give both regions a record of one name, Failover PRIMARY (with a HealthCheckId) and SECONDARY.",
            )
