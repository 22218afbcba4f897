"""`tis build`: makes the services' folders what Chalice deploys; and the packages that tests and benchmarks import."""

import json
import sys

import click

from infra.build.manifest import ROOT, BuildError, Manifest, read_manifest
from infra.build.package import fill_vendor, make_package
from infra.build.projects import drifted, write_projects

DIFFERENCES = 3


@click.command()
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("--check", is_flag=True, help="Change nothing; exit 3 where a generated file is not what it should be.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def build(services: tuple[str, ...], check: bool, as_json: bool) -> None:
    """Make deployable projects of the services (default: all), from chalice.json.

    Writes the generated files that are committed, and fills vendor/ with the code, the libraries and their byte code.
    """
    manifest, names = _chosen(services)
    if check:
        changed = drifted(ROOT, manifest, names)
        _tell({"drifted": changed}, [f"{name}: not what chalice.json says" for name in changed], as_json)
        if changed:
            click.echo("Write them with `python -m infra.build`, and commit them.", err=True)
            sys.exit(DIFFERENCES)
        return
    try:
        written = write_projects(ROOT, manifest, names)
        filled = [name for name in names if fill_vendor(ROOT, manifest, name)]
    except BuildError as error:
        raise click.ClickException(str(error)) from error
    lines = [f"{name}: {'built' if name in filled else 'was up to date'}" for name in names]
    _tell({"written": written, "built": filled}, [*(f"{name}: written" for name in written), *lines], as_json)


@click.command()
@click.argument("services", nargs=-1, metavar="[SERVICE]...")
@click.option("--json", "as_json", is_flag=True, help="Print the folders as JSON.")
def package(services: tuple[str, ...], as_json: bool) -> None:
    """Make build/SERVICE/package: what the function would hold, for the Python that runs this, to be measured here."""
    manifest, names = _chosen(services)
    try:
        folders = {name: str(make_package(ROOT, manifest, name).relative_to(ROOT)) for name in names}
    except BuildError as error:
        raise click.ClickException(str(error)) from error
    _tell(folders, list(folders.values()), as_json)


def _chosen(services: tuple[str, ...]) -> tuple[Manifest, list[str]]:
    try:
        manifest = read_manifest(ROOT)
        return manifest, manifest.chosen(services)
    except BuildError as error:
        raise click.ClickException(str(error)) from error


def _tell(facts: object, lines: list[str], as_json: bool) -> None:
    for line in [json.dumps(facts)] if as_json else lines:
        click.echo(line)
