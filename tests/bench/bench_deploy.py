"""Deploying all services to a local AWS: unchanged, and with one service changed.

The peer is what a person would do without `tis deploy`: Chalice's own command in each service's folder, one after another.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median

from infra.build.libraries import running_python
from infra.build.manifest import read_manifest
from infra.build.package import fill_vendor
from infra.deploy.chalice_way import RUN
from tests.bench.measure import CannotRun, Line, line, tell
from tests.e2e.conftest import Stack, close, make_project, start_deployed, tis

RUNS = 5
DEADLINE = 120  # seconds for one command
UNCHANGED, ONE_CHANGED = 10.0, 20.0  # seconds
CHANGED = "reference"

Step = Callable[[Stack], None]


class DeployFailed(Exception):
    """A deploy did not do what it should; the message says what."""


def bench_deploy() -> list[Line]:
    """Seconds of `tis deploy` for all services: unchanged, and with one changed."""
    sides: dict[str, list[Step]] = {
        "unchanged": [partial(deploy, changed=[])],
        "Chalice, unchanged": [by_chalice],
        "one changed": [change, partial(deploy, changed=[CHANGED])],
        "Chalice, one changed": [change, build, by_chalice],
    }
    with deployed() as stack:
        taken = timed(stack, sides)
    return [told("unchanged", taken, UNCHANGED), told("one changed", taken, ONE_CHANGED)]


def told(name: str, taken: Mapping[str, float], bound: float) -> Line:
    """The line of a deploy, with its peer's seconds."""
    peer = f"chalice deploy in each folder: {taken[f'Chalice, {name}']:.1f} s"
    return line(f"deploy.{name.replace(' ', '_')}", taken[name], "s", peer=peer, at_most=bound)


@contextmanager
def deployed() -> Iterator[Stack]:
    """A local AWS to which everything has been deployed once. Raises CannotRun."""
    if running_python() != (wanted := read_manifest().python):
        raise CannotRun(f"what is deployed is built by Python {wanted}")
    tell("starting a local AWS, and deploying to it")
    with tempfile.TemporaryDirectory() as folder:
        stack = start_deployed(make_project(Path(folder)))
        try:
            yield stack
        finally:
            close(stack)


def timed(stack: Stack, sides: Mapping[str, list[Step]]) -> dict[str, float]:
    """The median seconds of each side's steps, run in turns."""
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for number in range(RUNS):
        for name, steps in sides.items():
            tell(f"{name}: {number + 1} of {RUNS}")
            start = time.perf_counter()
            for step in steps:
                step(stack)
            taken[name].append(time.perf_counter() - start)
    return {name: median(seconds) for name, seconds in taken.items()}


def deploy(stack: Stack, changed: list[str]) -> None:
    """Deploy all. Raises DeployFailed, also where others are deployed than have changed."""
    done = tis(stack.project, stack.port, "deploy", "--stage", "local", "--json", seconds=DEADLINE)
    if done.returncode:
        raise DeployFailed(done.stderr)
    found = [name for name, facts in json.loads(done.stdout)["services"].items() if facts["changed"]]
    if found != changed:
        raise DeployFailed(f"{found} were deployed, and {changed} had changed")


def change(stack: Stack) -> None:
    """Change one service."""
    source = f"CHANGED = {time.time_ns()}\n"
    (stack.project / "services" / CHANGED / "changed.py").write_text(source, encoding="utf-8")


def build(stack: Stack) -> None:
    """What Chalice's command asks for first."""
    fill_vendor(stack.project, read_manifest(stack.project), CHANGED)


def by_chalice(stack: Stack) -> None:
    """Chalice's own command in each service's folder."""
    environ = {
        **os.environ,
        "AWS_ENDPOINT_URL": stack.state["aws"],
        "AWS_DEFAULT_REGION": stack.state["region"],
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    for service in sorted(read_manifest(stack.project).services):
        command = [sys.executable, "-c", RUN, "deploy", "--stage", "local"]
        folder = stack.project / "services" / service
        subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True, timeout=DEADLINE)
