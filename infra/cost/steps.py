"""The steps of the move, and what the strangler adds at each: the same traffic on other ways."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from infra.cost.bill import Bill, monthly
from infra.cost.ground import Ground, Resources
from infra.cost.prices import Prices
from infra.cost.traffic import Traffic
from infra.cost.uses import GROUND, STRANGLER
from shared.stages import CANARY, LEGACY, LIVE, RETIRED, SHADOW

ALL = Decimal(1)
WAY = "legacy"  # the template of the way to the old servers


class Step(NamedTuple):
    """A step: the share of calls in each stage, whether settled routes are compiled, and what still stands."""

    name: str
    stages: Mapping[str, Decimal]
    compiled: bool
    removed: bool = False
    farm: bool = True  # the old servers stand as long as a call may come back to them


HALF_WAY = {LEGACY: Decimal("0.3"), SHADOW: Decimal("0.2"), CANARY: Decimal("0.2"), LIVE: Decimal("0.3")}
STEPS = (
    Step("all legacy, interpreted", {LEGACY: ALL}, compiled=False),
    Step("all legacy, compiled", {LEGACY: ALL}, compiled=True),
    Step("half way, compiled", HALF_WAY, compiled=True),
    Step("all live, interpreted", {LIVE: ALL}, compiled=False),
    Step("all live, compiled", {LIVE: ALL}, compiled=True),
    Step("all retired, strangler removed", {RETIRED: ALL}, compiled=True, removed=True, farm=False),
)


class Stood(NamedTuple):
    """What a month costs at a step: the ground, the calls without the strangler, the strangler, the old farm."""

    step: Step
    ground: Decimal
    calls: Decimal
    strangler: Decimal
    farm: Decimal

    @property
    def total(self) -> Decimal:
        """Dollars a month."""
        return self.ground + self.calls + self.strangler + self.farm


def stood(ground: Ground, prices: Prices, traffic: Traffic, farm: Bill) -> list[Stood]:
    """What a month costs at each step."""
    return [at_step(step, ground, prices, traffic, farm) for step in STEPS]


def at_step(step: Step, ground: Ground, prices: Prices, traffic: Traffic, farm: Bill) -> Stood:
    """What a month costs at a step."""
    owners = bill_at(step, ground, prices, traffic).by(lambda line: line.owner)
    standing, strangler = owners.get(GROUND, Decimal(0)), owners.get(STRANGLER, Decimal(0))
    calls = sum(owners.values()) - standing - strangler
    return Stood(step, standing, calls, strangler, farm.total if step.farm else Decimal(0))


def bill_at(step: Step, ground: Ground, prices: Prices, traffic: Traffic) -> Bill:
    """The bill of a month at a step."""
    loads = {name: load.model_copy(update={"stages": step.stages}) for name, load in traffic.services.items()}
    there = replace(ground, compiled=step.compiled, removed=step.removed)
    if not step.farm:
        there = replace(there, resources={region: without_way(one) for region, one in ground.resources.items()})
    return monthly(there, prices, traffic.model_copy(update={"services": loads}))


def without_way(resources: Resources) -> Resources:
    """The resources of a region without the stack that leads to the old servers."""
    return {name: resource for name, resource in resources.items() if name.partition(".")[0] != WAY}
