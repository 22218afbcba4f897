"""The facade's whole handler with a kept-alive upstream, against bare handlers that forward and write one JSON line."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from infra.local.environments.context import Context
from infra.routing import read_files
from services.strangler.config import Settings
from services.strangler.facade import Facade
from services.strangler.store import Version
from shared.route_items import Spec
from tests.bench.measure import Line, line, take_turns
from tests.bench.peers.forwarders import CLIENTS, bare
from tests.events import event

TARGET = "/reference/api/sites/4711"
HEADERS = {
    "host": "tis.example",
    "accept": "application/json",
    "accept-encoding": "gzip, deflate, br",
    "authorization": f"Bearer {'x' * 900}",
    "user-agent": "Mozilla/5.0 (X11; Linux x86_64)",
    "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793",
    "x-correlation-id": "9f1c7a52",
    "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-proto": "https",
}
OF_BARE = 1.5
ROUNDS, CALLS = 400, 5
STOP_SECONDS = 5


class Files:
    """The route files, as they would be read from the store."""

    def version(self, _: float) -> Version:
        """All services, at their first version."""
        return Version(dict.fromkeys(read_files(), 1), all_legacy=False)

    def specs(self, services: Iterable[str], _: float) -> dict[str, Spec]:
        """The routes of some services."""
        specs = read_files()
        return {name: specs[name] for name in services}


@contextmanager
def upstream_port() -> Iterator[int]:
    """The port of an upstream in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.peers.upstream"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline())  # type: ignore[union-attr]
        finally:
            process.stdin.close()  # type: ignore[union-attr]
            process.wait(STOP_SECONDS)


def bench_facade() -> list[Line]:
    """Microseconds of a call, its upstream included: ours, and each bare handler's."""
    with upstream_port() as port:
        os.environ["TIS_LEGACY_URL"] = url = f"http://127.0.0.1:{port}"
        facade = Facade(Settings(legacy_url=url, routes_table=""), Files())
        call, context = event("GET", TARGET, HEADERS), Context("tis-strangler", deadline=float("1e9"))
        handlers = {name: bare(client(port)) for name, client in CLIENTS.items()} | {"facade": facade.answer}
        sides = {name: lambda answer=answer: answer(call, context) for name, answer in handlers.items()}
        timings = take_turns(sides, rounds=ROUNDS, calls=CALLS)
    medians = {name: timings.median(name) * 1e6 for name in sides}
    fastest = min(CLIENTS, key=lambda name: medians[name])
    ours = line(
        "facade.handler",
        medians["facade"],
        "us",
        peer=f"a bare handler on {fastest}: {medians[fastest]:.3g} us",
        ratio=timings.ratio("facade", fastest),
        at_most=OF_BARE,
    )
    return [ours, *(line(f"facade.bare_{name}", medians[name], "us") for name in CLIENTS)]


if __name__ == "__main__":
    for one in bench_facade():
        print(json.dumps(one), flush=True)  # noqa: T201 - its result
