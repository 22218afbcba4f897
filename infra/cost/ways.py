"""The way of a call, by the stage of its route, and what one call on it uses. Pure.

legacy and live are settled: a compiled table leads them past the strangler, an interpreted one through it.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from infra.cost.traffic import Calls, Facade, Kind, Load, Traffic
from infra.cost.uses import STRANGLER, Use, gb_seconds, gigabytes
from shared.stages import CANARY, LEGACY, LIVE, RETIRED, SHADOW

ONE, NONE = Decimal(1), Decimal(0)
QUEUED = 3  # requests of a queue for a message: sent, received, deleted
PROFILE = "profile"  # whom services ask who calls

FIREWALL, LINK, NAT = "AWS::WAFv2::WebACL", "AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::EC2::NatGateway"


class Way(NamedTuple):
    """Who works on a call: the strangler or not, and the shares of calls that legacy and the service answer, or only judge."""

    facade: bool
    legacy: Decimal
    service: Decimal
    judged: Decimal = NONE


class Sides(NamedTuple):
    """What does the work: the memory of functions in MB, their processor, and what stands between (types of resources)."""

    facade_memory: int
    service_memory: int
    profile_memory: int
    architecture: str
    between: frozenset[str]


def way_of(stage: str, load: Load, facade: Facade, *, compiled: bool) -> Way:
    """The way of a service's calls in a stage."""
    canary = facade.canary_share if load.canary_share is None else load.canary_share
    return {
        LEGACY: Way(not compiled, ONE, NONE),
        SHADOW: Way(True, ONE, NONE, facade.shadow_share),
        CANARY: Way(True, ONE - canary, canary),
        LIVE: Way(not compiled, NONE, ONE),
        RETIRED: Way(not compiled, NONE, ONE),
    }[stage]


def call_uses(service: str, way: Way, kind: Kind, traffic: Traffic, sides: Sides) -> Iterator[Use]:
    """What one call uses on its way."""
    calls = traffic.calls
    yield from at_edge(service, calls, sides)
    yield Use("data out", service, "answers to callers", "out.gb", gigabytes(kind.answer_kb))
    if way.facade:
        yield from of_facade(way, kind, traffic, sides)
    if way.service:
        yield from scaled(of_service(service, service, kind, calls, sides), way.service)
    if way.judged:
        yield from scaled(of_service(service, STRANGLER, kind, calls, sides), way.judged)
    if way.legacy:
        yield from scaled(of_legacy(service, way, kind, calls, sides), way.legacy)
    if way.facade or way.service:
        owner = service if way.service else STRANGLER
        yield Use("logs and metrics", owner, "traces", "xray.trace", calls.trace_share)


def scaled(uses: Iterator[Use], share: Decimal) -> Iterator[Use]:
    """The uses of a share of the calls."""
    return (use._replace(quantity=use.quantity * share) for use in uses)


def at_edge(owner: str, calls: Calls, sides: Sides) -> Iterator[Use]:
    """One way through the gateway."""
    yield Use("gateway", owner, "calls", "gateway.request", ONE)
    if FIREWALL in sides.between:
        yield Use("gateway", owner, "calls looked at by the firewall", "waf.request", ONE)
    yield Use("logs and metrics", owner, "gateway's log", "logs.gb", gigabytes(calls.access_log_kb))


def of_function(owner: str, milliseconds: Decimal, memory: int, calls: Calls, sides: Sides) -> Iterator[Use]:
    """One call of a function, with its part of the cold starts."""
    charged = milliseconds + calls.cold_share * calls.cold_ms
    yield Use("functions", owner, "calls", "lambda.request", ONE)
    yield Use("functions", owner, "work", f"lambda.{sides.architecture}", gb_seconds(charged, memory))
    yield Use("logs and metrics", owner, "functions' logs", "logs.gb", gigabytes(calls.function_log_kb))
    yield Use("keys and secrets", owner, "decrypted", "kms.request", calls.kms_share)


def of_facade(way: Way, kind: Kind, traffic: Traffic, sides: Sides) -> Iterator[Use]:
    """What the strangler adds: its function, which waits for who answers, the second way through the gateway, experiments."""
    facade, calls, size = traffic.facade, traffic.calls, gigabytes(kind.request_kb + kind.answer_kb)
    waited = way.legacy * kind.legacy_ms + way.service * (kind.service_ms + facade.hop_ms)
    yield from of_function(STRANGLER, facade.own_ms + waited, sides.facade_memory, calls, sides)
    asked = way.service + way.judged
    if asked:
        yield from scaled(at_edge(STRANGLER, calls, sides), asked)
    if NAT in sides.between:
        outside = asked if LINK in sides.between else asked + way.legacy
        yield Use("network", STRANGLER, "through the NAT gateways to upstreams", "nat.gb", size * outside)
    if way.judged:
        pair = Use("messaging", STRANGLER, "experiments queued", "sqs.request", Decimal(QUEUED))
        judge = of_function(STRANGLER, facade.compare_ms, sides.facade_memory, calls, sides)
        yield from scaled(iter([pair, *judge]), way.judged)
        yield Use("logs and metrics", STRANGLER, "results", "logs.gb", gigabytes(facade.pair_kb) * way.judged)


def of_service(service: str, owner: str, kind: Kind, calls: Calls, sides: Sides) -> Iterator[Use]:
    """What the service's function uses: its work, its database, and profile's for who calls."""
    yield from of_function(owner, kind.service_ms, sides.service_memory, calls, sides)
    yield Use("database", owner, "storage read and written", "db.io", kind.storage_reads + kind.storage_writes)
    if kind.storage_writes:
        yield Use("database", owner, "changes for the second region", "db.replicated", kind.storage_writes)
    crossing = gigabytes(calls.database_kb) * calls.cross_zone_share * 2  # each side is charged
    yield Use("network", owner, "between zones to the database", "zone.gb", crossing)
    if service == PROFILE:
        return
    asking = [
        *at_edge(owner, calls, sides),
        *of_function(owner, calls.principal_ms, sides.profile_memory, calls, sides),
    ]
    yield from scaled(iter(asking), calls.principal_share)
    if NAT in sides.between:
        asked = gigabytes(calls.principal_kb) * calls.principal_share
        yield Use("network", owner, "through the NAT gateways to profile", "nat.gb", asked)


def of_legacy(service: str, way: Way, kind: Kind, calls: Calls, sides: Sides) -> Iterator[Use]:
    """What leads to the old servers: their load balancer, between zones, where one stands in the ground; else the internet."""
    if LINK in sides.between:
        size = gigabytes(kind.request_kb + kind.answer_kb)
        yield Use("network", service, "through the link to the old servers", "nlb.unit", size)
        crossing = size * calls.cross_zone_share * 2  # each side is charged
        yield Use("network", service, "between zones to the old servers", "zone.gb", crossing)
    else:
        owner = STRANGLER if way.facade else service
        yield Use("data out", owner, "requests to the old servers", "out.gb", gigabytes(kind.request_kb))
