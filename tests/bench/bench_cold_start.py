"""A cold start from the deployed zip, as the local AWS makes it: AWS's runtime client in a process that is shut in.

Counted is the CPU time of that process from its begin until it asks for its first event: the interpreter's start and the
runtime client are on all sides. The sides are the reference function's package as Chalice zips it, the same without byte
code, and a function that only imports Chalice and the libraries that reference imports, with byte code.
"""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from infra.build.libraries import running_python
from infra.build.manifest import ROOT, read_manifest
from infra.build.package import make_package
from infra.local.aws.facts import LATEST, FunctionFacts
from infra.local.aws.runtime import runtime_packages
from infra.local.aws.zip_source import DeployedFunction, Ground, ZipSource
from infra.local.environments.context import REGION
from tests.bench.bench_cold_import import LIST_LIBRARIES, run
from tests.bench.measure import Line, line, tell

SERVICE, RUNS = "reference", 15
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
        times = asyncio.run(measured(made, ground))
    own, uncompiled, libraries = (median(times[name]) for name in Sides._fields)
    name, unit = f"cold_start.{SERVICE}", "ms of CPU"
    peer, other = f"its libraries alone: {libraries:.0f} ms", f"without byte code: {uncompiled:.0f} ms"
    return [
        line(name, own, unit, peer=peer, ratio=own / libraries, at_most=LIBRARIES_ALONE),
        line(f"{name}.byte_code", own, unit, peer=other, ratio=own / uncompiled, at_most=WITHOUT_BYTE_CODE),
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


async def measured(made: Sides, ground: Ground) -> dict[str, list[float]]:
    """The milliseconds of each side's starts, taken in turns."""
    times: dict[str, list[float]] = {name: [] for name in Sides._fields}
    for number in range(-1, RUNS):  # once before: the files are in memory then
        tell(f"start {number + 1} of {RUNS}")
        for name, folder in made._asdict().items():
            taken = await start_once(folder, ground)
            if number >= 0:
                times[name].append(taken)
    return times


async def start_once(folder: Path, ground: Ground) -> float:
    """Start one environment, and give the milliseconds of CPU that it took until it was ready."""
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
        return cpu_of(environment.pid)
    finally:
        environment.kill()
        await asyncio.sleep(0.05)  # its end is seen


def cpu_of(pid: int) -> float:
    """Milliseconds of CPU that a process's one thread has used, as the scheduler counts them."""
    return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="utf-8").split()[0]) / 1e6
