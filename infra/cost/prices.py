"""prices.toml: what AWS charges for one of a thing in a region, where that was read, and when."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pydantic import Field, model_validator

from infra.cost.data import FOLDER, Amount, Figures, read_figures

FILE = FOLDER / "prices.toml"
REGIONS = ("eu-west-2", "eu-west-1")


class Source(Figures):
    """Where prices were read, and when; an assumed one was in no price list."""

    date: date
    says: str
    assumed: bool = False


class Listed(Figures):
    """A price in every region, each amount with the name of its source; one amount is for `per` of a unit."""

    unit: str
    per: int = Field(1, ge=1)
    london: tuple[Amount, str] = Field(alias="eu-west-2")
    ireland: tuple[Amount, str] = Field(alias="eu-west-1")


class Price(NamedTuple):
    """What `per` of a unit cost, in dollars."""

    unit: str
    per: int
    amount: Decimal
    source: Source


class Prices(Figures):
    """All prices by name."""

    sources: Mapping[str, Source]
    prices: Mapping[str, Listed]

    @model_validator(mode="after")
    def has_sources(self) -> "Prices":
        """Every amount names a source that there is."""
        for name, listed in self.prices.items():
            for _, source in (listed.london, listed.ireland):
                if source not in self.sources:
                    raise ValueError(f"{name} names a source {source!r} that is not in [sources]")
        return self

    @cached_property
    def _by_place(self) -> dict[tuple[str, str], Price]:
        return {
            (name, region): Price(listed.unit, listed.per, amount, self.sources[source])
            for name, listed in self.prices.items()
            for region, (amount, source) in zip(REGIONS, (listed.london, listed.ireland), strict=True)
        }

    def find(self, name: str, region: str) -> Price | None:
        """A price by its name; None where there is none."""
        return self._by_place.get((name, region))


def read_prices(path: Path = FILE) -> Prices:
    """The list of prices; CostError naming what in it cannot be read."""
    return read_figures(path, Prices)
