"""What the strangler adds at each step, and what stands beside it."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.cost.data import CostError
from infra.cost.ground import Ground, Ready, read_ground
from infra.cost.old_farm import FILE, farm_bill, read_farm
from infra.cost.prices import Prices
from infra.cost.steps import STEPS, Stood, stood
from infra.cost.traffic import Traffic


@pytest.fixture(scope="module")
def ground() -> Ground:
    return read_ground("prod")


@pytest.fixture
def steps(ground: Ground, prices: Prices, traffic: Traffic) -> dict[str, Stood]:
    farm = farm_bill(read_farm(), prices, traffic, "prod")
    return {one.step.name: one for one in stood(ground, prices, traffic, farm)}


def test_the_strangler_adds_nothing_to_what_is_settled_and_compiled(steps: dict[str, Stood]) -> None:
    for name in ("all legacy, compiled", "all live, compiled", "all retired, strangler removed"):
        assert steps[name].strangler == 0, name
    for name in ("all legacy, interpreted", "half way, compiled", "all live, interpreted"):
        assert steps[name].strangler > 0, name


def test_compiling_changes_nothing_but_the_strangler(steps: dict[str, Stood]) -> None:
    for stage in ("legacy", "live"):
        interpreted, compiled = steps[f"all {stage}, interpreted"], steps[f"all {stage}, compiled"]
        assert interpreted.calls == pytest.approx(compiled.calls)
        assert interpreted.ground == compiled.ground


def test_sums_are_sums(steps: dict[str, Stood]) -> None:
    for one in steps.values():
        assert one.total == one.ground + one.calls + one.strangler + one.farm


def test_the_farm_and_the_way_to_it_go_with_the_last_route(steps: dict[str, Stood]) -> None:
    *before, last = (steps[step.name] for step in STEPS)
    assert last.farm == 0
    assert all(one.farm > 0 and one.ground > last.ground for one in before)


def test_environments_that_the_strangler_keeps_warm_go_when_it_is_removed(
    ground: Ground, prices: Prices, traffic: Traffic
) -> None:
    warm = replace(ground, ready={"strangler": Ready(warm=1)})
    found = {
        one.step.name: one for one in stood(warm, prices, traffic, farm_bill(read_farm(), prices, traffic, "prod"))
    }
    assert found["all live, compiled"].strangler > 0
    assert found["all retired, strangler removed"].strangler == 0


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("count = 12", "count = -12", "a number below 0 makes no sense"),
        ('instance = "ec2.m5.xlarge"', 'instance = "m5"', "'m5' is no instance type such as ec2.m5.large"),
        ('instance = "ec2.m5.xlarge"', 'instance = "ec2.m5.xlarge"\nprice = "ec2.m5"', "one of the two"),
        ("amount = 1000", 'amount = "year"', "rows.5.amount"),
        ('region = "eu-west-2"', 'region = "mars"', "region: "),
    ],
)
def test_faults_of_the_farm_are_told(old: str, new: str, told: str, tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "old_farm.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CostError) as error:
        read_farm(path)
    assert told in str(error.value)


def test_the_farm_by_hand(tmp_path: Path, prices: Prices, traffic: Traffic) -> None:
    path = tmp_path / "old_farm.toml"
    path.write_text(
        'origin = "given"\ntaken = 2026-11-01\nsays = "test"\nregion = "eu-west-2"\nstage = "prod"\n'
        '[[rows]]\npart = "servers"\nwhat = "one"\ninstance = "ec2.t3.xlarge"\ncount = 2\n',
        encoding="utf-8",
    )
    (line,) = farm_bill(read_farm(path), prices, traffic, "prod").lines
    assert line.quantity == 2 * 2 * 730
    assert f"{line.cost:.3f}" == "275.648"  # 2 servers of 2 large, 730 h, $0.0944
    assert farm_bill(read_farm(path), prices, traffic, "dev").lines == ()
