"""`tis run`: the whole system on this machine, until Ctrl-C."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import click

from infra.cli.output import Notes, Steps
from infra.cli.port import named_port
from infra.local.gateway.dispatch import FACADE
from infra.local.stack.folder import StackError
from infra.local.stack.serve import Watcher
from infra.local.stack.settings import services_of
from infra.local.stack.stack import Options, run_stack

DEFAULT_ROWS = 1_000
EMBEDDED, REAL = "embedded", "real"  # what STACK may say
INDENT = 15  # of what is told, behind its name


@click.command()
@click.option("--real", is_flag=True, help="On MariaDB rather than SQLite; STACK=real says the same.")
@click.option("--rows", type=click.IntRange(1, 1_000_000), default=DEFAULT_ROWS, help="Rows that a new database gets.")
@click.option(
    "--live",
    multiple=True,
    metavar="NAME",
    help="A service that answers all its routes from the start: their stage is live.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object when ready.")
def run(real: bool, rows: int, live: tuple[str, ...], as_json: bool) -> None:
    """Run the whole system on this machine: gateway, functions, data, AWS fakes, and a stand-in for the old servers.

    It listens on TIS_PORT (default: 8080). Where TIS_LEGACY_URL is set, that takes the stand-in's place.
    """
    stack = os.environ.get("STACK") or EMBEDDED
    if stack not in (EMBEDDED, REAL):
        raise click.UsageError(f"STACK is {EMBEDDED} or {REAL}, not {stack!r}.")
    port = named_port()
    steps, notes = Steps(), Notes()

    def ready(state: Mapping[str, object]) -> None:
        steps.done()
        click.echo(json.dumps({"ready": True, **state}) if as_json else ready_text(state))

    try:
        check_live(live, Path.cwd())
        options = Options(
            port=port,
            root=Path.cwd(),
            rows=rows,
            real=real or stack == REAL,
            legacy_url=legacy_url(),
            live=live,
        )
        run_stack(options, Watcher(steps.step, notes.say, ready))
    except StackError as error:
        steps.done()
        raise click.ClickException(str(error)) from error


def check_live(live: Iterable[str], root: Path) -> None:
    """Are these services that stand in the project? Any other is wrong usage. Raises StackError where none stand there."""
    services = [name for name in services_of(root) if name != FACADE]
    for name in live:
        if name not in services:
            raise click.UsageError(f"--live {name}: there is no such service here; there are: {', '.join(services)}.")


def legacy_url() -> str | None:
    """The old servers' base URL, where TIS_LEGACY_URL names one; StackError where it is no URL."""
    text = os.environ.get("TIS_LEGACY_URL")
    if not text:
        return None
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise StackError(f"TIS_LEGACY_URL must be like https://host or http://host:port/path, not {text!r}.")
    return text.rstrip("/")


def ready_text(state: Mapping[str, object]) -> str:
    """What a person reads when the stack is ready."""
    gateway = str(state["gateway"])
    port = gateway.rpartition(":")[2]
    prefix = "" if port == "8080" else f"export TIS_PORT={port}; "
    databases = state["databases"]
    rows = {
        "gateway": gateway,
        "console": f"{gateway}/_tis/",
        "old servers": state["legacy_url"],
        "dynamodb": state["dynamodb"],
        "cognito": state["cognito"],
        "databases": f"\n{' ' * INDENT}".join(databases.values()) if isinstance(databases, Mapping) else "",
        "logs": state["logs"],
        "try": f'{prefix}curl -H "Authorization: Bearer $(.venv/bin/tis token --user me)" "{gateway}/reference/api/sites?size=2"',
    }
    return "\n".join(["ready", *(f"  {name:{INDENT - 3}} {value}" for name, value in rows.items() if value)])
