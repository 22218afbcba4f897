"""All that `tis cost` says of a stage: the month's bill, what calls cost by stage, the steps of the move, the old farm."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from infra.cost.bill import Bill, Line, monthly, total
from infra.cost.ground import Ground, UnknownPlace
from infra.cost.old_farm import OldFarm, farm_bill
from infra.cost.prices import Prices
from infra.cost.stages import CallCost, call_costs
from infra.cost.steps import Stood, stood
from infra.cost.traffic import Traffic
from infra.cost.uses import GROUND, HOURS

CENTS = Decimal("0.01")


class Report(NamedTuple):
    """The figures, not rounded, and what they were made of."""

    ground: Ground
    traffic: Traffic
    bill: Bill
    farm: Bill
    steps: tuple[Stood, ...]
    calls: tuple[CallCost, ...]

    def requests(self, service: str) -> Decimal:
        """A service's calls in a month."""
        load = self.traffic.services.get(service)
        return load.requests * self.traffic.deployed[self.ground.stage] if load else Decimal(0)

    @property
    def all_requests(self) -> Decimal:
        """All calls in a month."""
        return sum((self.requests(service) for service in self.traffic.services), Decimal(0))

    @property
    def assumed(self) -> Decimal:
        """How many dollars of the bill rest on prices that were in no price list."""
        return total(line for line in self.bill.lines if line.assumed)

    def ground_share(self, service: str) -> Decimal:
        """A service's share of what all stand on, by its calls."""
        standing = total(line for line in self.bill.lines if line.owner == GROUND)
        return standing * self.requests(service) / self.all_requests if self.all_requests else Decimal(0)


def report(ground: Ground, prices: Prices, traffic: Traffic, farm: OldFarm) -> Report:
    """The report of a stage. CostError where figures are missing."""
    bill, old = monthly(ground, prices, traffic), farm_bill(farm, prices, traffic, ground.stage)
    steps = tuple(stood(ground, prices, traffic, old))
    return Report(ground, traffic, bill, old, steps, tuple(call_costs(ground, prices, traffic)))


def within(whole: Report, region: str) -> Report:
    """The report of one region alone, without what is only of the whole; UnknownPlace where the stage is not in it."""
    regions = whole.ground.resources
    if region not in regions:
        raise UnknownPlace(f"{whole.ground.stage} is not in region {region!r}; it is in {', '.join(regions)}.")
    return whole._replace(bill=whole.bill.within(region), steps=(), calls=())


def as_data(report: Report, prices: Prices) -> dict[str, Any]:
    """The report as JSON has it: dollars of a month, to the cent; quantities to the sixth digit."""
    bill, traffic = report.bill, report.traffic
    told = {"origin": traffic.origin, "taken": traffic.taken.isoformat(), "says": traffic.says}
    return {
        "stage": report.ground.stage,
        "regions": list(dict.fromkeys(line.region for line in bill.lines)),
        "currency": "USD",
        "hours": int(HOURS),
        "traffic": {**told, "requests": int(report.all_requests)},
        "prices": {"from": min(dates(prices)), "until": max(dates(prices)), "assumed": cents(report.assumed)},
        "total": cents(bill.total),
        "strangler": cents(bill.strangler),
        "parts": shown(bill.by(lambda line: line.part)),
        "by_region": shown(bill.by(lambda line: line.region)),
        "services": [service_data(report, owner, cost) for owner, cost in owners(report).items()],
        "calls": [
            {**one._asdict(), "total": cents(one.total), "strangler": cents(one.strangler)} for one in report.calls
        ],
        "steps": [step_data(one) for one in report.steps],
        "old_farm": {"total": cents(report.farm.total), "lines": [line_data(line) for line in report.farm.lines]},
        "lines": [line_data(line) for line in bill.lines],
        "not_priced": {**bill.not_priced, **report.farm.not_priced},
    }


def owners(report: Report) -> dict[str, Decimal]:
    """What each service costs by itself, and the strangler."""
    return {owner: cost for owner, cost in report.bill.by(lambda line: line.owner).items() if owner != GROUND}


def service_data(report: Report, service: str, cost: Decimal) -> dict[str, Any]:
    """A service's calls, own cost, and share of the ground."""
    share = report.ground_share(service)
    return {
        "service": service,
        "requests": int(report.requests(service)),
        "own": cents(cost),
        "ground": cents(share),
        "total": cents(cost + share),
    }


def step_data(one: Stood) -> dict[str, Any]:
    """What a month costs at a step."""
    sums = {name: cents(getattr(one, name)) for name in ("ground", "calls", "strangler", "farm", "total")}
    return {"step": one.step.name, "compiled": one.step.compiled, **sums}


def line_data(line: Line) -> dict[str, Any]:
    """A line of a bill."""
    amounts = {"quantity": round(float(line.quantity), 6), "amount": float(line.amount), "cost": cents(line.cost)}
    return {**line._asdict(), **amounts}


def dates(prices: Prices) -> list[str]:
    """When the prices were read."""
    return [source.date.isoformat() for source in prices.sources.values()]


def shown(sums: Mapping[str, Decimal]) -> dict[str, float]:
    """Sums to the cent."""
    return {name: cents(cost) for name, cost in sums.items()}


def cents(dollars: Decimal) -> float:
    """Dollars, to the cent."""
    return float(dollars.quantize(CENTS))
