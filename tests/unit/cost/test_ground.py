"""The committed templates, manifest and prices: everything that stands is priced or named as free."""

from decimal import Decimal

import pytest

from infra.build.manifest import read_manifest
from infra.cost.bill import monthly
from infra.cost.ground import UnknownPlace, memory_of, read_ground, routed
from infra.cost.old_farm import farm_bill, read_farm
from infra.cost.prices import REGIONS, Prices
from infra.cost.resting import read_types
from infra.cost.stages import COLUMNS, call_costs
from infra.cost.standing import RULES
from infra.cost.steps import STEPS, bill_at
from infra.cost.traffic import Traffic, Usage
from infra.ground.reading import read_templates

TEMPLATES = read_templates()
TYPES = sorted({resource["Type"] for template in TEMPLATES.values() for resource in template["Resources"].values()})
DEPLOYED = ("prod", "dev")


def test_there_are_templates() -> None:
    assert len(TYPES) > 20


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_is_priced_or_free(kind: str) -> None:
    assert read_types().knows(kind), (
        f"{kind}: a row of infra/cost/resources.toml says what it costs, or that it is free"
    )


def test_no_type_is_free_and_priced() -> None:
    types = read_types()
    assert not types.free.keys() & (types.priced.keys() | types.once.keys() | types.first.keys() | RULES.keys())


@pytest.mark.parametrize("stage", DEPLOYED)
def test_nothing_that_stands_is_without_a_price(stage: str, prices: Prices, traffic: Traffic) -> None:
    ground = read_ground(stage)
    for step in STEPS:
        bill = bill_at(step, ground, prices, traffic)
        assert bill.not_priced == {}, step.name
    assert farm_bill(read_farm(), prices, traffic, "prod").not_priced == {}


def test_every_row_names_a_price_and_an_amount(prices: Prices) -> None:
    types = read_types()
    groups = (types.priced, types.once, types.first, types.between)
    rows = [row for group in groups for those in group.values() for row in those]
    assert {row.price for row in rows} <= prices.prices.keys()
    assert {row.amount for row in rows if isinstance(row.amount, str)} <= Usage.model_fields.keys() | {"month"}


def test_stages_and_regions_differ(prices: Prices, traffic: Traffic) -> None:
    prod, dev = (monthly(read_ground(stage), prices, traffic) for stage in DEPLOYED)
    assert {line.region for line in prod.lines} == set(REGIONS)
    assert {line.region for line in dev.lines} == {"eu-west-2"}
    assert prod.within("eu-west-2").total > prod.within("eu-west-1").total > dev.total > 0


def test_calls_come_to_the_first_region_alone(prices: Prices, traffic: Traffic) -> None:
    bill = monthly(read_ground("prod"), prices, traffic)
    assert {line.region for line in bill.lines if line.price == "gateway.request"} == {"eu-west-2"}


def test_prod_is_a_multiple_of_zones(prices: Prices, traffic: Traffic) -> None:
    ground = read_ground("prod")
    gateways = [one for one in ground.resources["eu-west-2"].values() if one["Type"] == "AWS::EC2::NatGateway"]
    bill = monthly(ground, prices, traffic).within("eu-west-2")
    hours = next(line.quantity for line in bill.lines if line.price == "nat.hour")
    assert hours == 730 * len(gateways) == 2190


def test_memory_is_what_chalice_is_told() -> None:
    manifest = read_manifest()
    assert read_ground("prod").memory_of("strangler") == memory_of(manifest, "prod", "strangler")
    assert read_ground("prod").memory_of("not built yet") == memory_of(manifest, "prod")


def test_a_stage_without_parameters_is_told() -> None:
    with pytest.raises(UnknownPlace, match=r"No parameters of a stage 'nowhere' .* there are dev, prod"):
        read_ground("nowhere")


def test_routes_by_stage() -> None:
    terms = {"stage": "canary", "permyriad": 500}
    found = routed({"service": {}, "routes": {"GET /a": "legacy", "GET /b": "live", "GET /c": terms, "GET /d": "live"}})
    assert found.shares == {"legacy": Decimal("0.25"), "live": Decimal("0.5"), "canary": Decimal("0.25")}
    assert (found.routes, found.canary_share) == (4, Decimal("0.05"))


def test_calls_by_stage(prices: Prices, traffic: Traffic) -> None:
    found = {(one.service, one.column): one for one in call_costs(read_ground("prod"), prices, traffic)}
    assert len(found) == len(COLUMNS) * len(traffic.services)
    for service in traffic.services:
        of = {column.name: found[service, column.name] for column in COLUMNS}
        assert of["legacy"].strangler == of["live"].strangler == 0
        assert of["legacy"].total < of["legacy, interpreted"].total < of["canary"].total < of["shadow"].total
        assert of["live"].total < of["live, interpreted"].total
