"""All that a service's own code imports, also where it does so at a call that is rare, is in its package or at Lambda."""

import ast
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from infra.build.manifest import read_manifest
from infra.local.aws.runtime import DISTRIBUTIONS

DEADLINE = 60
TRY_ALL = """
import json, sys
sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
for statement in json.load(sys.stdin):
    try:
        exec(statement, {})
    except ImportError as error:
        print(f"{statement}: {error}")
"""

Import = ast.Import | ast.ImportFrom


@pytest.mark.parametrize("service", read_manifest().services)
def test_all_imports_are_found_in_the_package(service: str, package_of: Callable[[str], Path]) -> None:
    package = package_of(service)
    needed = [node for node in own_imports(package) if not is_of_runtime(node)]
    assert any("shared" in name for node in needed for name in modules_of(node))
    assert failures(package, sorted({ast.unparse(node) for node in needed})) == ""


def test_an_import_that_is_not_found_is_told(package_of: Callable[[str], Path]) -> None:
    told = failures(package_of("reference"), ["from sqlalchemy.orm import Session", "import sqlalchemy"])
    assert told == "from sqlalchemy.orm import Session: No module named 'sqlalchemy.orm'\n"


def own_imports(package: Path) -> Iterator[Import]:
    """The import statements of a service, and those of all in `shared` that they lead to."""
    files = [package / "app.py", *(package / "services").rglob("*.py")]
    for source in files:  # which grows
        for node in run_imports(ast.parse(source.read_text(encoding="utf-8"))):
            yield node
            found = (place for name in modules_of(node) for place in places_of(package, name))
            files += [place for place in found if place not in files]


def run_imports(node: ast.AST) -> Iterator[Import]:
    """The imports below a node, but for those that are there for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Import):
            yield child
        elif not (isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"):
            yield from run_imports(child)


def modules_of(node: Import) -> list[str]:
    """The modules that a statement may import."""
    names = [alias.name for alias in node.names]
    return names if isinstance(node, ast.Import) else [str(node.module), *(f"{node.module}.{name}" for name in names)]


def places_of(package: Path, name: str) -> list[Path]:
    """The file of one of our own modules; none for any other."""
    place = package / name.replace(".", "/")
    files = place.with_suffix(".py"), place / "__init__.py"
    return [file for file in files if name.startswith("shared") and file.is_file()]


def is_of_runtime(node: Import) -> bool:
    """Does a statement import what lies beside every function at Lambda?"""
    return all(name.partition(".")[0] in DISTRIBUTIONS for name in modules_of(node))


def failures(package: Path, statements: list[str]) -> str:
    """What an interpreter that finds only the package and the standard library cannot import, one a line."""
    command = [sys.executable, "-I", "-S", "-c", TRY_ALL, str(package)]
    told = json.dumps(statements)
    return subprocess.run(command, input=told, capture_output=True, text=True, timeout=DEADLINE, check=True).stdout
