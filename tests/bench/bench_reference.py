"""The reference service's function, called with API Gateway's events, against the same by hand and on frameworks."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode

from infra.data import seed
from infra.local import mariadb
from services.reference.app import app
from shared.db import Database
from tests.bench.measure import CannotRun, Line, line, take_turns, tell
from tests.bench.peers import fastapi_orm, raw_handler
from tests.events import event
from tests.identity import Issuer, Profile

Function = Callable[[Any, Any], Mapping[str, Any]]

ROWS = 100_000
SITE = "/reference/api/sites/4711"
RAW, ORM = "raw PyMySQL and json", "FastAPI, Mangum and SQLAlchemy's ORM"
BEST_OF_RAW, BEST_OF_ORM = 2.0, 0.5  # bounds of the ratios: at most twice as long, at least two times faster
PAGE_OF_RAW = 1.2
SEARCH_MS = 500


@contextmanager
def sites_on(url: str, rows: int = ROWS) -> Iterator[str]:
    """The service on a database with so many sites; gives a bearer token for it."""
    tell(f"seeding {rows:,} sites")
    seed.ensure(url, "reference", rows)
    issuer = Issuer()
    app.database, app.verifier = Database(url), issuer.verifier()
    app.principals = Profile({}).principals()
    try:
        yield issuer.token("bench")
    finally:
        app.database.drop()


@contextmanager
def mariadb_url() -> Iterator[str]:
    """An empty database on a MariaDB of our own. Raises CannotRun."""
    if not mariadb.available():
        raise CannotRun(f"it needs MariaDB: {mariadb.install_hint()}")
    with TemporaryDirectory(prefix="tis-bench-") as folder, mariadb.start(Path(folder)) as server:
        yield server.database("reference")


def page_path(search: str, page: int = 0) -> str:
    """A page of twenty current sites that hold a text."""
    wanted = {"page": page, "size": 20, "searchQuery": search, "columnFilters": '{"status":["CURRENT"]}'}
    return f"/reference/api/sites?{urlencode(wanted)}"


def call_of(function: Function, path: str, token: str) -> Callable[[], Mapping[str, Any]]:
    """A call of a function, ready to be made again and again."""
    asked = event("GET", path, {"Authorization": f"Bearer {token}", "Accept": "application/json", "Host": "localhost"})
    return lambda: function(asked, None)


def same_answers(calls: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
    """Hold the sides to one answer: what does less is no peer."""
    shown = {side: shown_by(call()) for side, call in calls.items()}
    for side, answer in shown.items():
        if answer != shown["ours"]:
            raise AssertionError(f"{side} answers {str(answer)[:300]}, not {str(shown['ours'])[:300]}")


def shown_by(answer: Mapping[str, Any]) -> tuple[int, str | None, Any]:
    """Status, count and parsed body of a function's answer."""
    several = {**answer.get("headers", {}), **answer.get("multiValueHeaders", {})}
    headers = {name.lower(): value if isinstance(value, str) else value[0] for name, value in several.items()}
    return answer["statusCode"], headers.get("x-total-count"), json.loads(answer["body"])


def compare(name: str, calls: Mapping[str, Callable[[], Any]], rounds: int, of_raw: float) -> list[Line]:
    """The two lines of a call: against the raw handler, and against the ORM."""
    same_answers(calls)
    timings = take_turns(calls, rounds=rounds)
    value = timings.median("ours") * 1e3
    return [
        line(f"{name}.raw", value, "ms", **timings.against("ours", RAW), at_most=of_raw),
        line(f"{name}.orm", value, "ms", **timings.against("ours", ORM), at_most=BEST_OF_ORM),
    ]


def bench_get_site() -> list[Line]:
    """One site by its id."""
    with mariadb_url() as url, sites_on(url) as token:
        sides: dict[str, Function] = {
            "ours": app,
            RAW: raw_handler.site_handler(url),
            ORM: fastapi_orm.make_handler(url),
        }
        calls = {side: call_of(function, SITE, token) for side, function in sides.items()}
        return compare("reference.get_site", calls, 1500, BEST_OF_RAW)


def bench_page_of_sites() -> list[Line]:
    """A page of 20 that many sites fit, one that few fit, and one far back."""
    with mariadb_url() as url, sites_on(url) as token:
        sides: dict[str, Function] = {
            "ours": app,
            RAW: raw_handler.page_handler(url),
            ORM: fastapi_orm.make_handler(url),
        }
        lines = []
        for name, path in (
            ("many_fit", page_path("hospital")),
            ("few_fit", page_path("tolbourne")),
            ("far_back", page_path("hospital", 1800)),
        ):
            calls = {side: call_of(function, path, token) for side, function in sides.items()}
            lines += compare(f"reference.page_of_sites.{name}", calls, 25, PAGE_OF_RAW)
        return lines


def bench_statements() -> list[Line]:
    """How many statements the database is sent for a call: one for a row, two for a full page that is counted."""
    with mariadb_url() as url, sites_on(url, 1000) as token:
        return [
            line(f"reference.statements.{name}", statements_of(call_of(app, path, token)), "statements", at_most=most)
            for name, path, most in (("get_site", SITE.replace("4711", "7"), 1), ("page_of_sites", page_path("hospital"), 2))
        ]


def statements_of(call: Callable[[], object]) -> int:
    """The statements that reached the server during a call, by its own count."""
    call()
    before = asked_so_far()
    call()
    return asked_so_far() - before - 1  # the question itself


def asked_so_far() -> int:
    """How many statements the server has taken on the service's connection."""
    answer = app.database.connection.exec_driver_sql("SHOW SESSION STATUS LIKE 'Questions'")
    return int(answer.one()[1])


def bench_search_on_sqlite() -> Line:
    """A search over 100,000 sites on SQLite, counted, as a call."""
    with TemporaryDirectory(prefix="tis-bench-") as folder:
        with sites_on(f"sqlite:///{folder}/reference.db") as token:
            call = call_of(app, page_path("tolbourne"), token)
            timings = take_turns({"ours": call}, rounds=15)
        return line("reference.search_on_sqlite", timings.median("ours") * 1e3, "ms", at_most=SEARCH_MS)
