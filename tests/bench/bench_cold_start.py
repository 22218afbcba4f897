"""A cold start from the deployed zip, as the local AWS makes it: AWS's runtime client in a process that is shut in.

Counted is the CPU time of that process from its begin until it asks for its first event: what shuts it in, the interpreter's
start and the runtime client, 50 ms together, are on all sides. Each then has to answer an event. The sides are the reference function's package as Chalice zips it, the same without byte
code, and a function that only imports Chalice and the libraries that reference imports, with byte code.
"""

import asyncio
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from infra.build.libraries import running_python
from infra.build.manifest import ROOT, read_manifest
from infra.build.package import make_package
from infra.local.aws.facts import LATEST, FunctionFacts
from infra.local.aws.runtime import runtime_packages
from infra.local.aws.zip_source import DeployedFunction, Ground, ZipSource
from infra.local.environments.context import REGION
from tests.bench.bench_cold_import import LIST_LIBRARIES, run
from tests.bench.measure import CannotRun, Line, Timings, line, tell

SERVICE, RUNS = "reference", 21
ANSWER_SECONDS = 29.0
EVENT = {"httpMethod": "GET", "path": f"/{SERVICE}/actuator/health", "headers": {}, "requestContext": {}}
LIBRARIES_ALONE, WITHOUT_BYTE_CODE = 1.3, 0.5  # bounds of the ratios


class Sides(NamedTuple):
    """The folders of the three packages."""

    package: Path
    uncompiled: Path
    libraries: Path


def bench_cold_start() -> list[Line]:
    """The reference function from its package against its libraries alone, and against itself without byte code."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        made = sides(folder)
        ground = Ground(runtime_packages(folder / "runtime"), folder, "http://127.0.0.1:1")
        taken = asyncio.run(measured(made, ground))
        if any(made.uncompiled.rglob("*.pyc")):
            raise CannotRun("a package could be written to, and has byte code now: this machine locks no folder")
    name, own, unit = f"cold_start.{SERVICE}", 1e3 * taken.median("package"), "ms of CPU"
    return [
        line(name, own, unit, **taken.against("package", "libraries"), at_most=LIBRARIES_ALONE),
        line(f"{name}.byte_code", own, unit, **taken.against("package", "uncompiled"), at_most=WITHOUT_BYTE_CODE),
    ]


def sides(scratch: Path) -> Sides:
    """The packages, each in a folder of its own."""
    tell(f"building {SERVICE}")
    package = make_package(ROOT, read_manifest(), SERVICE)
    names = run(package, LIST_LIBRARIES).split()
    uncompiled, libraries = scratch / "uncompiled", scratch / "libraries"
    shutil.copytree(package, uncompiled, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(package, libraries)
    (libraries / "__pycache__" / f"app.{sys.implementation.cache_tag}.pyc").unlink()
    imports = "".join(f"import {name}\n" for name in names)
    (libraries / "app.py").write_text(f"{imports}\ndef app(event, context):\n    return event\n", encoding="utf-8")
    return Sides(package, uncompiled, libraries)


async def measured(made: Sides, ground: Ground) -> Timings:
    """The seconds of each side's starts, which take turns, forwards and backwards."""
    rounds: dict[str, list[float]] = {name: [] for name in Sides._fields}
    for number in range(-1, RUNS):  # once before: the files are in memory then
        tell(f"start {number + 1} of {RUNS}")
        for name, folder in list(made._asdict().items())[:: -1 if number % 2 else 1]:
            taken = await start_once(folder, ground)
            if number >= 0:
                rounds[name].append(taken)
    return Timings(rounds)


async def start_once(folder: Path, ground: Ground) -> float:
    """Start one environment, and give the seconds of CPU that it took until it was ready. FunctionError if it was not."""
    facts = FunctionFacts(
        arn=f"arn:aws:lambda:{REGION}:000000000000:function:tis-{SERVICE}-bench",
        version=LATEST,
        name=f"tis-{SERVICE}-bench",
        region=REGION,
        handler="app.app",
        runtime=f"python{running_python()}",
        code=str(folder),
        layers=(),
        environment={"POWERTOOLS_SERVICE_NAME": "bench", "PYDANTIC_DISABLE_PLUGINS": "__all__"},
        timeout=29,
        memory=512,
        tmp=64,
        concurrency=None,
    )
    source = ZipSource(DeployedFunction(facts, ground, ground.folder / "log", 1, 0))
    environment = await source.fork(lambda _: None)
    try:
        taken = cpu_of(environment.pid)
        await environment.call(json.dumps(EVENT).encode(), ANSWER_SECONDS)
        return taken
    finally:
        environment.kill()
        await asyncio.sleep(0.05)  # its end is seen


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process's threads have used, as the scheduler counts them."""
    counts = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(place.read_text(encoding="utf-8").split()[0]) for place in counts) / 1e9
