"""A package's contents.txt: what the package was made from and for, and every file with its hash.

Chalice's cache of packages goes by contents alone and would ship the old package when a file is only renamed; and the
guard reads there what is stale or partial.
"""

import hashlib
from pathlib import Path

from infra.build.libraries import Target

CONTENTS = "contents.txt"


def file_digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def contents_head(digest: str, target: Target) -> str:
    """The first lines of contents.txt."""
    return f"source {digest}\ntarget {target}\n\n"


def listing(folder: Path) -> str:
    """Every file of a package with its hash, one a line."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CONTENTS)
    return "".join(f"{file_digest(path)} {path.relative_to(folder).as_posix()}\n" for path in paths)


def contents_of(folder: Path) -> dict[str, str]:
    """The hash of each of a package's files, by its path, as its contents.txt lists them."""
    _, _, lines = (folder / CONTENTS).read_text(encoding="utf-8").partition("\n\n")
    return {path: digest for digest, _, path in (line.partition(" ") for line in lines.splitlines())}


def fault(folder: Path, head: str) -> str | None:
    """What is wrong with a package that should begin its contents.txt with `head`: missing, stale or partial."""
    contents = folder / CONTENTS
    if not contents.is_file():
        return "is missing"
    text = contents.read_text(encoding="utf-8")
    if not text.startswith(head):
        return "is stale: the code, the libraries or the Python that it was made from have changed"
    return None if text == head + listing(folder) else "is partial: files are missing, added or changed"
