"""`tis check`: the gates that the ground, its parameters, the services' policies and the partners' file have to pass."""

import json
import sys
from pathlib import Path

import click

from infra.cli.running import REFUSED
from infra.gates.findings import Finding, GateError
from infra.gates.gates import GATES, find_faults
from infra.gates.given import put_in
from infra.ground.reading import TemplateError
from infra.ground.standing import ROOT, Ground, read_ground


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(exists=True, path_type=Path))
@click.option("--skip", multiple=True, type=click.Choice(list(GATES)), help="Leave a gate out, such as checkov.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(paths: tuple[Path, ...], skip: tuple[str, ...], as_json: bool) -> None:
    """Say which rule a file of the ground breaks, and what mends it. Exits 4 when there is one.

    Reads infra/templates with its parameters, the services' policies and infra/partners.toml. Given PATHs (templates, files
    of parameters, policies, or folders of them), it puts them in the place of those of the same name and tells of them alone.
    """
    try:
        ground, files = put_in(read_ground(ROOT), paths)
        found = find_faults(ground, skip)
    except (TemplateError, GateError) as error:
        raise click.ClickException(str(error)) from error
    told = [finding for finding in found if not files or finding.file in files]
    report(told, ground, as_json)
    if told:
        sys.exit(REFUSED)


def report(found: list[Finding], ground: Ground, as_json: bool) -> None:
    """The findings, file by file for people, or as one object for programs."""
    if as_json:
        places = [str(place) for place in ground.parameters]
        click.echo(json.dumps({"findings": [finding._asdict() for finding in found], "places": places}))
        return
    for file in dict.fromkeys(finding.file for finding in found):
        click.echo(file)
        for finding in found:
            if finding.file == file:
                click.echo(f"  {finding.resource or '(the file)'}  {finding.gate}: {finding.rule}")
                click.echo(f"      {finding.why}")
                click.echo(f"      {finding.mend}")
    rules = "1 rule is" if len(found) == 1 else f"{len(found)} rules are"
    click.echo(f"{rules} broken." if found else f"{len(ground.templates)} templates pass every gate.", err=True)
