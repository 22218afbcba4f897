"""`tis package`: what CloudFormation deploys of each service, where a stage is deployed by templates."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click

from infra.build.manifest import ROOT, BuildError, read_manifest
from infra.cli.output import Steps
from infra.packaging.packing import Written, default_folder, read_routes, write_template

FACADE = "strangler"  # whose API the compiled route table is


@click.command()
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("--stage", required=True, metavar="NAME", help="A stage of chalice.json.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where each service gets a folder (default: build/SERVICE/template/STAGE).",
)
@click.option(
    "--routes",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="What `tis routes compile` wrote: it becomes the strangler's API.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written as JSON.")
def package(*, services: tuple[str, ...], stage: str, output: Path | None, routes: Path | None, as_json: bool) -> None:
    """Write template.json and deployment.zip of the services (default: all) for a stage.

    The template is Chalice's, with what Chalice cannot say: consumers of the broker, aliases that start from snapshots
    or stay provisioned, firewall, domain, logs, network and keys. CloudFormation takes it as it is.
    """
    steps = Steps()
    try:
        manifest = read_manifest(ROOT)
        manifest.stage(stage)
        names = manifest.chosen(services)
        if routes and FACADE not in names:
            raise click.UsageError(f"--routes is for the API of {FACADE}, which is not among the services named.")
        table = read_routes(routes) if routes else None

        def write(name: str) -> Written:
            folder = output / name if output else default_folder(ROOT, name, stage)
            return write_template(ROOT, manifest, name, stage, folder, routes=table if name == FACADE else None)

        steps.step(f"package: {', '.join(names)}")
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            written = list(pool.map(write, names))
    except BuildError as error:
        raise click.ClickException(str(error)) from error
    finally:
        steps.done()
    tell(written, as_json)


def tell(written: list[Written], as_json: bool) -> None:
    """The files of each service, and how large the zip is."""
    facts = {one.service: facts_of(one) for one in written}
    if as_json:
        click.echo(json.dumps({"services": facts}))
        return
    for one in written:
        click.echo(os.path.relpath(one.template))
        click.echo(f"{os.path.relpath(one.zip)} ({one.zip.stat().st_size / 1e6:.1f} MB)")


def facts_of(written: Written) -> dict[str, str | int]:
    """What the JSON says of one service."""
    return {
        "template": str(written.template),
        "zip": str(written.zip),
        "zip_bytes": written.zip.stat().st_size,
    }
