"""What a cold start costs: the CPU time of importing a function's module from its built package, with byte code.

Each import is that of a fresh interpreter which finds the standard library and the package, and nothing else; its
start is counted on both sides.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path
from statistics import median

from infra.build.manifest import ROOT, BuildError, read_manifest
from infra.build.package import make_package
from tests.bench.measure import CannotRun, Line, line, tell

RUNS = 21
DEADLINE = 60  # seconds for one interpreter
OWN = ("app", "shared", "services")
FUNCTION = "import app"
CHALICE_AND_LOGGER = "import chalice\nfrom aws_lambda_powertools import Logger"
LIST_LIBRARIES = f"""
import app
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] not in {OWN} and (getattr(module, "__file__", None) or "").startswith(sys.path[0]):
        print(name)
"""
LIBRARIES_OF_ITS_OWN, FACADE = 1.4, 2.0  # bounds of the ratios


def bench_profile() -> Line:
    """The profile function against its libraries."""
    return against_libraries("profile")


def bench_reference() -> Line:
    """The reference function against its libraries."""
    return against_libraries("reference")


def against_libraries(service: str) -> Line:
    """A function against the modules of libraries that it imports, imported alone in the same order."""
    package = built(service)
    names = run(package, LIST_LIBRARIES).split()
    libraries = "\n".join(f"import {name}" for name in names)
    return compared(f"cold_import.{service}", package, libraries, "its libraries", LIBRARIES_OF_ITS_OWN)


def bench_strangler() -> Line:
    """The facade against Chalice and Powertools' Logger."""
    return compared("cold_import.strangler", built("strangler"), CHALICE_AND_LOGGER, "chalice and Logger", FACADE)


def built(service: str) -> Path:
    """A service's package, brought up to date. Raises CannotRun."""
    tell(f"building {service}")
    try:
        return make_package(ROOT, read_manifest(), service)
    except BuildError as error:
        raise CannotRun(str(error)) from error


def compared(name: str, package: Path, peer_code: str, peer: str, bound: float) -> Line:
    """The medians of a function's import and of its peer's, run in turns."""
    times: dict[str, list[float]] = {FUNCTION: [], peer_code: []}
    for number in range(-1, RUNS):  # once before: the files are in memory then
        for code, found in times.items():
            taken = cpu_of(package, code)
            if number >= 0:
                found.append(taken)
    own, other = median(times[FUNCTION]), median(times[peer_code])
    return line(name, own, "ms of CPU", peer=f"{peer}: {other:.1f} ms", ratio=own / other, at_most=bound)


def cpu_of(package: Path, code: str) -> float:
    """Milliseconds of CPU, user and system, of a fresh interpreter that runs the code."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(package, code)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def run(package: Path, code: str) -> str:
    """What the code prints in an isolated interpreter, with the package as its only path beside the library's."""
    command = [sys.executable, "-I", "-S", "-c", f"import sys\nsys.path.insert(0, {str(package)!r})\n{code}"]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=DEADLINE).stdout


if __name__ == "__main__":
    for bench in (bench_profile, bench_reference, bench_strangler):
        print(json.dumps(bench()), flush=True)  # noqa: T201 - its result
