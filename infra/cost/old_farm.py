"""The old farm's month, from what old_farm.toml says that it is made of: what the bill stands beside."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from infra.cost.bill import Bill, priced
from infra.cost.data import FOLDER, Amount, Figures, read_figures
from infra.cost.prices import Prices
from infra.cost.sizes import sized
from infra.cost.traffic import Traffic
from infra.cost.uses import HOURS, Use, gigabytes

FILE = FOLDER / "old_farm.toml"
FARM = "the old farm"


class Row(Figures):
    """So many of a server, or of a price: each a number, the hours of a month, or the GB that the traffic answers."""

    part: str
    what: str
    instance: str = ""
    price: str = ""
    count: int = Field(1, ge=0)
    amount: Amount | Literal["month", "answers"] = "month"

    @model_validator(mode="after")
    def is_one_thing(self) -> Self:
        """A server or a price, one of the two."""
        if bool(self.instance) == bool(self.price):
            raise ValueError(f"{self.what}: it has `instance` or `price`, one of the two")
        if self.instance and sized(self.instance) is None:
            raise ValueError(f"{self.what}: {self.instance!r} is no instance type such as ec2.m5.large")
        return self

    def use(self, answers: Decimal) -> Use:
        """What the row uses in a month."""
        amount = {"month": HOURS, "answers": answers}[self.amount] if isinstance(self.amount, str) else self.amount
        one = sized(self.instance) if self.instance else None
        price, larges = (one.price, one.larges) if one else (self.price, Decimal(1))
        what = f"{self.what}, {self.instance}" if self.instance else self.what
        return Use(self.part, FARM, what, price, amount * self.count * larges)


class OldFarm(Figures):
    """What the farm is made of, who says so, when, and which deployed stage it stands beside."""

    origin: Literal["assumed", "given"]
    taken: date
    says: str
    region: Literal["eu-west-2", "eu-west-1"]
    stage: str
    rows: tuple[Row, ...]


def read_farm(path: Path = FILE) -> OldFarm:
    """The old farm; CostError naming what in its file cannot be read."""
    return read_figures(path, OldFarm)


def farm_bill(farm: OldFarm, prices: Prices, traffic: Traffic, stage: str) -> Bill:
    """What a month of the old farm costs, with the same prices and traffic; nothing beside a stage that it is not beside."""
    if stage != farm.stage:
        return Bill((), {})
    not_priced: dict[str, int] = {}
    answers = sum(answered(traffic), Decimal(0))
    uses = [row.use(answers) for row in farm.rows]
    return Bill(tuple(priced(uses, prices, farm.region, not_priced)), not_priced)


def answered(traffic: Traffic) -> Iterator[Decimal]:
    """The GB that each kind of call of each service is answered."""
    for load in traffic.services.values():
        for kind, share in load.kinds.items():
            yield load.requests * share * gigabytes(traffic.kinds[kind].answer_kb)
