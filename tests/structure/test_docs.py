"""What the documents name exists: commands and their options, targets of make, files that are linked."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from infra.cli.main import main

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")
COMMAND = re.compile(r"(?:^|[\s`(=])(?:\.venv/bin/)?tis ([a-z][^`|\n#]*)", re.MULTILINE)
TARGET = re.compile(r"`(?:[A-Z]+=\S+ )*make ([a-z-]+)")


def ids(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_links_lead_somewhere(document: Path) -> None:
    lost = [
        link for link in LINK.findall(document.read_text(encoding="utf-8")) if not (document.parent / link).exists()
    ]
    assert not lost


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_commands_and_their_options_exist(document: Path) -> None:
    faults = [fault for text in code_of(document) for line in COMMAND.findall(text) for fault in faults_of(line)]
    assert not faults


@pytest.mark.parametrize("document", DOCUMENTS, ids=ids)
def test_targets_of_make_exist(document: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(TARGET.findall(document.read_text(encoding="utf-8")))
    assert not {target for target in named if f"\n{target}:" not in makefile}


@pytest.mark.parametrize("folder", ["adr", "runbooks"])
def test_indexes_are_whole(folder: str) -> None:
    index = (ROOT / "docs" / folder / "README.md").read_text(encoding="utf-8")
    files = {path.name for path in (ROOT / "docs" / folder).glob("*.md")} - {"README.md"}
    assert {name for name in files if f"({name})" in index} == files


def code_of(document: Path) -> Iterator[str]:
    """The blocks and pieces of code in a document."""
    text = document.read_text(encoding="utf-8")
    yield from re.findall(r"```[a-z]*\n(.*?)```", text, re.DOTALL)
    yield from re.findall(r"(?<!`)`([^`]+)`(?!`)", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def faults_of(line: str) -> Iterator[str]:
    """What of a command does not exist, as far as it is spelled out."""
    words = words_of(line)
    command: click.Command = main
    context = click.Context(command)
    while words and isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        if found is None:
            yield f"tis {line}: there is no {words[0]}"
            return
        command, words = found, words[1:]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in words:
        if word.startswith("--") and word.partition("=")[0] not in {*known, "--help"}:
            yield f"tis {line}: it has no {word}"


def words_of(line: str) -> list[str]:
    """A command's words, up to a pipe, a bracket or a comma; those after an odd quote are not known."""
    text = re.split(r"[,;)\]…]|\s[|>&]|\s\(", line)[0]
    try:
        return shlex.split(text)
    except ValueError:
        return text.split('"')[0].split()
