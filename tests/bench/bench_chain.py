"""The way of a call on the local stack with MariaDB: gateway, facade and service, against the running original.

The original's figures were taken once, on two such cores, called directly; they are the issue's.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

from infra.local import mariadb
from tests.bench.measure import CannotRun, Line, Load, line, load, tell
from tests.e2e.conftest import Stack, close, make_project, start_stack, tis

ROWS = 80_000
SITE, SITES = "/reference/api/sites/4711", "/reference/api/sites"
MOVED = ("GET /reference/api/sites/{id}", "GET /reference/api/sites")
ONE, MANY = 1, 16  # connections
WARM_SECONDS = {ONE: 1, MANY: 10}  # sixteen connections make environments grow to dozens, which takes a while
LOADS, LOAD_SECONDS = 3, 3

ORIGINAL_MS, ORIGINAL_PER_SECOND, ORIGINAL_PAGE_MS = 2.8, 860.0, 31.0
DIRECT_SHARE = 0.5  # of the original's time, straight to the service
ORIGINAL = "the original, recorded"

Headers = dict[str, str]


@contextmanager
def running_stack() -> Iterator[tuple[Stack, Headers]]:
    """The stack on MariaDB, and the headers of a caller. Raises CannotRun."""
    if not mariadb.available():
        raise CannotRun(f"it needs MariaDB: {mariadb.install_hint()}")
    with TemporaryDirectory(prefix="tis-bench-") as folder:
        tell(f"starting the stack with {ROWS:,} sites")
        stack = start_stack(make_project(Path(folder)), "--rows", str(ROWS), STACK="real")
        try:
            yield stack, {"Authorization": f"Bearer {stack.token('bench')}"}
        finally:
            close(stack)


def move_live(stack: Stack, headers: Headers) -> None:
    """Have the new service answer for sites, and hold that it does. Raises CannotRun."""
    for route in MOVED:
        done = tis(stack.project, stack.port, "routes", "set", route, "--stage", "live", "--yes")
        if done.returncode:
            raise CannotRun(f"{route} cannot be moved: {done.stderr.strip().rpartition(chr(10))[2]}")
    reply = stack.ask(SITE, headers=headers)
    served_by = reply.headers.get("X-Tis-Served-By", "nobody")
    if reply.status != HTTPStatus.OK or "legacy" in served_by:
        raise CannotRun(f"{SITE} is answered {reply.status} by {served_by}: {reply.body[:200]!r}")


def latency_of(url: str, headers: Headers) -> float:
    """The median in milliseconds on one connection, warm: the middle one of some loads."""
    return median(found.median_ms for found in loads(url, ONE, headers))


def throughput_of(url: str, headers: Headers) -> float:
    """Answers a second on sixteen connections, once the execution environments are there: the middle one of some loads."""
    return median(found.per_second for found in loads(url, MANY, headers))


def loads(url: str, connections: int, headers: Headers) -> list[Load]:
    """What some loads one after the other measure, after one that is for warming alone."""
    load(url, connections, headers, WARM_SECONDS[connections])
    found = [load(url, connections, headers, LOAD_SECONDS) for _ in range(LOADS)]
    if any(one.errors for one in found):
        raise RuntimeError(f"{url}: errors under load: {[one.errors for one in found]}")
    return found


def latency_line(name: str, value: float, peer_ms: float, at_most: float = 1.0) -> Line:
    """A median against the original's."""
    peer = f"{ORIGINAL}: {peer_ms:g} ms"
    return line(f"chain.{name}", value, "ms", peer=peer, ratio=value / peer_ms, at_most=at_most)


def bench_through_facade() -> list[Line]:
    """Gateway, facade and service together: one site, and pages of 20, filtered and counted."""
    with running_stack() as (stack, headers):
        move_live(stack, headers)
        per_second = throughput_of(stack.url + SITE, headers)
        return [
            latency_line("through_facade.get_site", latency_of(stack.url + SITE, headers), ORIGINAL_MS),
            line(
                "chain.through_facade.throughput",
                per_second,
                "requests/s",
                peer=f"{ORIGINAL}: {ORIGINAL_PER_SECOND:g} requests/s",
                ratio=per_second / ORIGINAL_PER_SECOND,
                at_least=1.0,
            ),
            *page_lines("through_facade", stack.url, headers),
        ]


def bench_direct() -> list[Line]:
    """Gateway straight to the service, as a decided route goes."""
    with running_stack() as (stack, headers):
        base = f"{stack.url}/_fn/reference"
        return [
            latency_line("direct.get_site", latency_of(base + SITE, headers), ORIGINAL_MS, DIRECT_SHARE),
            *page_lines("direct", base, headers),
        ]


def page_lines(way: str, base: str, headers: Headers) -> list[Line]:
    """Pages of 20 of 80,000 sites, counted: filtered by a column, as the original's was, and by a text as well."""
    query = {"size": 20, "columnFilters": '{"status":["CURRENT"]}'}
    filtered = latency_of(f"{base}{SITES}?{urlencode(query)}", headers)
    searched = latency_of(f"{base}{SITES}?{urlencode({**query, 'searchQuery': 'hospital'})}", headers)
    return [
        latency_line(f"{way}.page.filtered", filtered, ORIGINAL_PAGE_MS),
        line(f"chain.{way}.page.searched", searched, "ms"),
    ]
