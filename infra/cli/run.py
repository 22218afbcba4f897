"""`tis run`: the whole system on this machine, until Ctrl-C."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import click

from infra.cli.output import Notes, Steps
from infra.local.stack.folder import StackError, port_of
from infra.local.stack.serve import Watcher
from infra.local.stack.stack import Options, run_stack

DEFAULT_ROWS = 1_000
EMBEDDED, REAL = "embedded", "real"  # what STACK may say


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
    steps, notes = Steps(), Notes()

    def ready(state: Mapping[str, object]) -> None:
        steps.done()
        click.echo(json.dumps({"ready": True, **state}) if as_json else ready_text(state))

    try:
        options = Options(
            port=port_of(),
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
    rows = {
        "gateway": gateway,
        "console": f"{gateway}/_tis/",
        "old servers": state["legacy_url"],
        "dynamodb": state["dynamodb"],
        "cognito": state["cognito"],
        "database": state["database_url"],
        "logs": state["logs"],
        "try": f'{prefix}curl -H "Authorization: Bearer $(.venv/bin/tis token --user me)" "{gateway}/reference/api/sites?size=2"',
    }
    return "\n".join(["ready", *(f"  {name:12} {value}" for name, value in rows.items() if value)])
