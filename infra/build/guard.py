"""What stands between `chalice deploy` and a package that is not what the code says."""

import sys
from pathlib import Path

import click

from infra.build.contents import contents_head, fault
from infra.build.libraries import deployed_target
from infra.build.manifest import BuildError, Manifest, read_manifest
from infra.build.package import source_digest
from infra.build.projects import drifted

FAILED, UNSAFE = 1, 4
CHANGING = ("deploy", "delete")  # the commands of Chalice that change something in AWS


def refuse_stale(project: Path) -> None:
    """End the process with a sentence, and exit code 4, unless Chalice may work on this services/<name> now.

    Called while Chalice's CLI imports the app, before it packages anything. Where Chalice is to change what is deployed,
    infra.deploy.hook goes with it from here on.
    """
    context = click.get_current_context(silent=True)
    project = project.resolve()
    try:
        check_project(project, context.params.get("stage") if context else None)
    except BuildError as error:
        click.echo(f"Refused: {error}", err=True)
        sys.exit(UNSAFE)
    if context is not None and context.info_name in CHANGING:
        go_along(project, context)


def go_along(project: Path, context: click.Context) -> None:
    """Have one deploy at a time, on what really stands; end the process with a sentence where that cannot be."""
    from infra.deploy.cloud import DeployError  # noqa: PLC0415 - with boto3, which only these commands need
    from infra.deploy.hook import accompany  # noqa: PLC0415 - as above

    try:
        accompany(project, context)
    except DeployError as error:
        click.echo(str(error), err=True)
        sys.exit(FAILED)


def check_project(project: Path, stage: str | None) -> None:
    """Raise BuildError unless services/<name> is built and up to date, and the stage one of chalice.json's."""
    root, service = project.parents[1], project.name
    manifest = read_manifest(root)
    if stage is not None:
        manifest.stage(stage)
    problem = stale_part(root, manifest, service)
    if problem is not None:
        raise BuildError(f"{problem}. Build it first: `cd {root} && .venv/bin/python -m infra.build {service}`.")


def stale_part(root: Path, manifest: Manifest, service: str) -> str | None:
    """What of a service's project is not up to date, in words."""
    if names := drifted(root, manifest, [service]):
        return f"{', '.join(names)}: not what chalice.json says"
    target = deployed_target(manifest)
    head = contents_head(source_digest(root, manifest, service, target), target)
    problem = fault(root / "services" / service / "vendor", head)
    return problem and f"services/{service}/vendor {problem}"
