"""How many statements a call costs: as many for two hundred rows as for one, and no more than the table says."""

import json
from collections.abc import Iterator
from csv import DictReader
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.authority.people import ALMIGHTY
from tests.events import ask
from tests.integration.fitting import numbered_text
from tests.integration.statements.calls import OWN, UNFINISHED, body_for, target_for
from tests.integration.statements.conftest import Loaded, OpenedOn
from tests.integration.watching import count, watched

MANY = 200
A_STATEMENT_A_ROW = "each row by itself, as in the old system"
FILE = Path(__file__).with_name("table.tsv")


class Bound(NamedTuple):
    """The statements that an endpoint may send for one row and for MANY, BEGIN and COMMIT among them."""

    one: int
    many: int
    growth: str


class Cost(NamedTuple):
    """What a call cost, and how it was answered."""

    name: str
    status: int
    statements: int
    body: str


def read_bounds() -> dict[str, Bound]:
    """The table, by method and template."""
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = DictReader(lines, delimiter="\t")
    return {
        f"{row['method']} {row['template']}": Bound(int(row["one"]), int(row["many"]), row["growth"] or "")
        for row in rows
    }


BOUNDS = read_bounds()
NONE = Bound(0, 0, "")


@pytest.fixture(scope="module", params=["reference", "profile"])
def costs(request: pytest.FixtureRequest, opened_on: OpenedOn) -> dict[str, tuple[Cost, Cost]]:
    """What each call of a service costs on tables of one row, and of MANY."""
    one, many = (
        {cost.name: cost for cost in measured(opened_on(request.param, number), number)} for number in (1, MANY)
    )
    return {name: (one[name], many[name]) for name in one}


def measured(loaded: Loaded, number: int) -> Iterator[Cost]:
    """Call every endpoint in a dry run, and count what is said to the database."""
    service, token_for = loaded
    for endpoint in service.endpoints:
        user = numbered_text(0) if endpoint.template.endswith(OWN) else ALMIGHTY
        headers = {
            "Authorization": f"Bearer {token_for(user)}",
            "Content-Type": "application/json",
            "X-Tis-Dry-Run": "true",
        }
        body = body_for(endpoint, number)
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        with watched(service.database) as sent:
            answer = ask(service, endpoint.method, target_for(endpoint, number), headers, text)
        yield Cost(f"{endpoint.method} {endpoint.template}", answer.status, count(sent), answer.body[:200])


def test_every_endpoint_has_a_line_and_the_reverse(costs: dict[str, tuple[Cost, Cost]]) -> None:
    service = next(iter(costs)).split("/")[1]
    lacking = [
        f"{name} {one.statements} {many.statements}" for name, (one, many) in costs.items() if name not in BOUNDS
    ]
    assert lacking == [], "endpoints without a line in tests/integration/statements/table.tsv"
    assert {name for name in BOUNDS if name.split("/")[1] == service} == costs.keys()


def test_calls_get_to_their_end(costs: dict[str, tuple[Cost, Cost]]) -> None:
    assert [
        cost for pair in costs.values() for cost in pair if cost.status >= 400 and cost.name not in UNFINISHED
    ] == []


def test_no_call_costs_more_than_the_table_says(costs: dict[str, tuple[Cost, Cost]]) -> None:
    dear = [
        cost
        for name, pair in costs.items()
        for cost, bound in zip(pair, BOUNDS.get(name, NONE)[:2], strict=True)
        if cost.statements > bound
    ]
    assert dear == []


def test_more_rows_cost_no_more_statements(costs: dict[str, tuple[Cost, Cost]]) -> None:
    grown = {name for name, (one, many) in costs.items() if many.statements > one.statements}
    assert grown <= {name for name, bound in BOUNDS.items() if bound.growth == A_STATEMENT_A_ROW}


def test_the_table_allows_growth_to_bulk_writes_alone() -> None:
    for name, bound in BOUNDS.items():
        assert bound.growth in ("", A_STATEMENT_A_ROW)
        assert bound.growth or bound.one == bound.many, name
        assert not bound.growth or "/bulk-" in name, name
