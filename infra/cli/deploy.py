"""`tis deploy`, `tis undeploy` and `tis diff`: the services of a stage in AWS, or in the local AWS of `make aws`."""

import json
import os
import sys
import time
from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from infra.build.manifest import BuildError, read_manifest
from infra.cli.port import named_port
from infra.local.stack.folder import StackError, StackFolder

if TYPE_CHECKING:  # boto3 is imported when a command runs
    from collections.abc import Iterator

    from infra.deploy.deploying import Outcome, Stage

DIFFERENCES, REFUSED = 3, 4
LOCAL = "local"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_REGION": "eu-west-2"}

stage_option = click.option("--stage", "name", required=True, help="One of chalice.json's stages.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
services_argument = click.argument("services", nargs=-1, metavar="[SERVICE]...")


@click.command()
@services_argument
@stage_option
@json_option
def deploy(services: tuple[str, ...], name: str, as_json: bool) -> None:
    """Deploy services (default: all) to a stage, and say what answers where. What has not changed is left alone.

    Exit 0 only when all of them answer.
    """
    from infra.deploy.deploying import deploy_services  # noqa: PLC0415 - with boto3

    with told(), opened(name) as stage:
        outcomes, faults = deploy_services(stage, stage.manifest.chosen(services))
    if as_json:
        facts = {service: outcome.facts() for service, outcome in sorted(outcomes.items())}
        click.echo(json.dumps({"stage": name, "services": facts, "failed": faults}))
    else:
        show_outcomes(outcomes)
    end_with(faults)


@click.command()
@services_argument
@stage_option
@click.option("--yes", is_flag=True, help="Do it; without, it is only said what would be taken away.")
@json_option
def undeploy(services: tuple[str, ...], name: str, yes: bool, as_json: bool) -> None:
    """Take services (default: all) away from a stage. Their data, settings and secrets stay."""
    from infra.deploy.deploying import remove_services  # noqa: PLC0415 - with boto3

    with told(), opened(name) as stage:
        chosen = stage.manifest.chosen(services)
        if not yes:
            click.echo(f"This takes {', '.join(chosen)} away from stage {name}. Say --yes to do it.", err=True)
            sys.exit(REFUSED)
        removed, faults = remove_services(stage, chosen)
    click.echo(json.dumps({"stage": name, "removed": removed, "failed": faults}) if as_json else "\n".join(removed))
    end_with(faults)


@click.command()
@services_argument
@stage_option
@json_option
def diff(services: tuple[str, ...], name: str, as_json: bool) -> None:
    """Say what `tis deploy` would change on a stage; exit 3 when it would change anything."""
    from infra.deploy.changes import difference  # noqa: PLC0415 - with boto3

    with told(), opened(name) as stage:
        found = {service: difference(stage, service) for service in stage.manifest.chosen(services)}
    if as_json:
        click.echo(json.dumps({"stage": name, "services": {key: one.facts() for key, one in found.items()}}))
    else:
        for service, one in found.items():
            click.echo("\n".join([f"{service}: {one.action}", *(f"  {change}" for change in one.changes)]))
    sys.exit(DIFFERENCES if any(one.action != "nothing" for one in found.values()) else 0)


@click.command()
@services_argument
@stage_option
@json_option
def restart(services: tuple[str, ...], name: str, as_json: bool) -> None:
    """Have services (default: all) read their settings and secrets anew: after one was changed, or rotated."""
    from infra.deploy.cloud import told as aws_told  # noqa: PLC0415 - with boto3
    from infra.deploy.restarting import restart_function  # noqa: PLC0415 - as above

    with told(), opened(name) as stage, aws_told():
        chosen = stage.manifest.chosen(services)
        done = {service: restart_function(stage.cloud, stage.manifest, service) for service in chosen}
    restarted = [service for service in chosen if done[service]]
    click.echo(json.dumps({"stage": name, "restarted": restarted}) if as_json else "\n".join(restarted))
    end_with({service: f"is not deployed to stage {name}." for service in chosen if not done[service]})


@contextmanager
def told() -> "Iterator[None]":
    """Faults become a sentence on stderr, and exit code 1."""
    from infra.deploy.cloud import DeployError  # noqa: PLC0415 - with boto3

    try:
        yield
    except (BuildError, DeployError, StackError) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def opened(name: str, region: str | None = None) -> "Iterator[Stage]":
    """The stage of the project in this folder, in the account that the environment names."""
    from infra.deploy.cloud import open_cloud  # noqa: PLC0415 - with boto3
    from infra.deploy.deploying import Stage  # noqa: PLC0415 - as above

    root, started = Path.cwd(), time.monotonic()
    manifest = read_manifest(root)
    manifest.stage(name)
    endpoint = local_endpoint() if name == LOCAL else os.environ.get("AWS_ENDPOINT_URL")

    def say(service: str, text: str) -> None:
        click.echo(f"  {time.monotonic() - started:5.1f} s  {service}: {text}", err=True)

    yield Stage(root, manifest, open_cloud(name, endpoint=endpoint, region=region), say)


def local_endpoint() -> str | None:
    """Where the local AWS is: what AWS_ENDPOINT_URL names, else that of TIS_PORT's stack in this folder."""
    for key, value in CREDENTIALS.items():
        os.environ.setdefault(key, value)
    if named := os.environ.get("AWS_ENDPOINT_URL"):
        return named
    try:
        found = StackFolder.of(named_port()).state().get("aws")
    except StackError:
        return None
    return str(found) if found else None


def show_outcomes(outcomes: "Mapping[str, Outcome]") -> None:
    """What answers where, a line each."""
    width = max((len(name) for name in outcomes), default=0)
    for name, outcome in sorted(outcomes.items()):
        state = "deployed " if outcome.changed else "unchanged"
        size = f"{outcome.zip_bytes / 1e6:.1f} MB"
        click.echo(
            f"{name:{width}}  {state}  {size:>8}  {outcome.seconds:5.1f} s  answers {outcome.status} at {outcome.url}"
        )


def end_with(faults: Mapping[str, str]) -> None:
    """Exit 1 with a sentence for each service that failed, if any."""
    for service, fault in faults.items():
        click.echo(f"{service}: {fault.removeprefix(f'{service}: ')}", err=True)
    if faults:
        sys.exit(1)
