"""`tis doctor`: what this machine and this folder lack, each with what mends it."""

import json
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from infra.local.gateway.server import PortBusy, open_socket
from infra.local.stack.folder import StackError, StackFolder, port_of

RUN_SECONDS = 5
PYTHONS = ((3, 11), (3, 12), (3, 13))
DEPLOYED = (3, 13)
ENOUGH_FILES = 1024


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `mend` is empty where nothing is to be done."""

    name: str
    found: str
    mend: str = ""
    needed: bool = True  # to run and test; what is not needed serves a single purpose, which `found` names


def check_python() -> Check:
    """The Python that runs this."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    if sys.version_info[:2] not in PYTHONS:
        return Check(
            "python", version, "TIS runs on Python 3.11 to 3.13: install one, remove .venv, and run make again."
        )
    if sys.version_info[:2] != DEPLOYED:
        return Check("python", version, "It runs and tests; to build and deploy, install Python 3.13.", needed=False)
    return Check("python", version)


def check_others() -> Check:
    """The other Pythons that the tests are run on."""
    names = [f"python{major}.{minor}" for major, minor in PYTHONS]
    missing = [name for name in names if not runs(name)]
    found = ", ".join(name for name in names if name not in missing) or "none on PATH"
    mend = f"Only for tests on every version: install {', '.join(missing)}." if missing else ""
    return Check("pythons", found, mend, needed=False)


def runs(program: str) -> bool:
    """Is there such a Python, and does it run? A version manager's shim may exist and fail."""
    path = shutil.which(program)
    try:
        done = subprocess.run([path or "", "-c", ""], capture_output=True, check=False, timeout=RUN_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def check_project() -> Check:
    """Is this the project's folder?"""
    if Path("services").is_dir() and Path("shared").is_dir():
        return Check("project", str(Path.cwd()))
    return Check("project", "not in this folder", "Change to the folder that holds services/ and shared/.")


def check_port() -> Check:
    """Can the stack listen where it would?"""
    try:
        port = port_of()
    except StackError as error:
        return Check("port", "unreadable", str(error))
    path = Path(".tis") / str(port)
    if path.is_dir() and StackFolder(path).is_running():
        return Check("port", f"{port}, where TIS runs")
    try:
        open_socket(port).close()
    except PortBusy:
        return Check(
            "port", f"{port}, taken", f"Stop what listens there, or take another: TIS_PORT={port + 1} make run"
        )
    return Check("port", f"{port}, free")


def check_leftovers() -> Check:
    """Has a stack been killed before it could tidy up?"""
    folders = [StackFolder(file.parent) for file in Path(".tis").glob("*/stack.json")]
    stale = [str(folder.state_file) for folder in folders if not folder.is_running()]
    if stale:
        return Check(".tis", f"{len(stale)} left by a killed stack", f"rm {' '.join(stale)}", needed=False)
    return Check(".tis", "tidy")


def check_files() -> Check:
    """How many files a process may open: the gateway holds one a connection and one an environment."""
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    low = 0 <= limit < ENOUGH_FILES
    return Check("open files", str(limit), f"ulimit -n {ENOUGH_FILES}" if low else "")


def check_mariadb() -> Check:
    """MariaDB, for `make run STACK=real` and `make test-real`."""
    from infra.local import mariadb  # noqa: PLC0415 - its driver takes a while to import

    if mariadb.available():
        return Check("mariadb", "installed")
    return Check("mariadb", "missing: for STACK=real and make test-real", mariadb.install_hint(), needed=False)


def check_wrk() -> Check:
    """Wrk, for `make bench`."""
    if shutil.which("wrk"):
        return Check("wrk", "installed")
    return Check("wrk", "missing: for make bench", "apt-get install -y wrk", needed=False)


CHECKS: tuple[Callable[[], Check], ...] = (
    check_python,
    check_others,
    check_project,
    check_port,
    check_leftovers,
    check_files,
    check_mariadb,
    check_wrk,
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def doctor(as_json: bool) -> None:
    """Check what this machine and this folder need: a line each, with what mends it. Exit 1 when something needed lacks."""
    found = [check() for check in CHECKS]
    if as_json:
        click.echo(json.dumps([asdict(check) for check in found]))
    else:
        for line in lines_of(found):
            click.echo(line)
    sys.exit(any(check.needed and check.mend for check in found))


def lines_of(found: list[Check]) -> Iterator[str]:
    """What a person reads."""
    for check in found:
        word = "ok" if not check.mend else "LACKS" if check.needed else "note"
        yield f"{word:6}{check.name:12}{check.found}{f'  →  {check.mend}' if check.mend else ''}"
