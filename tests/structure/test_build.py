"""chalice.json against the code: generated files, settings, and the libraries that the code imports anywhere."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields
from importlib import import_module
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from infra.build.libraries import installed_files, pinned
from infra.build.manifest import ROOT, read_manifest
from infra.build.package import CHALICE_RUNTIME, matches, own_files, without
from infra.build.projects import drifted

MANIFEST = read_manifest()
SERVICES = sorted(MANIFEST.services)
OWN = ("shared", "services")
OF_THE_RUNTIME = ("boto3", "botocore")  # Lambda has them


def test_generated_files_are_what_chalice_json_says() -> None:
    assert drifted(ROOT, MANIFEST, SERVICES) == [], "run `python -m infra.build` and commit what it writes"


def test_every_service_is_in_chalice_json() -> None:
    assert [path.parent.name for path in sorted((ROOT / "services").glob("*/app.py"))] == SERVICES


@pytest.mark.parametrize("service", SERVICES)
def test_required_settings_are_named(service: str) -> None:
    config = f"services.{service}.config"
    settings: Any = import_module(config if find_spec(config) else "shared.http.service").Settings
    needed = {
        f"TIS_{field.name.upper()}"
        for field in fields(settings)
        if field.default is MISSING and field.default_factory is MISSING
    }
    entry = MANIFEST.entry(service)
    assert needed <= {*entry.settings, *entry.secrets}


@pytest.mark.parametrize("service", SERVICES)
def test_every_import_of_the_code_is_shipped(service: str) -> None:
    """Also what is imported late, at the first use: a cold start would not miss it, a caller would."""
    shipped = set(shipped_names(service))
    lost = {
        f"{module} (in {path.relative_to(ROOT)})"
        for path in reachable(service)
        for module in imported(path)
        if module.partition(".")[0] not in (*sys.stdlib_module_names, *OWN, *OF_THE_RUNTIME)
        and not is_shipped(module, shipped)
    }
    assert not lost


@pytest.mark.parametrize("service", SERVICES)
def test_no_library_is_shipped_for_nothing(service: str) -> None:
    """The libraries are those that the code imports, and what they need themselves, as their own metadata says."""
    tops = {module.partition(".")[0] for path in reachable(service) for module in imported(path)}
    for pin in pinned(ROOT, MANIFEST.entry(service).libraries):
        names = {name.partition("/")[0].partition(".")[0] for name, _ in installed_files(pin)}
        assert names & (tops | NEEDED_BY_LIBRARIES), f"{pin} is imported nowhere"


NEEDED_BY_LIBRARIES = {
    "annotated_types",  # by pydantic
    "cryptography",  # by jwt, for RS256
    "jmespath",  # by Powertools
    "pymysql",  # by SQLAlchemy, for mysql+pymysql
    "typing_extensions",  # by pydantic, SQLAlchemy, Powertools
    "typing_inspection",  # by pydantic
    "_cffi_backend",  # by cryptography
}


def shipped_names(service: str) -> Iterator[str]:
    """The paths of all that a package holds of libraries."""
    for pin in pinned(ROOT, MANIFEST.entry(service).libraries):
        patterns = tuple(chain(MANIFEST.pruned["*"], MANIFEST.pruned.get(pin.name, ())))
        yield from (name for name, _ in without(installed_files(pin), patterns))
    yield from CHALICE_RUNTIME


def is_shipped(module: str, shipped: set[str]) -> bool:
    path = module.replace(".", "/")
    return any(name.startswith((f"{path}/__init__.", f"{path}.")) for name in shipped)


def reachable(service: str) -> set[Path]:
    """The service's modules in the package, and those of shared/ that they import, directly or not."""
    packaged = {path for _, path in own_files(ROOT, MANIFEST, service) if path.suffix == ".py"}
    waiting = [path for path in packaged if path.is_relative_to(ROOT / "services" / service)]
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += {module_path(module) for module in imported(path)} & packaged
    return found


def module_path(module: str) -> Path:
    path = ROOT / module.replace(".", "/")
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports anywhere, by their full names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module.partition(".")[0] in OWN:
                yield from (f"{node.module}.{name.name}" for name in node.names)


def test_matches_spans_folders() -> None:
    assert matches("sqlalchemy/orm/decl/api.py", ("sqlalchemy/orm/*",))
    assert not matches("sqlalchemy/ext/compiler.py", ("sqlalchemy/ext/[!_c]*",))
