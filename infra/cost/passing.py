"""What a month's calls use: each service's, on the ways of their stages, and what comes of all of them together."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from infra.cost.ground import Ground
from infra.cost.resting import usage_of
from infra.cost.traffic import Kind, Load, Traffic
from infra.cost.uses import GROUND, HOURS, SECONDS, STRANGLER, Use, gb_seconds, times
from infra.cost.ways import PROFILE, Sides, Way, call_uses, way_of
from shared.stages import LEGACY

MAX_AGE = 3  # seconds after which a function reads the route table again (shared.stages)
BATCH = 10  # messages that a consumer is given at once
WHOLE = Decimal(1)
PACKED = Decimal("0.15")  # of a log, kept: as CloudWatch counts it
PART, WHAT = "logs and metrics", "metrics of routes"


def traffic_uses(ground: Ground, traffic: Traffic) -> Iterator[Use]:
    """Everything that a month's calls use in the first region."""
    sides = {service: sides_of(ground, service) for service in traffic.services}
    uses = [
        use
        for service, load in traffic.services.items()
        for use in service_uses(service, load, ground, traffic, sides[service])
    ]
    yield from uses
    yield from table_reads(uses, ground, traffic)
    yield from kept_logs(uses, ground, traffic)
    yield from own_metrics(ground, traffic)


def sides_of(ground: Ground, service: str) -> Sides:
    """What works on a service's calls."""
    between = frozenset(one["Type"] for one in ground.resources[ground.first].values())
    return Sides(
        facade_memory=ground.memory_of(STRANGLER),
        service_memory=ground.memory_of(service),
        profile_memory=ground.memory_of(PROFILE),
        architecture=ground.architecture,
        between=between,
    )


def stages_of(service: str, load: Load, ground: Ground) -> Mapping[str, Decimal]:
    """The share of a service's calls in each stage: as the profile tells, else as its routes stand, all alike busy."""
    if load.stages is not None:
        return load.stages
    return ground.routed[service].shares if service in ground.routed else {LEGACY: WHOLE}


def service_uses(service: str, load: Load, ground: Ground, traffic: Traffic, sides: Sides) -> Iterator[Use]:
    """What a service's calls use, and its consumers."""
    requests = load.requests * traffic.deployed[ground.stage]
    routed = ground.routed.get(service)
    if load.canary_share is None and routed is not None:
        load = load.model_copy(update={"canary_share": routed.canary_share})
    for stage, part in stages_of(service, load, ground).items():
        way = way_of(stage, load, traffic.facade, compiled=ground.compiled)
        for name, share in load.kinds.items():
            kind = kind_of(name, load, traffic)
            yield from times(call_uses(service, way, kind, traffic, sides), requests * part * share)
        if routed is not None:
            yield from route_metrics(service, way, routed.routes * part, requests * part, traffic)
    messages = load.messages * traffic.deployed[ground.stage]
    yield Use("functions", service, "consumers' calls", "lambda.request", messages / BATCH)
    work = gb_seconds(load.message_ms, sides.service_memory) * messages
    yield Use("functions", service, "consumers' work", f"lambda.{sides.architecture}", work)


def kind_of(name: str, load: Load, traffic: Traffic) -> Kind:
    """A kind of call, as long as it takes with this service."""
    known = {side: getattr(load, side)[name] for side in ("service_ms", "legacy_ms") if name in getattr(load, side)}
    return traffic.kinds[name].model_copy(update=known)


def route_metrics(service: str, way: Way, routes: Decimal, requests: Decimal, traffic: Traffic) -> Iterator[Use]:
    """The metrics of some routes: one of each combination of what a line tells, for every hour in which one was written.

    There are never more of them in an hour than calls.
    """
    hourly = requests / HOURS
    if way.facade:
        count = min(hourly, routes * traffic.calls.facade_metrics)
        yield Use(PART, STRANGLER, WHAT, "metric.month", count)
    if way.service or way.judged:
        owner = service if way.service else STRANGLER
        count = min(hourly, routes * traffic.calls.service_metrics)
        yield Use(PART, owner, WHAT, "metric.month", count)


def table_reads(uses: list[Use], ground: Ground, traffic: Traffic) -> Iterator[Use]:
    """Readings of the route table: each environment's at most every three seconds, and never more than there are calls."""
    calls: dict[str, Decimal] = defaultdict(Decimal)
    work: dict[str, Decimal] = defaultdict(Decimal)
    for use in uses:
        if use.part == "functions" and use.price == "lambda.request":
            calls[use.owner] += use.quantity
        elif use.part == "functions":
            work[use.owner] += use.quantity
    for owner, count in calls.items():
        seconds = work[owner] / gb_seconds(Decimal(1000), ground.memory_of(owner))
        environments = max(WHOLE, seconds / SECONDS * traffic.calls.peak)
        reads = min(count, environments * SECONDS / MAX_AGE)
        yield Use("route table", owner, "readings", "dynamodb.read", reads)


def kept_logs(uses: list[Use], ground: Ground, traffic: Traffic) -> Iterator[Use]:
    """Logs that are kept: what comes in during a month, for as many months, packed."""
    packed = traffic.usage.log_months * PACKED
    for use in uses:
        if use.price == "logs.gb":
            yield use._replace(what="logs kept", price="logs.kept", quantity=use.quantity * packed)
    usage = usage_of(traffic, ground.stage)
    flowing = usage.flow_log_gb + usage.other_log_gb
    yield Use(PART, GROUND, "logs kept", "logs.kept", flowing * packed)


def own_metrics(ground: Ground, traffic: Traffic) -> Iterator[Use]:
    """Metrics of functions that are no route's; there are as many whatever the calls, where there are any."""
    if traffic.deployed[ground.stage]:
        count = traffic.usage.function_metrics
        yield Use(PART, GROUND, "metrics of functions", "metric.month", count)
