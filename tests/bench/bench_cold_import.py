"""What a cold start costs: the CPU time of importing a function's module from its built package, with byte code.

Each import is that of a fresh interpreter which finds the standard library and the package, and nothing else; its
start is counted on both sides.
"""

import json
import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra.build.manifest import ROOT, read_manifest
from infra.build.package import make_package

RUNS = 21
DEADLINE = 60  # seconds for one interpreter
OWN = ("app", "shared", "services")
FUNCTION = "import app"
CHALICE_AND_LOGGER = "import chalice\nfrom aws_lambda_powertools import Logger"
LIST_LIBRARIES = f"""
import app, sys
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] not in {OWN} and (getattr(module, "__file__", None) or "").startswith(sys.path[0]):
        print(name)
"""


def reference() -> dict[str, Any]:
    """The reference function against the modules of libraries that it imports, imported in the same order alone."""
    package = make_package(ROOT, read_manifest(), "reference")
    names = run(package, LIST_LIBRARIES).split()
    return compared("cold_import_reference", package, "\n".join(f"import {name}" for name in names), 1.4, "libraries")


def strangler() -> dict[str, Any]:
    """The facade against Chalice and Powertools' Logger."""
    package = make_package(ROOT, read_manifest(), "strangler")
    return compared("cold_import_strangler", package, CHALICE_AND_LOGGER, 2.0, "chalice + Powertools Logger")


BENCHES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "cold_import_reference": reference,
    "cold_import_strangler": strangler,
}


def compared(name: str, package: Path, peer_code: str, bound: float, peer_name: str) -> dict[str, Any]:
    """The medians of a function's import and its peer's, run in turns."""
    run(package, FUNCTION)
    run(package, peer_code)  # both once before: the files are in memory then
    own, peer = [], []
    for _ in range(RUNS):
        own.append(cpu_of(package, FUNCTION))
        peer.append(cpu_of(package, peer_code))
    value, other = statistics.median(own), statistics.median(peer)
    return {
        "name": name,
        "value": round(value, 1),
        "unit": "ms of CPU",
        "peer": f"{peer_name}: {other:.1f}",
        "ratio": round(value / other, 3),
        "bound": bound,
        "met": value <= bound * other,
    }


def cpu_of(package: Path, code: str) -> float:
    """Milliseconds of CPU, user and system, of a fresh interpreter that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(package, code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def run(package: Path, code: str) -> str:
    """What the code prints in an isolated interpreter with the package as its only path beside the library's."""
    command = [sys.executable, "-I", "-S", "-c", f"import sys\nsys.path.insert(0, {str(package)!r})\n{code}"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=DEADLINE).stdout


if __name__ == "__main__":
    for bench in BENCHES.values():
        print(json.dumps(bench()), flush=True)  # noqa: T201 - it is what a benchmark is for
