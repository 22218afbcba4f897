"""What stands between `chalice deploy` and a package that is not what the code says."""

import sys
from pathlib import Path

import click

from infra.build.libraries import deployed_target
from infra.build.manifest import BuildError, Manifest, read_manifest
from infra.build.package import contents_head, fault, source_digest
from infra.build.projects import drifted

UNSAFE = 4


def refuse_stale(project: Path) -> None:
    """End the process with a sentence and exit code 4 unless Chalice may deploy from this services/<name> now.

    Called while Chalice's CLI imports the app, before it packages anything.
    """
    try:
        check_project(project.resolve(), chosen_stage())
    except BuildError as error:
        click.echo(f"Refused: {error}", err=True)
        sys.exit(UNSAFE)


def chosen_stage() -> str | None:
    """The stage that Chalice's command was given, which takes any name; None outside of one."""
    context = click.get_current_context(silent=True)
    return context.params.get("stage") if context else None


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
