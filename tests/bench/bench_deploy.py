"""Deploying all services to a local AWS: the first time, unchanged, and with one service changed; and the zips' sizes.

The peer is what a person would do without `tis deploy`: Chalice's own command in each service's folder, one after another.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from infra.build.libraries import running_python
from infra.build.manifest import read_manifest
from infra.deploy.chalice_way import RUN
from tests.bench.measure import CannotRun, Line, line, tell
from tests.e2e.conftest import Stack, close, make_project, start_deployed, tis

RUNS = 3
DEADLINE = 120  # seconds for one command
UNCHANGED, ONE_CHANGED = 10.0, 20.0  # seconds
ZIP_BYTES = 15_000_000
CHANGED = "reference"


def bench_deploy() -> list[Line]:
    """Seconds of `tis deploy` for all services, and the zips' megabytes."""
    with deployed() as stack:
        services = sorted(read_manifest(stack.project).services)
        unchanged = timed("unchanged", lambda _: deploy(stack))
        chalice = timed("Chalice, unchanged", lambda _: by_chalice(stack, services))
        changed = timed("one changed", lambda number: deploy_changed(stack, number))
        told = deploy(stack)["services"]
    peer = f"chalice deploy in each folder: {chalice:.1f} s"
    zips = [
        line(f"deploy.zip.{name}", facts["zip_bytes"] / 1e6, "MB", at_most=ZIP_BYTES / 1e6)
        for name, facts in told.items()
    ]
    return [
        line("deploy.unchanged", unchanged, "s", peer=peer, at_most=UNCHANGED),
        line("deploy.one_changed", changed, "s", peer=peer, at_most=ONE_CHANGED),
        *zips,
    ]


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


def timed(name: str, action: Callable[[int], object]) -> float:
    """The median of some runs, in seconds."""
    taken = []
    for number in range(RUNS):
        tell(f"{name}: {number + 1} of {RUNS}")
        start = time.perf_counter()
        action(number)
        taken.append(time.perf_counter() - start)
    return median(taken)


def deploy(stack: Stack) -> Any:
    """What `tis deploy` tells; CannotRun where it fails."""
    done = tis(stack.project, stack.port, "deploy", "--stage", "local", "--json", seconds=DEADLINE)
    if done.returncode:
        raise CannotRun(done.stderr)
    return json.loads(done.stdout)


def deploy_changed(stack: Stack, number: int) -> None:
    """Deploy after a change of one service."""
    (stack.project / "services" / CHANGED / "changed.py").write_text(f"NUMBER = {number}\n", encoding="utf-8")
    changed = [name for name, facts in deploy(stack)["services"].items() if facts["changed"]]
    if changed != [CHANGED]:
        raise CannotRun(f"{changed} were deployed, and {CHANGED} alone had changed")


def by_chalice(stack: Stack, services: list[str]) -> None:
    """Chalice's own command in each service's folder."""
    environ = {
        **os.environ,
        "AWS_ENDPOINT_URL": stack.state["aws"],
        "AWS_DEFAULT_REGION": stack.state["region"],
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
    }
    for service in services:
        command = [sys.executable, "-c", RUN, "deploy", "--stage", "local"]
        folder = stack.project / "services" / service
        subprocess.run(command, cwd=folder, env=environ, check=True, capture_output=True, timeout=DEADLINE)
