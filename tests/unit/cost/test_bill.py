"""Sums against hand-made ones, and that more traffic never costs less."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.cost.bill import Bill, monthly
from infra.cost.data import CostError
from infra.cost.ground import Ready
from infra.cost.prices import Prices, read_prices
from infra.cost.traffic import FILE, Traffic, read_traffic
from infra.routing import read_files
from shared.stages import STAGES
from tests.unit.cost.figures import a_ground, of_type

NAT = of_type("AWS::EC2::NatGateway")
GROUND = a_ground(
    NAT, of_type("AWS::WAFv2::WebACL", Rules=[]), of_type("AWS::RDS::DBCluster"), second=(of_type("AWS::EC2::VPC"),)
)
TRAFFIC = read_traffic(FILE, read_files())
PRICES = read_prices()


def with_stages(traffic: Traffic, stages: Mapping[str, Decimal]) -> Traffic:
    loads = {name: load.model_copy(update={"stages": stages}) for name, load in traffic.services.items()}
    return traffic.model_copy(update={"services": loads})


def lines(bill: Bill) -> dict[tuple[str, str], Decimal]:
    return {(line.owner, line.price): line.cost for line in bill.lines if line.cost}


def test_what_stands_is_paid_by_the_hour_in_each_region(round_prices: Prices, round_traffic: Traffic) -> None:
    ground = a_ground(NAT, NAT, NAT, second=(NAT,))
    found = {
        line.region: line for line in monthly(ground, round_prices, round_traffic).lines if line.price == "nat.hour"
    }
    assert found["eu-west-2"].quantity == 3 * 730
    assert found["eu-west-2"].cost == Decimal(219)  # 3 x 730 h x $0.1
    assert found["eu-west-1"].cost == Decimal(73)


def test_calls_of_live_routes(round_prices: Prices, round_traffic: Traffic) -> None:
    bill = monthly(a_ground(), round_prices, with_stages(round_traffic, {"live": Decimal(1)}))
    assert lines(bill) == {
        ("reference", "gateway.request"): 2,  # a million at $2
        ("reference", "lambda.request"): 1,
        ("reference", "lambda.x86_64"): 10,  # a million seconds of 1,024 MB at $0.00001
    }
    assert bill.total == 13


def test_calls_through_the_strangler(round_prices: Prices, round_traffic: Traffic) -> None:
    ground = replace(a_ground(), compiled=False)
    bill = monthly(ground, round_prices, with_stages(round_traffic, {"live": Decimal(1)}))
    assert lines(bill) == {
        ("reference", "gateway.request"): 2,
        ("reference", "lambda.request"): 1,
        ("reference", "lambda.x86_64"): 10,
        ("strangler", "gateway.request"): 2,  # the second way through the gateway
        ("strangler", "lambda.request"): 1,
        ("strangler", "lambda.x86_64"): 5,  # it waits a second with 512 MB
    }
    assert bill.strangler == 8


def test_half_of_a_canary_is_the_service(round_prices: Prices, round_traffic: Traffic) -> None:
    bill = monthly(a_ground(), round_prices, with_stages(round_traffic, {"canary": Decimal(1)}))
    found = lines(bill)
    assert found["reference", "lambda.request"] == Decimal("0.5")
    assert found["strangler", "lambda.request"] == 1
    assert found["strangler", "gateway.request"] == 1  # half of the calls come to the gateway again


def test_a_shadow_is_on_the_stranglers_account(round_prices: Prices, round_traffic: Traffic) -> None:
    found = lines(monthly(a_ground(), round_prices, with_stages(round_traffic, {"shadow": Decimal(1)})))
    assert found == {
        ("reference", "gateway.request"): 2,
        ("strangler", "gateway.request"): 2,
        ("strangler", "lambda.request"): 3,  # itself, the service, the comparison
        ("strangler", "lambda.x86_64"): 15,  # a second of itself with 512 MB, one of the service with 1,024
    }


def test_legacy_routes_run_no_function(round_prices: Prices, round_traffic: Traffic) -> None:
    bill = monthly(a_ground(NAT), round_prices, with_stages(round_traffic, {"legacy": Decimal(1)}))
    assert ("reference", "gateway.request") in lines(bill)
    assert not [line for line in bill.lines if line.price.startswith("lambda.")]
    assert bill.strangler == 0


def test_environments_kept_warm_are_paid_until_the_strangler_is_removed(prices: Prices, round_traffic: Traffic) -> None:
    ground = a_ground(ready={"strangler": Ready(warm=2), "reference": Ready(snapshot=True)})
    kept = {line.owner: line for line in monthly(ground, prices, round_traffic).lines if line.part == "functions"}
    assert kept["strangler"].quantity == 2 * 730 * 3600 // 2  # of half a GB
    assert kept["reference"].price == "lambda.snapshot"
    assert monthly(replace(ground, removed=True), prices, round_traffic).strangler == 0


@pytest.mark.parametrize(("requests", "expected"), [(730 * 3, 3), (730 * 1000, 20)])
def test_an_hour_has_no_more_metrics_than_calls(
    requests: int, expected: int, prices: Prices, round_traffic: Traffic
) -> None:
    load = round_traffic.services["reference"].model_copy(update={"requests": Decimal(requests)})
    calls = round_traffic.calls.model_copy(update={"facade_metrics": Decimal(2)})
    traffic = round_traffic.model_copy(update={"services": {"reference": load}, "calls": calls})
    bill = monthly(replace(a_ground(), compiled=False), prices, traffic)
    found = next(line for line in bill.lines if line.price == "metric.month" and line.owner == "strangler")
    assert found.quantity == expected  # of ten routes


def test_what_is_free_and_what_has_no_price(round_prices: Prices, round_traffic: Traffic) -> None:
    strange = of_type("AWS::Braket::Computer")
    broker = of_type("AWS::AmazonMQ::Broker", HostInstanceType="mq.x99.large")
    bill = monthly(a_ground(of_type("AWS::EC2::VPC"), strange, strange, broker), round_prices, round_traffic)
    assert bill.not_priced == {"AWS::Braket::Computer": 2, "broker nodes, mq.x99.large (mq.x99)": 1}


def test_an_instance_type_of_no_known_form_is_told(round_prices: Prices, round_traffic: Traffic) -> None:
    bill = monthly(a_ground(of_type("AWS::RDS::DBInstance", DBInstanceClass="huge")), round_prices, round_traffic)
    assert bill.not_priced == {"AWS::RDS::DBInstance: instance type huge": 1}


def test_what_is_not_priced_with_other_properties_is_told(round_prices: Prices, round_traffic: Traffic) -> None:
    optimised = of_type("AWS::RDS::DBCluster", StorageType="aurora-iopt1")
    cached, plain = (of_type("AWS::ApiGateway::Stage", CacheClusterEnabled=value) for value in (True, False))
    bill = monthly(a_ground(optimised, cached, plain), round_prices, round_traffic)
    assert bill.not_priced == {
        "AWS::RDS::DBCluster: StorageType aurora-iopt1": 1,
        "AWS::ApiGateway::Stage: CacheClusterEnabled true": 1,
    }


def test_a_stage_that_the_traffic_does_not_know_is_refused(prices: Prices, traffic: Traffic) -> None:
    with pytest.raises(CostError, match="says nothing of stage 'staging'"):
        monthly(a_ground(stage="staging"), prices, traffic)


shares = st.lists(st.integers(0, 100), min_size=5, max_size=5).filter(any)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(0, 10**8), st.sampled_from(sorted(TRAFFIC.services)), shares, st.booleans())
def test_more_calls_never_cost_less(calls: int, more: int, service: str, parts: list[int], compiled: bool) -> None:
    stages = {stage: Decimal(part) / sum(parts) for stage, part in zip(STAGES, parts, strict=True)}

    def bill(requests: int) -> Bill:
        loads = dict(TRAFFIC.services)
        loads[service] = loads[service].model_copy(
            update={"requests": Decimal(requests), "messages": Decimal(requests)}
        )
        asked = with_stages(TRAFFIC.model_copy(update={"services": loads}), stages)
        return monthly(replace(GROUND, compiled=compiled), PRICES, asked)

    fewer, many = bill(calls), bill(calls + more)
    assert many.total >= fewer.total >= 0
    assert many.strangler >= fewer.strangler >= 0
    assert many.by(lambda line: line.part).keys() >= fewer.by(lambda line: line.part).keys()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 100))
def test_settled_routes_owe_the_strangler_nothing(live: int) -> None:
    stages = {"live": Decimal(live) / 100, "legacy": 1 - Decimal(live) / 100}
    bill = monthly(GROUND, PRICES, with_stages(TRAFFIC, stages))
    assert bill.strangler == 0
    assert bill.total > 0
    assert monthly(replace(GROUND, compiled=False), PRICES, with_stages(TRAFFIC, stages)).strangler > 0
