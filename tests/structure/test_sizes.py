"""No module is long, no function is long, and no service imports at its start what it may not need."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULE_LINES, FUNCTION_LINES = 200, 30
FOLDERS = ("services", "shared", "infra")
# What a service may need, and then imports where it does.
NOT_AT_START = {
    "services.reference.app": (
        "alembic",
        "boto3",
        "botocore",
        "cryptography",
        "jwt",
        "moto",
        "requests",
        "shared.collation",
        "sqlalchemy.orm",
    ),
    "services.strangler.app": (
        "aws_lambda_powertools",
        "boto3",
        "botocore",
        "cryptography",
        "jwt",
        "pydantic",
        "shared.tokens",
        "sqlalchemy",
        "ssl",
    ),
}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def modules() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "vendor" not in path.parts and ".chalice" not in path.parts:
                yield path.relative_to(ROOT)


MODULES = list(modules())


def body_lines(function: Function) -> int:
    """The lines of a function's body, without its docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, Function):
            yield node


def test_there_are_modules() -> None:
    assert len(MODULES) > 60


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_module_is_short(path: Path) -> None:
    lines = len((ROOT / path).read_text(encoding="utf-8").splitlines())
    assert lines <= MODULE_LINES, f"{path} has {lines} lines: split it"


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_functions_are_short(path: Path) -> None:
    long = {f"{path}:{one.name}": body_lines(one) for one in functions(path) if body_lines(one) > FUNCTION_LINES}
    assert not long, f"{long}: split them"


@pytest.mark.parametrize("name", NOT_AT_START)
def test_import_budget(name: str) -> None:
    code = f"import {name}, sys; print('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert sorted(set(NOT_AT_START[name]) & set(done.stdout.split())) == []
