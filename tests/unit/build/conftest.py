"""A checkout of its own for each test, with the package of the reference service built in it once."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.build.manifest import NAME, ROOT, Manifest, read_manifest
from infra.build.package import make_package

DEADLINE = 60
NOT_COPIED = shutil.ignore_patterns("vendor", "__pycache__", "deployments", "deployed")
Isolated = Callable[[Path, str], str]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    for name in (NAME, "requirements.lock"):
        shutil.copy(ROOT / name, root / name)
    for name in ("shared", "services"):
        shutil.copytree(ROOT / name, root / name, ignore=NOT_COPIED)
    make_package(root, read_manifest(root), "reference")
    return root


@pytest.fixture
def checkout(built: Path, tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    shutil.copytree(built, root)
    return root


@pytest.fixture
def manifest(checkout: Path) -> Manifest:
    return read_manifest(checkout)


@pytest.fixture
def isolated() -> Isolated:
    """Runs code in a fresh interpreter that finds the standard library and one folder; gives what it prints."""

    def run(folder: Path, code: str) -> str:
        command = [sys.executable, "-I", "-S", "-c", f"import sys\nsys.path.insert(0, {str(folder)!r})\n{code}"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=DEADLINE)
        assert not done.returncode, done.stderr
        return done.stdout

    return run
