"""`tis routes list`, `find` and `history`: what the table says, and how it came to say so."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from infra.cli.running import running_ledger, shown_state, told
from infra.routing import Entry, Move, RoutesError, moves
from infra.routing.finding import Found, find
from infra.routing.history import history_of
from shared.stages import STAGES

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command("list")
@click.option("--service", metavar="NAME", help="Only this service's.")
@click.option("--stage", type=click.Choice(STAGES), help="Only those in this stage.")
@as_json_option
def list_routes(service: str | None, stage: str | None, as_json: bool) -> None:
    """List routes and their stages."""
    with told():
        state, source = shown_state()
        if service is not None and service not in state.specs:
            raise RoutesError(f"There is no service {service}; there are: {', '.join(state.specs)}.")
    rows = [
        {"service": name, "route": route, **moves.terms_of(terms), **source}
        for name, spec in state.specs.items()
        for route, terms in spec["routes"].items()
        if service in (None, name) and stage in (None, moves.stage_of(terms))
    ]
    if state.all_legacy:
        click.echo("All routes but the retired are taken back to legacy now: see `tis routes all-legacy`.", err=True)
    if as_json:
        click.echo(json.dumps(rows))
        return
    show_table(("service", "route", "stage"), ((row["service"], row["route"], shown_terms(row)) for row in rows))
    counts = Counter(row["stage"] for row in rows)
    click.echo(", ".join(f"{counts[one]} {one}" for one in STAGES if counts[one]) or "none", err=True)


@click.command("find")
@click.argument("url")
@click.option("--method", metavar="METHOD", help="Only this method's route.")
@as_json_option
def find_url(url: str, method: str | None, as_json: bool) -> None:
    """Say what answers a URL, or a path: stage, upstream, authority, and where its code is."""
    with told():
        state, source = shown_state()
        found = find(state, url, method)
    if as_json:
        click.echo(json.dumps([{**asdict(one), **source} for one in found]))
        return
    for one in found:
        click.echo("\n".join(lines_of(one)))


@click.command("history")
@click.argument("route", required=False, metavar='"METHOD /path/{template}"')
@as_json_option
def show_history(route: str | None, as_json: bool) -> None:
    """Show the changes of the table, or of a route, the latest first: that is what `rollback` would undo.

    Routes that a change moved alike are one line; --json names each.
    """
    with told():
        entries = history_of(running_ledger(), route)
    if as_json:
        click.echo(json.dumps([asdict(entry) for entry in entries]))
        return
    columns = ("change", "when", "who", "what", "route", "before -> after", "reason")
    show_table(columns, (row for entry in entries for row in history_rows(entry)))
    click.echo(f"{len(entries)} {'change' if len(entries) == 1 else 'changes'}", err=True)


def history_rows(entry: Entry) -> Iterator[tuple[str, ...]]:
    """The lines of one change: what it did, to which routes."""
    what = entry.what if entry.undoes is None else f"{entry.what} of {entry.undoes}"
    head = (str(entry.version), entry.at, entry.by)
    if entry.all_legacy is not None:
        yield (*head, f"{what} {'on' if entry.all_legacy else 'off'}", "all but the retired", "", entry.reason)
    elif not entry.moves:
        yield (*head, what, "", "", entry.reason)
    for route, change in moved_alike(entry.moves):
        yield (*head, what, route, change, entry.reason)


def moved_alike(moved: Iterable[Move]) -> Iterator[tuple[str, str]]:
    """A route, or how many of a service where more than one were moved from and to the same, and the move in words."""
    alike: dict[tuple[str, str], list[str]] = {}
    for move in moved:
        alike.setdefault((move.service, shown_move(move)), []).append(move.route)
    for (service, change), routes in alike.items():
        yield routes[0] if len(routes) == 1 else f"{len(routes)} routes of {service}", change


def shown_move(move: Move) -> str:
    """Both sides of a move."""
    return f"{shown_terms(moves.terms_of(move.before))} -> {shown_terms(moves.terms_of(move.after))}"


def shown_terms(terms: dict[str, Any]) -> str:
    """A stage, and what else a reader of a list wants to know."""
    share = f" {terms['permyriad'] / 100:g} %" if "permyriad" in terms else ""
    rules = f", {len(terms['rules'])} rules" if terms.get("rules") else ""
    return f"{terms['stage']}{share}{rules}"


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, each column as wide as its longest cell: nothing is cut, on however narrow a terminal."""
    lines = [columns, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def lines_of(found: Found) -> list[str]:
    """What `find` says of a route, for people."""
    return [found.route, *(f"  {name}: {value}" for name, value in asdict(found).items() if name != "route" and value)]
