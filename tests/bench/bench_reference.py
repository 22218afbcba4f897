"""The reference service's function, called with API Gateway's events, against the same by hand and on frameworks."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlencode

from infra.data import seed
from infra.local import mariadb
from services.reference.app import app
from shared.db import Database
from tests.bench.measure import CannotRun, Line, Timings, line, take_turns, tell
from tests.bench.peers import fastapi_orm, raw_handler
from tests.events import event
from tests.identity import Issuer, Profile

Function = Callable[[Any, Any], Mapping[str, Any]]

ROWS = 100_000
SITE = "/reference/api/sites/4711"
RAW, ORM = "raw PyMySQL and json", "FastAPI, Mangum and SQLAlchemy's ORM"
BEST_OF_RAW, BEST_OF_ORM = 2.0, 0.5  # bounds of the ratios: at most twice as long, at least two times faster
PAGE_OF_RAW = 1.2
SITE_ROUNDS, PAGE_ROUNDS = 1500, 25
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


class Page(NamedTuple):
    """A page of twenty sites: values by column, a text that they hold, and which page."""

    filters: Mapping[str, list[str]]
    search: str = ""
    number: int = 0

    @property
    def path(self) -> str:
        """The path that asks for it."""
        wanted = {"page": self.number, "size": 20, "columnFilters": json.dumps(self.filters)}
        return f"/reference/api/sites?{urlencode(wanted | ({'searchQuery': self.search} if self.search else {}))}"


CURRENT = {"status": ["CURRENT"]}
PAGES = {
    "many_hold_text": Page(CURRENT, "hospital"),
    "few_hold_text": Page(CURRENT, "tolbourne"),
    "far_back": Page(CURRENT, "hospital", 1800),
    "many_fit": Page(CURRENT),
    "some_fit": Page({**CURRENT, "localOffice": ["Wessex"]}),
    "few_fit": Page({**CURRENT, "trustCode": ["R4JB", "RBBL", "RQZK", "RWRC", "RJ3T", "R2JM", "R89V"]}),
}


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


def turns_of(calls: Mapping[str, Callable[[], Any]], rounds: int) -> Timings:
    """The timings of sides that give one answer."""
    same_answers(calls)
    return take_turns(calls, rounds=rounds)


def compared(name: str, timings: Timings, of_raw: float) -> list[Line]:
    """The two lines of a call: against the raw handler, and against the ORM."""
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
        return compared("reference.get_site", turns_of(calls, SITE_ROUNDS), BEST_OF_RAW)


def bench_page_of_sites() -> list[Line]:
    """Pages of 20 sites from 100,000: that many fit, or few, by text or by column; the first, and one far back."""
    with mariadb_url() as url, sites_on(url) as token:
        orm = fastapi_orm.make_handler(url)
        lines = []
        for name, page in PAGES.items():
            raw = raw_handler.page_handler(url, list(page.filters), search=bool(page.search))
            sides: dict[str, Function] = {"ours": app, RAW: raw, ORM: orm}
            calls = {side: call_of(function, page.path, token) for side, function in sides.items()}
            timings = turns_of(calls, PAGE_ROUNDS)
            lines += compared(f"reference.page_of_sites.{name}", timings, PAGE_OF_RAW)
            if page == PAGES["many_fit"]:
                lines.append(added_to_raw(f"reference.page_of_sites.{name}.added", timings))
        return lines


def added_to_raw(name: str, timings: Timings) -> Line:
    """What the service adds to the handler by hand, against what the ORM adds: the database's own time is left out."""
    ours, theirs = timings.added("ours", RAW) * 1e3, timings.added(ORM, RAW) * 1e3
    return line(name, ours, "ms", peer=f"{ORM}, added: {theirs:.3g} ms", ratio=ours / theirs)


def bench_statements() -> list[Line]:
    """How many statements the database is sent for a call: one for a row, two for a full page that is counted."""
    with mariadb_url() as url, sites_on(url, 1000) as token:
        return [
            line(f"reference.statements.{name}", statements_of(call_of(app, path, token)), "statements", at_most=most)
            for name, path, most in (
                ("get_site", SITE.replace("4711", "7"), 1),
                ("page_of_sites", PAGES["many_hold_text"].path, 2),
            )
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
            call = call_of(app, PAGES["few_hold_text"].path, token)
            timings = take_turns({"ours": call}, rounds=15)
        return line("reference.search_on_sqlite", timings.median("ours") * 1e3, "ms", at_most=SEARCH_MS)
