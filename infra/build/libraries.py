"""The libraries that a function ships: pinned by requirements.lock, from wheels or from this environment."""

import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from zipfile import ZipFile

from infra.build.manifest import BuildError, Manifest

FETCH_TIMEOUT = 600  # seconds
LOCK = "requirements.lock"
LINE = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)")
HASH = re.compile(r"--hash=(\S+)")
WHEEL_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}
LAMBDA_GLIBC = range(34, 16, -1)  # minor versions of glibc 2 whose wheels run on Amazon Linux 2023, best first

Files = Iterator[tuple[str, Path]]  # path in the package, file to copy


@dataclass(frozen=True)
class Pin:
    """A distribution as the lock pins it."""

    name: str
    version: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True)
class Target:
    """The interpreter and machine that a package is for; `fetched` libraries are wheels, others those installed here."""

    python: str
    machine: str
    fetched: bool

    def __str__(self) -> str:
        return f"python {self.python} {self.machine}"


def deployed_target(manifest: Manifest) -> Target:
    """What Lambda runs; BuildError when this interpreter, whose byte code is shipped, is another."""
    if running_python() != manifest.python:
        raise BuildError(
            f"Functions run on Python {manifest.python}, and this is {running_python()}: what is deployed is built"
            f" and deployed by Python {manifest.python} only. Make .venv with it, and try again."
        )
    return Target(manifest.python, manifest.architecture, fetched=True)


def running_target() -> Target:
    """The interpreter that runs, on this machine, with the libraries that are installed."""
    return Target(running_python(), platform.machine(), fetched=False)


def running_python() -> str:
    """`3.13`, or whatever runs this."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def read_pins(root: Path) -> dict[str, Pin]:
    """All pins of requirements.lock, by normalised name."""
    pins, entry = {}, ""
    for line in [*(root / LOCK).read_text(encoding="utf-8").splitlines(), "end"]:
        if line[:1] not in (" ", "#") and (found := LINE.match(entry)):
            pins[normalised(found[1])] = Pin(found[1], found[2], tuple(HASH.findall(entry)))
        entry = line if line[:1] != " " else f"{entry} {line}"
    return pins


def pinned(root: Path, names: tuple[str, ...]) -> list[Pin]:
    """The pins of some libraries, sorted; BuildError for one that the lock does not have."""
    pins = read_pins(root)
    if missing := [name for name in names if name not in pins]:
        raise BuildError(f"{LOCK} does not pin {', '.join(missing)}: name it in pyproject.toml and lock again.")
    return [pins[name] for name in sorted(names)]


def normalised(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_files(pin: Pin) -> Files:
    """The files of a distribution of this environment; BuildError unless it is there in the pinned version."""
    try:
        found = distribution(pin.name)
    except PackageNotFoundError as error:
        raise BuildError(f"{pin} is not installed here. Install what {LOCK} pins: `make install`.") from error
    if found.version != pin.version:
        raise BuildError(
            f"{pin.name} {found.version} is installed here, {LOCK} pins {pin.version}: run `make install`."
        )
    for file in found.files or ():
        yield file.as_posix(), Path(str(file.locate()))


def fetch_wheels(pins: list[Pin], target: Target, folder: Path) -> None:
    """Download the pinned wheels for a target, hashes checked; BuildError with pip's words where one cannot be had."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = folder / "requirements.txt"
    wanted.write_text(
        "".join(f"{pin} {' '.join(f'--hash={value}' for value in pin.hashes)}\n" for pin in pins), encoding="utf-8"
    )
    machine = WHEEL_MACHINES[target.machine]
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in LAMBDA_GLIBC] + [f"manylinux2014_{machine}"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={target.python}"]
    command += [f"--abi={abi}" for abi in (f"cp{target.python.replace('.', '')}", "abi3", "none")]
    command += [f"--platform={name}" for name in platforms]
    command += [f"--dest={folder}", f"--requirement={wanted}"]
    try:
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=FETCH_TIMEOUT)
    except subprocess.CalledProcessError as error:
        raise BuildError(f"pip cannot fetch the libraries for {target}:\n{error.stderr.strip()}") from error
    except subprocess.TimeoutExpired as error:
        raise BuildError(f"pip has not fetched the libraries within {FETCH_TIMEOUT} s. Try again.") from error


def wheel_files(pin: Pin, wheels: Path, unpacked: Path) -> Files:
    """The files of a fetched wheel, unpacked."""
    stem = f"{normalised(pin.name).replace('-', '_')}-{pin.version}-"
    wheel = next(path for path in sorted(wheels.glob("*.whl")) if path.name.lower().startswith(stem))
    folder = unpacked / pin.name
    with ZipFile(wheel) as archive:
        archive.extractall(folder)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path
