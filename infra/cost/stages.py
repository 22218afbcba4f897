"""What a million calls cost by the stage of their route: the gateway alone, the strangler and its upstreams, or the service's function."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from infra.cost.bill import Bill, priced
from infra.cost.ground import Ground
from infra.cost.passing import kind_of, sides_of
from infra.cost.prices import Prices
from infra.cost.traffic import Traffic
from infra.cost.uses import Use, times
from infra.cost.ways import call_uses, way_of
from shared.stages import CANARY, LEGACY, LIVE, SHADOW

MILLION = Decimal(1_000_000)


class Column(NamedTuple):
    """A stage of routes, compiled into the gateway or decided by the strangler."""

    name: str
    stage: str
    compiled: bool


COLUMNS = (
    Column("legacy", LEGACY, True),
    Column("legacy, interpreted", LEGACY, False),
    Column("shadow", SHADOW, True),
    Column("canary", CANARY, True),
    Column("live, interpreted", LIVE, False),
    Column("live", LIVE, True),
)


class CallCost(NamedTuple):
    """What a million calls of a service cost in a stage, and what of that the strangler adds."""

    service: str
    column: str
    total: Decimal
    strangler: Decimal


def call_costs(ground: Ground, prices: Prices, traffic: Traffic) -> list[CallCost]:
    """What a million calls of each service cost in each stage; without what the ground costs anyway."""
    return [call_cost(service, column, ground, prices, traffic) for service in traffic.services for column in COLUMNS]


def call_cost(service: str, column: Column, ground: Ground, prices: Prices, traffic: Traffic) -> CallCost:
    """What a million calls of a service cost in a stage."""
    uses = million_uses(service, column, ground, traffic)
    bill = Bill(tuple(priced(uses, prices, ground.first, {})), {})
    return CallCost(service, column.name, bill.total, bill.strangler)


def million_uses(service: str, column: Column, ground: Ground, traffic: Traffic) -> Iterator[Use]:
    """What a million calls of a service use in a stage."""
    load, sides = traffic.services[service], sides_of(ground, service)
    way = way_of(column.stage, load, traffic.facade, compiled=column.compiled)
    for name, share in load.kinds.items():
        yield from times(call_uses(service, way, kind_of(name, load, traffic), traffic, sides), MILLION * share)
