"""A function's package: its own code and its libraries, pruned, with their byte code, as they lie on Lambda.

The libraries, which change seldom and take long, are made once and kept in build/libraries/.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase
from importlib.metadata import distribution, version
from itertools import chain
from pathlib import Path

from infra.build.contents import CONTENTS, contents_head, fault, file_digest, listing
from infra.build.libraries import (
    Files,
    Target,
    deployed_target,
    fetch_wheels,
    installed_files,
    pinned,
    running_target,
    wheel_files,
)
from infra.build.manifest import BuildError, Manifest

COMPILE_TIMEOUT = 300  # seconds
FIXED_TIME = 315_532_800  # 1980, the first year of a zip: two builds of the same files give the same bytes
ON_LAMBDA = "/var/task"  # where the code lies there, for tracebacks
CHALICE_RUNTIME = ("chalice/__init__.py", "chalice/app.py")  # what Chalice adds of itself
APP = "app.py"


def fill_vendor(root: Path, manifest: Manifest, service: str) -> bool:
    """Bring services/<service>/vendor up to date for Lambda; False where it was. Chalice adds app.py and itself."""
    target = deployed_target(manifest)
    folder = root / "services" / service / "vendor"
    return _fill(root, manifest, service, target, folder, left_to_chalice=(APP, *CHALICE_RUNTIME))


def make_package(root: Path, manifest: Manifest, service: str) -> Path:
    """Bring build/<service>/package up to date for this interpreter, and give it: all that the function would hold."""
    folder = root / "build" / service / "package"
    _fill(root, manifest, service, running_target(), folder, left_to_chalice=())
    return folder


def own_files(root: Path, manifest: Manifest, service: str) -> Files:
    """The project's own files in a package: shared/, the service, and its app.py at the root."""
    app = root / "services" / service / APP
    if not app.is_file():
        raise BuildError(f"services/{service} has no {APP} yet, so there is nothing to build.")
    for start in (root / "shared", root / "services" / service, root / "services" / "__init__.py"):
        for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
            name = path.relative_to(root).as_posix()
            if path.is_file() and not matches(name, manifest.left_out):
                yield name, path
    yield APP, app


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Does a path fit one of the patterns, in which a star spans folders too?"""
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def source_digest(root: Path, manifest: Manifest, service: str, target: Target) -> str:
    """A hash over all that a package is made from."""
    digest = hashlib.sha256(libraries_digest(root, manifest, service, target).encode())
    for name, path in own_files(root, manifest, service):
        digest.update(f"{name} {file_digest(path)}\n".encode())
    return digest.hexdigest()


def libraries_digest(root: Path, manifest: Manifest, service: str, target: Target) -> str:
    """A hash over all that a package's libraries are made from, Chalice's own part among them."""
    entry = manifest.entry(service)
    pruned = {name: manifest.pruned.get(name) for name in ("*", *entry.libraries)}
    builder = [file_digest(Path(__file__).with_name(name)) for name in ("libraries.py", "package.py")]
    pins = list(map(str, pinned(root, entry.libraries)))
    parts = [str(target), str(pruned), version("chalice"), *builder, *pins]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _fill(
    root: Path, manifest: Manifest, service: str, target: Target, folder: Path, *, left_to_chalice: tuple[str, ...]
) -> bool:
    head = contents_head(source_digest(root, manifest, service, target), target)
    if fault(folder, head) is None:
        return False
    libraries = _libraries(root, manifest, service, target)
    with replaced(folder) as fresh:
        _copy(own_files(root, manifest, service), fresh)
        _compile(fresh)
        shutil.copytree(libraries, fresh, dirs_exist_ok=True)
        for name in left_to_chalice:
            (fresh / name).unlink()
        (fresh / CONTENTS).write_text(head + listing(fresh), encoding="utf-8")
        _settle_times(fresh)
    return True


def _libraries(root: Path, manifest: Manifest, service: str, target: Target) -> Path:
    made_from = "wheels" if target.fetched else "installed"
    folder = root / "build" / "libraries" / f"{libraries_digest(root, manifest, service, target)}-{made_from}"
    if folder.is_dir():
        return folder
    pins = pinned(root, manifest.entry(service).libraries)
    with replaced(folder) as fresh, tempfile.TemporaryDirectory() as scratch:
        if target.fetched:
            fetch_wheels(pins, target, Path(scratch) / "wheels")
        for pin in pins:
            found = (
                wheel_files(pin, Path(scratch) / "wheels", Path(scratch) / "unpacked")
                if target.fetched
                else installed_files(pin)
            )
            unwanted = chain(manifest.pruned.get("*", ()), manifest.pruned.get(pin.name, ()))
            _copy(without(found, tuple(unwanted)), fresh)
        chalice = distribution("chalice")
        _copy(((name, Path(str(chalice.locate_file(name)))) for name in CHALICE_RUNTIME), fresh)
        _compile(fresh)
    return folder


def without(files: Files, patterns: tuple[str, ...]) -> Files:
    """The files that fit none of the patterns."""
    return ((name, path) for name, path in files if not matches(name, patterns))


@contextmanager
def replaced(folder: Path) -> Iterator[Path]:
    """An empty folder that takes the place of `folder` when all went well, and leaves it alone otherwise."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        fresh = Path(scratch) / folder.name
        fresh.mkdir()
        yield fresh
        if folder.exists():
            folder.rename(Path(scratch) / "old")
        fresh.rename(folder)


def _copy(files: Files, folder: Path) -> None:
    for name, path in files:
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)


def _compile(folder: Path) -> None:
    """Write the byte code of a folder: in one process and order, so that two builds give the same bytes."""
    command = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    command += ["-s", str(folder), "-p", ON_LAMBDA, str(folder)]
    settings = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=COMPILE_TIMEOUT, env=settings)
    if done.returncode:
        raise BuildError(f"Some files cannot be compiled:\n{(done.stdout + done.stderr).strip()}")


def _settle_times(folder: Path) -> None:
    for path in folder.rglob("*"):
        os.utime(path, (FIXED_TIME, FIXED_TIME))
