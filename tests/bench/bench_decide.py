"""Deciding where a call goes, with tables of 1,000 and 10,000 routes."""

import json
import random
from collections.abc import Callable

from services.strangler.decide import decide
from services.strangler.incoming import Incoming
from services.strangler.table import Table, compile_table
from tests.bench.measure import Line, line, take_turns
from tests.events import event

FEW, MANY = 1_000, 10_000
SHAPES = ("", "/{id}", "/code/{code}", "/in/{ids}", "/{id}/trainees", "/exists", "/{id}/notes/{note}", "/current")
LARGEST_SERVICE = 500  # routes; the old system's has 333
STAGES = ("legacy", "live", "retired", "shadow")
DECIDE_US, GROWTH = 10.0, 1.2
ROUNDS, CALLS = 400, 100


def bench_decide() -> list[Line]:
    """Microseconds for a decision, and how they grow with the table."""
    few, many = f"{FEW} routes", f"{MANY} routes"
    timings = take_turns({few: deciding(FEW), many: deciding(MANY)}, rounds=ROUNDS, calls=CALLS)
    small, large = timings.median(few) * 1e6, timings.median(many) * 1e6
    return [
        line("decide.1000", small, "us", at_most=DECIDE_US),
        line(
            "decide.10000", large, "us", peer=f"{few}: {small:.3g} us", ratio=timings.ratio(many, few), at_most=GROWTH
        ),
    ]


def deciding(routes: int) -> Callable[[], object]:
    """Decides one call after another, on a table of so many routes: other paths each time, in no order."""
    names = [
        f"/service{number // LARGEST_SERVICE}/api/things{number // len(SHAPES)}{SHAPES[number % len(SHAPES)]}"
        for number in range(routes)
    ]
    chance = random.Random(routes)  # noqa: S311 - repeatable, not secret
    calls = [call(chance.choice(names).replace("{", "").replace("}", "1")) for _ in range(CALLS)]
    table = table_of(names)
    turn = iter(calls)

    def decide_next() -> object:
        nonlocal turn
        asked = next(turn, None)
        if asked is None:
            turn = iter(calls)
            asked = next(turn)
        return decide(table, asked)

    return decide_next


def table_of(templates: list[str]) -> Table:
    """A table of GET routes in mixed stages, as many services as it takes."""
    specs: dict[str, dict[str, str]] = {}
    for number, template in enumerate(templates):
        specs.setdefault(template.split("/")[1], {})[f"GET {template}"] = STAGES[number % len(STAGES)]
    return compile_table(
        {"service": {"name": name, "contexts": [f"/{name}"], "upstream": name, "journey": name}, "routes": routes}
        for name, routes in specs.items()
    )


def call(path: str) -> Incoming:
    """A call as it is when it is decided."""
    return Incoming(event("GET", path, {"accept": "application/json"}), lambda _: None)


if __name__ == "__main__":
    for one in bench_decide():
        print(json.dumps(one), flush=True)  # noqa: T201 - its result
