"""The memory of a function's process after 10,000 calls of all that the recordings ask with GET, on MariaDB."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from infra.data import seed
from infra.local import mariadb
from tests.bench.function_process import STEP
from tests.bench.measure import CannotRun, Line, line, tell
from tests.contract.exchanges import read_dataset

SERVICES = ("profile", "reference")
MOST_MB, GROWTH_MB = 150, 2
SETTLED_CALLS = 2_000  # by then all has been imported, and all that is kept is full
DEADLINE = 120  # seconds


def measured(service: str) -> list[Line]:
    """The memory at the end, and how much it has grown since the function had settled."""
    grown = memory_of(service)
    tell(f"{service}: MB after each {STEP:,} calls: {', '.join(f'{size:.1f}' for size in grown)}")
    settled = grown[SETTLED_CALLS // STEP - 1]
    return [
        line(f"function_memory.{service}", grown[-1], "MB", at_most=MOST_MB),
        line(f"function_memory.{service}.growth", grown[-1] - settled, "MB", at_most=GROWTH_MB),
    ]


def memory_of(service: str) -> list[float]:
    """Resident megabytes of a function's process as it is asked. Raises CannotRun."""
    if not mariadb.available():
        raise CannotRun(f"it needs MariaDB: {mariadb.install_hint()}")
    with TemporaryDirectory(prefix="tis-bench-") as folder, mariadb.start(Path(folder)) as server:
        url = server.database(service)
        seed.load(url, service, read_dataset(service))
        command = [sys.executable, "-m", "tests.bench.function_process", service, url]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=DEADLINE, check=True)
    found: list[float] = json.loads(done.stdout)
    return found


BENCHES = {service: partial(measured, service) for service in SERVICES}
