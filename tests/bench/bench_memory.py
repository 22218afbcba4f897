"""Memory of all processes of `make run` (PSS: a page that n share counts a nth), at rest and at its peak."""

import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from tests.bench.measure import CannotRun, Line, line, load, tell
from tests.e2e.conftest import Stack, close, make_project, start_stack, tis

REST_SECONDS, LOOK_SECONDS, LOAD_SECONDS = 60, 0.5, 6
CONNECTIONS = 16
AT_REST, AT_PEAK = 400, 900  # MB
MEGABYTE = 1_000_000
ROUTE, SITE = "GET /reference/api/sites/{id}", "/reference/api/sites/1"


def pss_of(stack: Stack) -> float:
    """Megabytes of all processes of a stack."""
    total = 0
    for process in stack.processes():
        try:
            total += process.memory_full_info().pss
        except psutil.Error:
            continue  # it has ended meanwhile
    return total / MEGABYTE


def move_live(stack: Stack, token: str) -> None:
    """Have the service answer for a site, so that each call goes through both functions. Raises CannotRun."""
    done = tis(stack.project, stack.port, "routes", "set", ROUTE, "--stage", "live", "--yes")
    reply = stack.ask(SITE, headers={"Authorization": f"Bearer {token}"})
    if done.returncode or reply.headers.get("X-Tis-Served-By") != "reference":
        raise CannotRun(f"{ROUTE} is not served by the service: {done.stderr.strip()} {reply.body[:200]!r}")


def peak_under(stack: Stack, url: str, token: str) -> float:
    """The most that is seen while sixteen connections ask for a URL."""
    headers = {"Authorization": f"Bearer {token}"}
    work = threading.Thread(target=load, args=(url, CONNECTIONS, headers, LOAD_SECONDS))
    work.start()
    seen = [0.0]
    while work.is_alive():
        seen.append(pss_of(stack))
        time.sleep(LOOK_SECONDS)
    return max(seen)


def bench_run() -> list[Line]:
    """A minute after the start, after a single call to each function; then at the peak of sixteen connections."""
    with TemporaryDirectory() as folder:
        stack = start_stack(make_project(Path(folder)))
        try:
            token = stack.token("bench")
            move_live(stack, token)
            tell(f"memory: at rest for {REST_SECONDS} s")
            time.sleep(REST_SECONDS)
            rest = pss_of(stack)
            peak = peak_under(stack, stack.url + SITE, token)
        finally:
            close(stack)
    return [
        line("memory.at_rest", rest, "MB", at_most=AT_REST),
        line("memory.at_peak", peak, "MB", at_most=AT_PEAK),
    ]
