"""`tis routes`: show, find and move routes on the running table."""

import getpass
import json
import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from infra.local.stack.folder import StackError, StackFolder, port_of
from infra.routing import Ledger, Move, RoutesError, State, UnsafeMove, moves, read_files
from infra.routing.finding import Found, find
from shared.route_items import ISSUERS
from shared.stages import CANARY, STAGES

REFUSED = 4
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}  # any will do for the local stack

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
reason_option = click.option("--reason", default="", metavar="TEXT", help="Why, for the history.")


@click.group()
def routes() -> None:
    """Show, find and move routes.

    Works on the stack of the port TIS_PORT, or, where none runs, on the table that TIS_ROUTES_TABLE, AWS_REGION and
    AWS_ENDPOINT_URL_DYNAMODB name.
    """


@contextmanager
def told() -> Iterator[None]:
    """Faults become a sentence on stderr, and the exit code: 4 where a move is refused, else 1."""
    try:
        yield
    except UnsafeMove as error:
        click.echo(f"Refused. {error}", err=True)
        sys.exit(REFUSED)
    except RoutesError as error:
        raise click.ClickException(str(error)) from error


def running_ledger() -> Ledger:
    """The running table. Raises RoutesError."""
    try:
        stack = StackFolder.of(port_of()).state()
    except StackError as error:
        if os.environ.get("TIS_ROUTES_TABLE"):
            return Ledger.from_environ()
        raise RoutesError(str(error)) from error
    for name, value in CREDENTIALS.items():
        os.environ.setdefault(name, value)
    return Ledger(stack["routes_table"], stack["region"], stack["dynamodb"])


def running_state() -> State:
    """The running table's state, or, where there is none, what the files say."""
    try:
        return running_ledger().read()
    except RoutesError as error:
        click.echo(f"{error}\nShown is what infra/routes says.", err=True)
        return State(specs=read_files())


@routes.command("list")
@click.option("--service", metavar="NAME", help="Only this service's.")
@click.option("--stage", type=click.Choice(STAGES), help="Only those in this stage.")
@as_json_option
def list_routes(service: str | None, stage: str | None, as_json: bool) -> None:
    """List routes and their stages."""
    with told():
        state = running_state()
        if service is not None and service not in state.specs:
            raise RoutesError(f"There is no service {service}; there are: {', '.join(state.specs)}.")
    rows = [
        {"service": name, "route": route, **moves.terms_of(terms)}
        for name, spec in state.specs.items()
        for route, terms in spec["routes"].items()
        if service in (None, name) and stage in (None, moves.stage_of(terms))
    ]
    if state.all_legacy:
        click.echo("All routes but the retired are taken back to legacy now: see `tis routes all-legacy`.", err=True)
    if as_json:
        click.echo(json.dumps(rows))
        return
    table = Table("service", "route", "stage", box=None, pad_edge=False)
    for row in rows:
        table.add_row(row["service"], row["route"], shown(row))
    Console(soft_wrap=True, width=None if sys.stdout.isatty() else 160).print(table)
    counts = Counter(row["stage"] for row in rows)
    click.echo(", ".join(f"{counts[one]} {one}" for one in STAGES if counts[one]) or "none", err=True)


@routes.command("find")
@click.argument("url")
@click.option("--method", metavar="METHOD", help="Only this method's route.")
@as_json_option
def find_url(url: str, method: str | None, as_json: bool) -> None:
    """Say what answers a URL, or a path: stage, upstream, authority, and where its code is."""
    with told():
        found = find(running_state(), url, method)
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found]))
        return
    for one in found:
        click.echo("\n".join(lines_of(one)))


@routes.command("set")
@click.argument("route", required=False, metavar='"METHOD /path/{template}"')
@click.option("--service", metavar="NAME", help="Move all routes of a service, in place of one.")
@click.option("--stage", type=click.Choice(STAGES), required=True)
@click.option(
    "--permyriad", type=click.IntRange(0, 10_000), help="A canary's share of the callers: 100 is one per cent."
)
@reason_option
@click.option("--yes", is_flag=True, help="Do it, and wait until every facade and service has taken it up.")
@as_json_option
def set_stage(
    *, route: str | None, service: str | None, stage: str, permyriad: int | None, reason: str, yes: bool, as_json: bool
) -> None:
    """Move a route, or all of a service's, to a stage. Without --yes it only says what would move, and exits 4."""
    if (route is None) == (service is None):
        raise click.UsageError("Give a route or --service, one of the two.")
    if (stage == CANARY) != (permyriad is not None):
        raise click.UsageError("A canary, and no other stage, has a share of the callers: --permyriad 1000 is a tenth.")
    with told():
        ledger = running_ledger()
        state = ledger.read()
        planned = moves.plan_stage(state, stage, permyriad, route=route, service=service)
        if planned and yes:
            state = moves.commit_moves(ledger, state, planned, getpass.getuser(), reason)
            moves.settle()
    report(planned, as_json, done=yes, version=state.version)
    if state.all_legacy and any(move.service != ISSUERS for move in planned):
        click.echo("It takes effect when `tis routes all-legacy --off` ends the retreat to legacy.", err=True)
    if planned and not yes:
        click.echo("Nothing was moved. If that is meant, add --yes.", err=True)
        sys.exit(REFUSED)


@routes.command("rollback")
@click.argument("route", required=False, metavar='"METHOD /path/{template}"')
@reason_option
@as_json_option
def roll_back(route: str | None, reason: str, as_json: bool) -> None:
    """Undo the last move, or a route's last one, and wait until every facade and service has taken it up."""
    with told():
        state, back = moves.roll_back(running_ledger(), getpass.getuser(), reason, route)
        moves.settle()
    report(back, as_json, done=True, version=state.version)


@routes.command("all-legacy")
@click.option("--on/--off", "on", default=None, help="Take all back to legacy, or end that.")
@reason_option
@as_json_option
def all_legacy(on: bool | None, reason: str, as_json: bool) -> None:
    """Put all routes but the retired back to legacy at once, or end that. The issuers stay where they are."""
    if on is None:
        raise click.UsageError("Say --on or --off.")
    with told():
        state, left = moves.set_all_legacy(running_ledger(), getpass.getuser(), reason, on=on)
        moves.settle()
    if as_json:
        click.echo(json.dumps({"all_legacy": on, "version": state.version, "left": left}))
        return
    click.echo(f"all-legacy: {'on' if on else 'off'}")
    for route in left:
        click.echo(f"retired, so not taken back: {route}")


def report(planned: list[Move], as_json: bool, **facts: Any) -> None:
    """Tell moves: one by one, or how many where there are many."""
    if as_json:
        click.echo(json.dumps({**facts, "moves": [asdict(move) for move in planned]}))
        return
    for move in planned:
        click.echo(f"{move.route}: {shown(moves.terms_of(move.before))} -> {shown(moves.terms_of(move.after))}")
    click.echo(f"{len(planned)} {'route' if len(planned) == 1 else 'routes'}", err=True)


def shown(terms: dict[str, Any]) -> str:
    """A stage, and what else a reader of a list wants to know."""
    share = f" {terms['permyriad'] / 100:g} %" if "permyriad" in terms else ""
    rules = f", {len(terms['rules'])} rules" if terms.get("rules") else ""
    return f"{terms['stage']}{share}{rules}"


def lines_of(found: Found) -> list[str]:
    """What `find` says of a route, for people."""
    return [found.route, *(f"  {name}: {value}" for name, value in asdict(found).items() if name != "route" and value)]
