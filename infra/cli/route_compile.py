"""`tis routes compile`: the route table as the gateway's own OpenAPI, and what still passes the strangler then."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from infra.cli.route_views import as_json_option, show_table
from infra.cli.running import shown_state, told
from infra.routing.compiled import Addresses, Compiled, compile_routes
from infra.routing.compiled.cells import STRANGLER
from infra.routing.compiled.planning import RESOURCE_LIMIT
from shared.stages import LEGACY

DIFFERENCES = 3
COLUMNS = ("service", "endpoints", "resources", "legacy", "new", "strangler")
REASONS = {
    "canary": "a canary: each caller is on one side",
    "rules": "rules pin callers to a side",
    "shadow": "a shadow: the facade sends the copies",
    "host": "the old servers are sent the caller's Host",
    "slash": "decided otherwise with a slash at the end, which the gateway does not tell apart",
    "limit": "decided, but the API would have too many resources",
    "segment": "the gateway can have no resource for its path",
}


@click.command("compile")
@click.option("--stage", default="prod", show_default=True, metavar="NAME", help="A stage of chalice.json.")
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the document there."
)
@click.option("--check", is_flag=True, help="Write nothing; exit 3 where FILE is not what would be written.")
@click.option(
    "--all-legacy", is_flag=True, help="As after `tis routes all-legacy --on`: kept ready, it is the way back."
)
@click.option(
    "--limit",
    type=click.IntRange(2),
    default=RESOURCE_LIMIT,
    show_default=True,
    help="How many resources the API may have.",
)
@as_json_option
def compile_table(*, stage: str, output: Path | None, check: bool, all_legacy: bool, limit: int, as_json: bool) -> None:
    """Compile the route table to API Gateway's OpenAPI: only what is undecided still passes the strangler.

    The document is for a template: accounts, functions and the way to the old servers are filled in by CloudFormation.
    """
    if check and output is None:
        raise click.UsageError("--check compares with a file: name it by --output FILE.")
    addresses = addresses_of(stage)
    with told():
        state, source = shown_state()
        compiled = compile_routes(state.specs.values(), all_legacy=all_legacy or state.all_legacy, limit=limit)
    facts = {"stage": stage, **facts_of(compiled, limit), **source}
    differs = False
    if output is not None:
        document = compiled.document(addresses)
        differs = read_document(output) != document
        if differs and not check:
            write_document(output, document)
        facts |= {"output": str(output), "changed": differs}
    if as_json:
        click.echo(json.dumps(facts))
    else:
        show(compiled, facts)
    if differs and check:
        click.echo(f"{output} is not what the table compiles to. Write it without --check, and deploy it.", err=True)
        sys.exit(DIFFERENCES)


def addresses_of(stage: str) -> Addresses:
    """The names of a stage in a template; what Chalice deploys has no alias."""
    from infra.build.manifest import BuildError, read_manifest  # noqa: PLC0415 - pydantic: no other of `tis routes` needs it

    try:
        manifest = read_manifest()
        alias = "live" if manifest.stage(stage).way == "template" else ""
    except BuildError as error:
        raise click.ClickException(str(error)) from error
    return Addresses(stage, manifest.app_prefix, alias)


def facts_of(compiled: Compiled, limit: int) -> dict[str, Any]:
    """What is told of a compiled table."""
    return {
        "strangler_needed": compiled.strangler_needed,
        "resources": len(compiled.resources),
        "limit": limit,
        "undecided": [asdict(one) for one in compiled.answered if one.target == STRANGLER],
        "unservable": [f"/{'/'.join(path)}" for path in compiled.unservable],
        "services": list(rows_of(compiled)),
    }


def rows_of(compiled: Compiled) -> Iterator[dict[str, Any]]:
    """A row a service: its endpoints, the resources below its context paths, and who answers."""
    for spec in compiled.specs:
        name = spec["service"]["name"]
        targets = Counter(one.target for one in compiled.answered if one.service == name)
        endpoints, legacy, undecided = targets.total(), targets[LEGACY], targets[STRANGLER]
        numbers = (endpoints, compiled.resources_of(name), legacy, endpoints - legacy - undecided, undecided)
        yield dict(zip(COLUMNS, (name, *numbers), strict=True))


def read_document(path: Path) -> Any:
    """What a file holds; None where there is none, or no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_document(path: Path, document: dict[str, Any]) -> None:
    """Write a document whole, or not at all."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(f"{json.dumps(document, indent=1)}\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error}.") from error


def show(compiled: Compiled, facts: dict[str, Any]) -> None:
    """The table for people, and whether the strangler is needed."""
    show_table(COLUMNS, ([str(row[column]) for column in COLUMNS] for row in facts["services"]))
    reasons = Counter(one.reason for one in compiled.answered if one.reason)
    for reason, count in reasons.most_common():
        click.echo(f"{count} to the strangler: {REASONS[reason]}")
    for path in facts["unservable"]:
        click.echo(f"{path}: API Gateway has no resource with such a segment; all beside it goes to the strangler.")
    if not compiled.strangler_needed:
        click.echo("No call passes it: the strangler can be removed, until a route is to move again.")
    elif not reasons:
        click.echo("Calls that no route lists pass the strangler: it cannot be removed.")
    click.echo(f"{facts['resources']} of {facts['limit']} resources", err=True)
