"""`tis routes`: show, find and move routes on the running table."""

import getpass
import json
import sys
from dataclasses import asdict
from typing import Any

import click

from infra.cli.route_compile import compile_table
from infra.cli.route_publish import publish, tell_published, turn_published
from infra.cli.route_views import as_json_option, find_url, list_routes, show_history, shown_move
from infra.cli.running import REFUSED, running_ledger, told
from infra.routing import Move, moves
from shared.route_items import ISSUERS
from shared.stages import CANARY, STAGES

reason_option = click.option("--reason", default="", metavar="TEXT", help="Why, for the history.")


@click.group()
def routes() -> None:
    """Show, find and move routes.

    Works on the stack of the port TIS_PORT, or, where none runs, on the table that TIS_ROUTES_TABLE, AWS_REGION and
    AWS_ENDPOINT_URL_DYNAMODB name.
    """


for command in (list_routes, find_url, show_history, compile_table, publish):
    routes.add_command(command)


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
            tell_published(ledger)
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
        ledger = running_ledger()
        state, back = moves.roll_back(ledger, getpass.getuser(), reason, route)
        moves.settle()
        tell_published(ledger)
    report(back, as_json, done=True, version=state.version)


@routes.command("all-legacy")
@click.option("--on/--off", "on", default=None, help="Take all back to legacy, or end that.")
@reason_option
@as_json_option
def all_legacy(on: bool | None, reason: str, as_json: bool) -> None:
    """Put all routes but the retired back to legacy at once, or end that. The issuers stay where they are.

    A gateway that has been given routes of its own is turned too.
    """
    if on is None:
        raise click.UsageError("Say --on or --off.")
    with told():
        ledger = running_ledger()
        state, left = moves.set_all_legacy(ledger, getpass.getuser(), reason, on=on)
        turned, faults = turn_published(ledger, to_legacy=on)
        moves.settle()
    if as_json:
        click.echo(json.dumps({"all_legacy": on, "version": state.version, "left": left, "gateways": turned}))
    else:
        show_switch(turned, left, on=on)
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)


def show_switch(turned: list[str], left: list[str], *, on: bool) -> None:
    """What the switch has done, for people."""
    click.echo(f"all-legacy: {'on' if on else 'off'}")
    for place in turned:
        click.echo(f"gateway of {place}: {'all its routes lead to legacy' if on else 'its routes are the table again'}")
    for route in left:
        click.echo(f"retired, so not taken back: {route}")


def report(planned: list[Move], as_json: bool, **facts: Any) -> None:
    """Tell moves: one by one, or how many where there are many."""
    if as_json:
        click.echo(json.dumps({**facts, "moves": [asdict(move) for move in planned]}))
        return
    for move in planned:
        click.echo(f"{move.route}: {shown_move(move)}")
    click.echo(f"{len(planned)} {'route' if len(planned) == 1 else 'routes'}", err=True)
