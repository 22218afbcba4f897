"""`tis cost`: what a month costs, before it comes."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.table import Table

from infra.build.manifest import BuildError
from infra.cost.data import CostError
from infra.cost.ground import UnknownPlace, read_ground
from infra.cost.old_farm import read_farm
from infra.cost.prices import Prices, read_prices
from infra.cost.recorded import profile_of
from infra.cost.recording import read_recording
from infra.cost.report import Report, as_data, report, within
from infra.cost.sheets import Sheet, sheets
from infra.cost.traffic import FILE, Traffic, read_traffic
from infra.ground.reading import TemplateError
from infra.routing import RoutesError, read_files
from shared.route_items import ISSUERS

WIDTH = 140  # a table's, where no terminal says another
PROFILE = ".toml"


@click.command()
@click.option(
    "--stage", default="prod", show_default=True, metavar="NAME", help="A stage of infra/templates/parameters."
)
@click.option("--region", metavar="NAME", help="Only what is paid in this region.")
@click.option(
    "--traffic",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A profile (FILE.toml), or the facade's log lines, as they were recorded (default: infra/cost/traffic.toml).",
)
@click.option(
    "--interpreted", is_flag=True, help="As long as no compiled table leads settled routes past the strangler."
)
@click.option("--lines", is_flag=True, help="Show every line too: how much of what, at which price.")
@click.option("--strict", is_flag=True, help="Exit 1 where something has no price.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def cost(
    *, stage: str, region: str | None, traffic: Path | None, interpreted: bool, lines: bool, strict: bool, as_json: bool
) -> None:
    """Say what a month costs: by part, by service, by the stage of routes, at each step of the move, beside the old farm.

    Read are infra/templates with their parameters, chalice.json, infra/routes and a traffic profile; list prices, with
    their dates and sources, are in infra/cost/prices.toml.
    """
    with told():
        prices, ground = read_prices(), read_ground(stage, compiled=not interpreted)
        found = report(ground, prices, chosen_traffic(traffic, stage), read_farm())
        found = found if region is None else within(found, region)
    if as_json:
        click.echo(json.dumps(as_data(found, prices)))
    else:
        show(found, prices, lines=lines)
    missing = {**found.bill.not_priced, **found.farm.not_priced}
    if strict and missing:
        click.echo(
            f"Without a price: {', '.join(sorted(missing))}. Prices go to infra/cost/prices.toml, types that are free to infra/cost/resources.toml.",
            err=True,
        )
        sys.exit(1)


@contextmanager
def told() -> Iterator[None]:
    """Faults become a sentence on stderr, and the exit code: 2 for a stage or region that there is not, else 1."""
    try:
        yield
    except UnknownPlace as error:
        raise click.UsageError(str(error)) from error
    except (CostError, BuildError, TemplateError, RoutesError) as error:
        raise click.ClickException(str(error)) from error


def chosen_traffic(path: Path | None, stage: str) -> Traffic:
    """The traffic of a file: a profile, or one made of a recording and the profile of the repository."""
    specs = {name: spec for name, spec in read_files().items() if name != ISSUERS}
    if path is not None and path.suffix == PROFILE:
        return read_traffic(path, specs)
    known = read_traffic(FILE, specs)
    if path is None:
        return known
    recording = read_recording(path, specs)
    if recording.unlisted:
        click.echo(f"{recording.unlisted:,} calls on paths that no route lists are left out.", err=True)
    return profile_of(recording, known, stage)


def show(found: Report, prices: Prices, *, lines: bool) -> None:
    """Print the sheets, and on stderr what they rest on."""
    console = Console(highlight=False)
    console.width = max(console.width, WIDTH)
    for sheet in sheets(found, lines=lines):
        console.print(table(sheet))
    traffic, dates = found.traffic, sorted(source.date for source in prices.sources.values())
    click.echo(
        f"Traffic: {found.all_requests:,.0f} calls, {traffic.origin} {traffic.taken}: {traffic.says}.\n"
        f"Prices: of {dates[0]} to {dates[-1]}; ${found.assumed:,.0f} of the sum rest on prices that no price list was at "
        "hand for. Left out: taxes, discounts, free allowances, support. docs/cost.md says how to read this.",
        err=True,
    )


def table(sheet: Sheet) -> Table:
    """A sheet as a table of the terminal; no cell is cut."""
    shown = Table(title=sheet.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, name in enumerate(sheet.columns):
        is_figure = number >= len(sheet.columns) - sheet.numbers
        shown.add_column(name, justify="right" if is_figure else "left", overflow="fold")
    for number, row in enumerate(sheet.rows, 1):
        shown.add_row(*row, end_section=sheet.has_sum and number == len(sheet.rows) - 1)
    return shown
