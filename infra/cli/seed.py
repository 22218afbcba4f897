"""`tis seed`: fills a service's tables with invented rows, or with those of a dataset."""

import json
import os
import sys
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress, TaskID
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from infra.cli.port import named_port
from infra.data import seed as data
from infra.data.dataset import DatasetError, read_dataset
from infra.data.schema import tables

THIS_MACHINE = (None, "", "localhost", "127.0.0.1", "::1")
REFUSED = 4


@click.command()
@click.option("--service", required=True, metavar="NAME", help="The service whose tables are filled.")
@click.option(
    "--rows", type=click.IntRange(1_000, data.MOST_ROWS), help="How many invented sites, or users (default: 1000)."
)
@click.option(
    "--dataset",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help='{"Table": [{"column": value}]}, in load order; FILE.gz is unpacked.',
)
@click.option("--yes", is_flag=True, help="Also on a database that is not on this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def seed(service: str, rows: int | None, dataset: Path | None, yes: bool, as_json: bool) -> None:
    """Replace ALL rows of a service's tables by invented ones, or by those of a dataset.

    The database is that of the stack on the port TIS_PORT (default: 8080), or the one that TIS_DATABASE_URL names. With
    profile's rows go those of the users whom `tis token` made: ask for their tokens once more.
    """
    if rows is not None and dataset is not None:
        raise click.UsageError("Give --rows or --dataset, not both.")
    try:
        tables(service)
    except LookupError as error:
        raise click.ClickException(str(error)) from error
    url = _database_url(service)
    if make_url(url).host not in THIS_MACHINE and not yes:
        click.echo(
            f"{_shown(url)} is not on this machine, and all its rows would go. If that is meant, add --yes.", err=True
        )
        sys.exit(REFUSED)
    try:
        counts = _fill(url, service, rows or data.DEFAULT_ROWS, dataset)
    except (DatasetError, LookupError) as error:
        raise click.ClickException(f"{error} Nothing was changed.") from error
    except DBAPIError as error:
        reason = error.orig.args[-1] if error.orig is not None else error
        raise click.ClickException(f"{_shown(url)} does not do it: {reason}. Nothing was changed.") from error
    total = sum(counts.values())
    click.echo(
        json.dumps({"service": service, "rows": total, "tables": counts})
        if as_json
        else f"{service}: {total:,} rows in {len(counts)} tables"
    )


def _fill(url: str, service: str, rows: int, dataset: Path | None) -> dict[str, int]:
    """Fills the tables, progress shown on stderr; gives the number of rows of each table."""
    counts: dict[str, int] = {}
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bars:

        def show(table: str, done: int, total: int) -> None:
            counts[table] = done
            if table not in tasks:
                tasks[table] = bars.add_task(table, total=total)
            bars.update(tasks[table], completed=done, visible=done < total)

        if dataset is None:
            data.reseed(url, service, rows, show)
        else:
            data.load(url, service, read_dataset(dataset), show)
    return counts


def _database_url(service: str) -> str:
    """TIS_DATABASE_URL, else what the running stack wrote down for the service when it started."""
    if url := os.environ.get("TIS_DATABASE_URL"):
        return _checked(url)
    port = named_port()
    stack = Path(".tis") / str(port) / "stack.json"
    try:
        return _checked(str(json.loads(stack.read_text(encoding="utf-8"))["databases"][service]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.ClickException(
            f"No stack is known on port {port} ({stack} is not there or not whole). Start one with `make run`,"
            " name its port in TIS_PORT, or name a database in TIS_DATABASE_URL."
        ) from error


def _checked(url: str) -> str:
    try:
        make_url(url).get_dialect()
    except ArgumentError as error:
        raise click.ClickException(
            "The URL of the database cannot be read; it looks like sqlite:///FILE or mysql+pymysql://…"
        ) from error
    return url


def _shown(url: str) -> str:
    """The URL without its password."""
    return make_url(url).render_as_string(hide_password=True)
