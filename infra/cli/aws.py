"""`tis aws`: a local AWS that runs what is deployed to it, until Ctrl-C."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import click

from infra.cli.output import Notes, Steps
from infra.cli.port import named_port
from infra.cli.run import DEFAULT_ROWS, EMBEDDED, INDENT, REAL, legacy_url
from infra.local.aws.stack import run_aws
from infra.local.stack.folder import StackError
from infra.local.stack.serve import Watcher
from infra.local.stack.stack import Options


@click.command()
@click.option("--real", is_flag=True, help="On MariaDB rather than SQLite; STACK=real says the same.")
@click.option("--rows", type=click.IntRange(1, 1_000_000), default=DEFAULT_ROWS, help="Rows that a new database gets.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object when ready.")
def aws(real: bool, rows: int, as_json: bool) -> None:
    """Run a local AWS: its APIs, a gateway, databases, and a stand-in for the old servers; nothing is deployed at first.

    It listens on TIS_PORT (default: 8080). `tis deploy --stage local` deploys to it, and so does Chalice, where
    AWS_ENDPOINT_URL is set as this tells. What was deployed is gone when it ends; the databases stay. Where
    TIS_LEGACY_URL is set, that takes the stand-in's place. TIS_AMQP_URL names the RabbitMQ that stands for Amazon MQ.
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
        options = Options(port=port, root=Path.cwd(), rows=rows, real=real or stack == REAL, legacy_url=legacy_url())
        run_aws(options, Watcher(steps.step, notes.say, ready))
    except StackError as error:
        steps.done()
        raise click.ClickException(str(error)) from error


def ready_text(state: Mapping[str, object]) -> str:
    """What a person reads when it is ready."""
    port = str(state["gateway"]).rpartition(":")[2]
    prefix = "" if port == "8080" else f"TIS_PORT={port} "
    databases = state["databases"]
    rows = {
        "gateway": state["gateway"],
        "AWS": state["aws"],
        "old servers": state["legacy_url"],
        "databases": f"\n{' ' * INDENT}".join(databases.values()) if isinstance(databases, Mapping) else "",
        "logs": state["logs"],
        "for clients": f"export AWS_ENDPOINT_URL={state['aws']} AWS_DEFAULT_REGION={state['region']} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local",
        "then": f"{prefix}.venv/bin/tis deploy --stage local",
        "": "what is deployed is gone when this ends; the databases stay",
    }
    return "\n".join(["ready", *(f"  {name:{INDENT - 3}} {value}" for name, value in rows.items() if value)])
