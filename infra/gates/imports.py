"""What a service's code is: the text of every module of ours that its app.py imports, at its start or later."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

OURS = ("services", "shared")


@cache
def code_of(root: Path, service: str) -> str:
    """The code that a service's function can run; "" for a service without app.py."""
    waiting = [root / "services" / service / "app.py"]
    texts: dict[Path, str] = {}
    while waiting:
        path = waiting.pop()
        if path not in texts and path.is_file():
            texts[path] = path.read_text(encoding="utf-8")
            waiting += imported_files(root, texts[path])
    return "\n".join(texts.values())


def imported_files(root: Path, text: str) -> Iterator[Path]:
    """The files of ours that a module's imports lead to; a name imported from a package may be a module of it."""
    for node in ast.walk(ast.parse(text)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        for name in names:
            if name.partition(".")[0] in OURS:
                stem = root.joinpath(*name.split("."))
                yield stem.with_suffix(".py")
                yield stem / "__init__.py"
