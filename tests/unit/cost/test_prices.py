"""prices.toml: each price is dated, has a source, and is what the unit says."""

from datetime import date
from pathlib import Path

import pytest

from infra.cost import prices as module
from infra.cost.data import CostError
from infra.cost.prices import REGIONS, Prices, read_prices

NAMES = sorted(read_prices().prices)


@pytest.mark.parametrize("name", NAMES)
def test_every_price_has_a_date_and_a_source(name: str, prices: Prices) -> None:
    for region in REGIONS:
        found = prices.find(name, region)
        assert found is not None
        assert date(2026, 1, 1) <= found.source.date <= date(2026, 12, 31)
        assert len(found.source.says) > 20
        assert found.amount > 0
        assert found.unit


@pytest.mark.parametrize("name", NAMES)
def test_regions_are_alike(name: str, prices: Prices) -> None:
    london, ireland = (prices.find(name, region) for region in REGIONS)
    assert london is not None
    assert ireland is not None
    assert 0.8 < london.amount / ireland.amount < 1.25


def test_numbers_are_exact(prices: Prices) -> None:
    found = prices.find("lambda.x86_64", "eu-west-2")
    assert found is not None
    assert str(found.amount) == "0.0000166667"


def test_no_other_region_has_prices(prices: Prices) -> None:
    assert prices.find("nat.hour", "us-east-1") is None


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("per = 1_000_000", "per = 0", "prices.gateway.request.per"),
        ('[3.50, "london-offers"]', '[-3.50, "london-offers"]', "a number below 0 makes no sense"),
        ('[3.50, "london-offers"]', '[3.50, "hearsay"]', "names a source 'hearsay' that is not in"),
        ('unit = "requests"', 'units = "requests"', "there is no such key"),
        ("date = 2026-10-06\nsays", "says", "sources.london.date: this key is missing"),
        ("[prices]", "[prices", "is not TOML"),
    ],
)
def test_faults_are_told(old: str, new: str, told: str, tmp_path: Path) -> None:
    text = module.FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "prices.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CostError) as error:
        read_prices(path)
    assert told in str(error.value)
    assert str(error.value).startswith("prices.toml")
