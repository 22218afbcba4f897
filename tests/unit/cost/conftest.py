"""Round prices and round traffic, so that sums can be done by hand."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from infra.cost.prices import Listed, Prices, Source, read_prices
from infra.cost.traffic import FILE, Kind, Load, Traffic, read_traffic
from infra.routing import read_files
from tests.unit.cost.figures import LINE

ROUND = {"gateway.request": "2", "lambda.request": "1", "lambda.x86_64": "0.00001", "nat.hour": "0.1"}


@pytest.fixture(scope="session")
def prices() -> Prices:
    return read_prices()


@pytest.fixture
def round_prices() -> Prices:
    """A few prices that are easily multiplied; everything else costs nothing, but has a price."""
    real = read_prices()
    source = Source(date=date(2026, 1, 1), says="invented")
    listed = {}
    for name, one in real.prices.items():
        amount = Decimal(ROUND.get(name, "0"))
        told = {"unit": one.unit, "per": one.per, "eu-west-2": (amount, "test"), "eu-west-1": (amount, "test")}
        listed[name] = Listed.model_validate(told)
    return Prices(sources={"test": source}, prices=listed)


@pytest.fixture(scope="session")
def traffic() -> Traffic:
    return read_traffic(FILE, read_files())


@pytest.fixture
def round_traffic(traffic: Traffic) -> Traffic:
    """A million reads of `reference`, a second each on both sides; no starts, no questions, nothing besides."""
    second, nothing = Decimal(1000), Decimal(0)
    kind = Kind(
        request_kb=nothing,
        answer_kb=nothing,
        service_ms=second,
        legacy_ms=second,
        storage_reads=nothing,
        storage_writes=nothing,
    )
    facade = {"own_ms": nothing, "hop_ms": nothing, "pair_kb": nothing, "compare_ms": nothing}
    calls = {"cold_share": nothing, "principal_share": nothing, "facade_metrics": nothing, "service_metrics": nothing}
    return traffic.model_copy(
        update={
            "kinds": {"read": kind},
            "services": {"reference": Load(requests=Decimal(1_000_000), kinds={"read": Decimal(1)})},
            "facade": traffic.facade.model_copy(update=facade),
            "calls": traffic.calls.model_copy(update=calls),
        }
    )


@pytest.fixture
def recorded(tmp_path: Path) -> Callable[..., Path]:
    """Writes a recording: each line is the facade's usual one with what is told otherwise, or a text as it stands."""

    def write(*lines: Mapping[str, Any] | str) -> Path:
        texts = [one if isinstance(one, str) else json.dumps({**LINE, **one}) for one in lines]
        path = tmp_path / "recorded.jsonl"
        path.write_text("\n".join(texts) + "\n", encoding="utf-8")
        return path

    return write
