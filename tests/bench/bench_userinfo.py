"""GET /profile/api/userinfo for a user who holds much, on MariaDB, against FastAPI with an ORM, and against code by hand.

Whole way: all go through the local gateway and the facade, so that no side has fewer processes to wait for on a busy
machine. Ours, and the handler by hand, are functions behind it. FastAPI runs as it usually does, on uvicorn, where the
facade asks it directly: a hop less than ours. What it takes without gateway and facade is told too, without a bound. Of
the ORM's two ways of loading the faster one counts.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from infra.data import seed
from infra.local import mariadb
from services.profile.app import app
from shared.db import Database
from tests.bench.measure import CannotRun, Line, Timings, line, take_turns, tell
from tests.bench.peers import userinfo_orm, userinfo_raw
from tests.bench.profile_rows import USER, USERS, profile_rows
from tests.bench.userinfo_ways import ORM, RAW, STRAIGHT, USERINFO, all_ways, caller_of
from tests.events import event
from tests.identity import Issuer

OF_RAW, OF_ORM = 2.0, 0.5  # bounds of the ratios
HANDLER_ROUNDS, WAY_ROUNDS = 200, 600
FASTER_LOADING = "selectin"  # by a factor of three: bench_handler tells

Function = Callable[[Any, Any], Mapping[str, Any]]
Call = Callable[[], Mapping[str, Any]]


@contextmanager
def profile_database() -> Iterator[str]:
    """The URL of a database with many users, on a MariaDB of our own. Raises CannotRun."""
    if not mariadb.available():
        raise CannotRun(f"it needs MariaDB: {mariadb.install_hint()}")
    with TemporaryDirectory(prefix="tis-bench-") as folder, mariadb.start(Path(folder)) as server:
        url = server.database("profile")
        tell(f"seeding {USERS:,} users")
        seed.load(url, "profile", profile_rows())
        yield url


@contextmanager
def handler_calls(url: str) -> Iterator[dict[str, Call]]:
    """A call of each side's function in this process: ours, by hand, and the ORM's two ways of loading."""
    issuer = Issuer()
    app.database, app.verifier = Database(url), issuer.verifier()
    headers = {"Authorization": f"Bearer {issuer.token(USER)}", "Accept": "application/json", "Host": "localhost"}
    asked = event("GET", USERINFO, headers)
    functions: dict[str, Function] = {
        "ours": app,
        RAW: userinfo_raw.userinfo_handler(url),
        **{f"{ORM}, {way}": userinfo_orm.make_handler(way, url) for way in userinfo_orm.LOADINGS},
    }
    try:
        yield {side: partial(function, asked, None) for side, function in functions.items()}
    finally:
        app.database.drop()


def same_answers(bodies: Mapping[str, str | bytes]) -> None:
    """Hold the sides to one answer, whatever the order of its sets: what does less is no peer."""
    shown = {side: in_order(json.loads(body)) for side, body in bodies.items()}
    for side, answer in shown.items():
        if answer != shown["ours"]:
            raise AssertionError(f"{side} answers {str(answer)[:300]}, not {str(shown['ours'])[:300]}")


def in_order(value: Any) -> Any:
    """JSON with its lists sorted."""
    if isinstance(value, list):
        return sorted(map(in_order, value), key=json.dumps)
    return {name: in_order(one) for name, one in value.items()} if isinstance(value, dict) else value


def bench_handler() -> list[Line]:
    """The functions alone, each called in this process with API Gateway's event; no bound is set."""
    with profile_database() as url, handler_calls(url) as calls:
        same_answers({side: call()["body"] for side, call in calls.items()})
        timings = take_turns(calls, rounds=HANDLER_ROUNDS)
    value = timings.median("ours") * 1e3
    faster = faster_orm(timings)
    return [
        line("userinfo.handler.raw", value, "ms", **timings.against("ours", RAW)),
        line("userinfo.handler.orm", value, "ms", **timings.against("ours", faster)),
    ]


def faster_orm(timings: Timings) -> str:
    """The ORM's faster way."""
    return min((f"{ORM}, {way}" for way in userinfo_orm.LOADINGS), key=timings.median)


def bench_whole_way() -> list[Line]:
    """The medians on kept connections, one call at a time."""
    with all_ways(FASTER_LOADING) as (headers, ways):
        calls = {side: caller_of(way, headers) for side, way in ways.items()}
        same_answers({side: call() for side, call in calls.items()})
        timings = take_turns(calls, rounds=WAY_ROUNDS)
    value = timings.median("ours") * 1e3
    return [
        line("userinfo.whole_way.raw", value, "ms", **timings.against("ours", RAW), at_most=OF_RAW),
        line("userinfo.whole_way.orm", value, "ms", **timings.against("ours", ORM), at_most=OF_ORM),
        line("userinfo.whole_way.orm_straight", value, "ms", **timings.against("ours", STRAIGHT)),
    ]
