"""The bill of a month: lines of so much of a thing at its price, from resources, prices and traffic. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from infra.cost.data import CostError
from infra.cost.ground import Ground
from infra.cost.passing import traffic_uses
from infra.cost.prices import Prices
from infra.cost.resting import resting_uses
from infra.cost.traffic import Traffic
from infra.cost.uses import STRANGLER, Use

NOTHING = Decimal(0)


class Line(NamedTuple):
    """One line: what is paid for, in which region, by which part of the system and which service, how much, at what price."""

    region: str
    part: str
    owner: str
    what: str
    price: str
    quantity: Decimal
    unit: str
    per: int
    amount: Decimal
    assumed: bool

    @property
    def cost(self) -> Decimal:
        """Dollars a month, not rounded."""
        return self.quantity / self.per * self.amount


class Bill(NamedTuple):
    """A month's lines, and the resources that no price is known for: what of them, and how many."""

    lines: tuple[Line, ...]
    not_priced: Mapping[str, int]

    @property
    def total(self) -> Decimal:
        """Dollars a month."""
        return total(self.lines)

    @property
    def strangler(self) -> Decimal:
        """What the strangler costs, and what it makes others do."""
        return total(line for line in self.lines if line.owner == STRANGLER)

    def by(self, kind: Callable[[Line], str]) -> dict[str, Decimal]:
        """Costs by a property of lines, the highest first."""
        sums: dict[str, Decimal] = defaultdict(lambda: NOTHING)
        for line in self.lines:
            sums[kind(line)] += line.cost
        return dict(sorted(sums.items(), key=lambda pair: (-pair[1], pair[0])))

    def within(self, region: str) -> "Bill":
        """The lines of one region alone."""
        return self._replace(lines=tuple(line for line in self.lines if line.region == region))


def total(lines: Iterable[Line]) -> Decimal:
    """Dollars a month of some lines."""
    return sum((line.cost for line in lines), NOTHING)


def monthly(ground: Ground, prices: Prices, traffic: Traffic) -> Bill:
    """What a month costs: what stands in each region, and what the calls use in the first. CostError where figures are missing."""
    if ground.stage not in traffic.deployed:
        raise CostError(f"deployed: the traffic says nothing of stage {ground.stage!r}; add its share, 0 for none.")
    lines: list[Line] = []
    not_priced: dict[str, int] = {}
    for region in ground.resources:
        uses, unpriced = resting_uses(ground, region, traffic)
        lines += priced(uses, prices, region, not_priced)
        for what in unpriced:
            not_priced[what] = not_priced.get(what, 0) + 1
    lines += priced(traffic_uses(ground, traffic), prices, ground.first, not_priced)
    return Bill(tuple(lines), not_priced)


def priced(uses: Iterable[Use], prices: Prices, region: str, not_priced: dict[str, int]) -> Iterator[Line]:
    """The lines of uses in a region, those of a kind together; what has no price is counted."""
    sums: dict[Use, Decimal] = defaultdict(lambda: NOTHING)
    for use in uses:
        sums[use._replace(quantity=NOTHING)] += use.quantity
    for use, quantity in sums.items():
        if quantity:
            found = prices.find(use.price, region)
            if found is None:
                what = f"{use.what} ({use.price})"
                not_priced[what] = not_priced.get(what, 0) + 1
                continue
            yield Line(
                region,
                use.part,
                use.owner,
                use.what,
                use.price,
                quantity,
                found.unit,
                found.per,
                found.amount,
                found.source.assumed,
            )
