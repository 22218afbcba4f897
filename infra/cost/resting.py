"""What stands in a region all month, whatever the calls: rows of resources.toml, rules of standing.py, what is kept ready."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from infra.cost.data import FOLDER, Figures, read_figures
from infra.cost.ground import Ground
from infra.cost.standing import RULES, Place, Unpriced
from infra.cost.traffic import Traffic, Usage
from infra.cost.uses import GROUND, HOURS, MB, SECONDS, STRANGLER, Use
from infra.ground.resolving import as_text

FILE = FOLDER / "resources.toml"
MONTH = "month"


class Row(Figures):
    """What one resource costs: an amount of a price. The amount is a number, the hours of a month, or a figure of [usage]."""

    part: str
    what: str
    price: str
    amount: int | str

    def use(self, usage: Usage, count: int) -> Use:
        """What so many resources use."""
        amount = HOURS if self.amount == MONTH else self.amount
        quantity = Decimal(amount) if isinstance(amount, int | Decimal) else getattr(usage, amount)
        return Use(self.part, GROUND, self.what, self.price, quantity * count)


Rows = Mapping[str, tuple[Row, ...]]


class Types(Figures):
    """What each type of resource costs: each one; all together in a region, in the first one, between two; and what is free.

    `only`: the values of properties that these prices are for.
    """

    priced: Rows
    once: Rows
    first: Rows
    between: Rows
    only: Mapping[str, Mapping[str, tuple[str, ...]]]
    free: Mapping[str, str]

    def knows(self, kind: str) -> bool:
        """Is a type priced, or named as free?"""
        return any(kind in known for known in (self.priced, self.once, self.first, self.free, RULES))


@cache
def read_types() -> Types:
    """resources.toml; CostError naming what in it cannot be read."""
    return read_figures(FILE, Types)


def resting_uses(ground: Ground, region: str, traffic: Traffic) -> tuple[list[Use], list[str]]:
    """What stands in a region, and what of it has no price."""
    resources, types = ground.resources[region], read_types()
    usage = usage_of(traffic, ground.stage)
    counts = Counter(one["Type"] for one in resources.values())
    uses = [row.use(usage, count) for kind, count in counts.items() for row in types.priced.get(kind, ())]
    together = [types.once]
    if region == ground.first:
        together += [types.first] if len(ground.resources) == 1 else [types.first, types.between]
    uses += [row.use(usage, 1) for rows in together for kind in counts for row in rows.get(kind, ())]
    unpriced = [kind for kind, count in counts.items() if not types.knows(kind) for _ in range(count)]
    place = Place(resources, usage, region == ground.first)
    for one in resources.values():
        try:
            uses += by_rule(one, place)
        except Unpriced as missing:
            unpriced.append(f"{one['Type']}: {missing}")
    return [*uses, *(ready_uses(ground) if region == ground.first else ())], unpriced


def by_rule(resource: Mapping[str, Any], place: Place) -> list[Use]:
    """What a resource's rule says; nothing where it has none. Unpriced where the prices are not for such a one."""
    kind, properties = resource["Type"], resource.get("Properties", {})
    for name, values in read_types().only.get(kind, {}).items():
        if name in properties and as_text(properties[name]) not in values:
            raise Unpriced(f"{name} {as_text(properties[name])}")
    rule = RULES.get(kind)
    return [] if rule is None else list(rule(properties, place))


def ready_uses(ground: Ground) -> Iterator[Use]:
    """What is kept ready for calls: warm environments, snapshots; the strangler's as long as there is one."""
    for service, ready in ground.ready.items():
        if not (ground.removed and service == STRANGLER):
            kept = SECONDS * ground.memory_of(service) / MB
            yield Use("functions", service, "environments kept warm", "lambda.provisioned", kept * ready.warm)
            yield Use("functions", service, "snapshots", "lambda.snapshot", kept * ready.snapshot)


def usage_of(traffic: Traffic, stage: str) -> Usage:
    """What lies and flows in a stage: its share of what the profile says; logs are kept as long everywhere."""
    share = traffic.deployed.get(stage, Decimal(0))
    scaled = {name: value * share for name, value in traffic.usage}
    return Usage.model_validate({**scaled, "log_months": traffic.usage.log_months})
