"""Moving routes on the running table: each move is checked, written under a version, and stands in the history."""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from infra.routing.files import RoutesError, anonymous, read_files
from infra.routing.ledger import Entry, Ledger, Move, State, now
from infra.routing.terms import check_terms
from shared.route_items import ISSUERS, Spec
from shared.stages import CANARY, MAX_AGE, RETIRED

MARGIN = 0.5  # seconds beyond a table's age until every facade and service has taken a change up


class UnsafeMove(RoutesError):
    """The move is refused: it would send callers where nobody answers them."""


def publish(ledger: Ledger | None = None, by: str = "publish") -> State:
    """Bring the table to what infra/routes says; what was moved by hand stays, until its line in the file changes."""
    ledger = ledger or Ledger.from_environ()
    files = read_files()
    ledger.create()
    before = ledger.read()
    specs = {name: merged(spec, before.filed.get(name), before.specs.get(name)) for name, spec in files.items()}
    after = replace(before, specs=specs, filed=files)
    if (dict(before.specs), dict(before.filed)) == (specs, files):
        return before
    known = [move for move in moves_between(before, after) if before.version and move.before is not None]
    return ledger.commit(before, after, Entry(before.version + 1, now(), by, "publish", "infra/routes", tuple(known)))


def merged(file: Spec, filed: Spec | None, current: Spec | None) -> Spec:
    """A file's routes, but as they are now where the file has not changed since it was published."""
    if filed is None or current is None:
        return file
    routes = {
        route: current["routes"].get(route, terms) if filed["routes"].get(route) == terms else terms
        for route, terms in file["routes"].items()
    }
    return {**file, "routes": routes}


def moves_between(before: State, after: State) -> Iterable[Move]:
    """The routes whose terms differ."""
    for name, spec in after.specs.items():
        old = before.specs.get(name, {"routes": {}})["routes"]
        for route in {**old, **spec["routes"]}:
            was, becomes = old.get(route), spec["routes"].get(route)
            if was != becomes:
                yield Move(name, route, was, becomes)


def find_route(state: State, route: str) -> tuple[str, str]:
    """The service and the exact name of a route, whatever its parameters are called; RoutesError with what comes close."""
    names = {anonymous(name): (service, name) for service, spec in state.specs.items() for name in spec["routes"]}
    method, _, path = route.strip().partition(" ")
    wanted = anonymous(f"{method.upper()} {path.strip()}")
    if wanted not in names:
        if wanted in {anonymous(name) for spec in read_files().values() for name in spec["routes"]}:
            raise RoutesError(
                f'infra/routes has "{route}", but the running table has not: the stack takes new routes up when it starts.'
                " Restart it, and try again."
            )
        close = [f'"{names[one][1]}"' for one in get_close_matches(wanted, names, n=3)]
        raise RoutesError(f'There is no route "{route}".' + (f" Did you mean {' or '.join(close)}?" if close else ""))
    return names[wanted]


def plan_stage(
    state: State, stage: str, permyriad: int | None, *, route: str | None = None, service: str | None = None
) -> list[Move]:
    """The moves that bring a route, or all of a service's, to a stage. Raises UnsafeMove, or RoutesError."""
    moves = []
    for owner, name in chosen(state, route, service):
        spec = state.specs[owner]
        terms = moved(spec["routes"][name], stage, permyriad)
        for fault in check_terms(terms, spec["service"]):
            raise UnsafeMove(f'"{name}": {fault}')
        if terms != spec["routes"][name]:
            moves.append(Move(owner, name, spec["routes"][name], terms))
    return moves


def chosen(state: State, route: str | None, service: str | None) -> list[tuple[str, str]]:
    """One route, or all of a service's, each with the service."""
    if route is not None:
        return [find_route(state, route)]
    if service is None or service not in state.specs:
        raise RoutesError(f"There is no service {service}; there are: {', '.join(state.specs)}.")
    return [(service, name) for name in state.specs[service]["routes"]]


def moved(terms: Any, stage: str, permyriad: int | None) -> Any:
    """A route's terms with another stage."""
    after = terms_of(terms) | {"stage": stage, "permyriad": permyriad}
    if stage != CANARY:
        del after["permyriad"]
    return after if len(after) > 1 else stage


def commit_moves(ledger: Ledger, state: State, moves: list[Move], by: str, reason: str) -> State:
    """Make planned moves."""
    return ledger.commit(
        state, with_moves(state, moves), Entry(state.version + 1, now(), by, "set", reason, tuple(moves))
    )


def with_moves(state: State, moves: Iterable[Move]) -> State:
    """The table after some moves."""
    specs: dict[str, dict[str, Any]] = {
        name: {**spec, "routes": dict(spec["routes"])} for name, spec in state.specs.items()
    }
    for move in moves:
        specs[move.service]["routes"][move.route] = move.after
    return replace(state, specs=specs)


def set_all_legacy(ledger: Ledger, by: str, reason: str, *, on: bool) -> tuple[State, list[str]]:
    """Take all routes back to legacy, or end that; with it the retired routes, which the taking back leaves where they are.

    The issuers stay too: who has signed in at the new one has no token of the old one.
    """
    before = ledger.read()
    left = [
        route
        for name, spec in before.specs.items()
        for route, terms in spec["routes"].items()
        if on and name != ISSUERS and stage_of(terms) == RETIRED
    ]
    if before.all_legacy == on:
        return before, left
    entry = Entry(before.version + 1, now(), by, "all-legacy", reason, all_legacy=on)
    return ledger.commit(before, replace(before, all_legacy=on), entry), left


def roll_back(ledger: Ledger, by: str, reason: str, route: str | None = None) -> tuple[State, list[Move]]:
    """Undo the last moves that have not been undone, or a route's last one; with it the moves back.

    Raises RoutesError where there is none.
    """
    before, history = ledger.read(), ledger.history()
    name = None if route is None else find_route(before, route)[1]
    undone = {(entry.undoes, move.route) for entry in history for move in entry.moves}
    for entry in history:
        back = [
            Move(move.service, move.route, move.after, move.before)
            for move in entry.moves
            if entry.what == "set" and name in (None, move.route) and (entry.version, move.route) not in undone
        ]
        if back:
            done = Entry(before.version + 1, now(), by, "rollback", reason, tuple(back), undoes=entry.version)
            return ledger.commit(before, with_moves(before, back), done), back
    raise RoutesError("There is no move that could be undone.")


def terms_of(terms: Any) -> dict[str, Any]:
    """A route's terms as a table, in whatever form they stand."""
    return {"stage": terms} if isinstance(terms, str) else dict(terms or {"stage": "unlisted"})


def stage_of(terms: Any) -> str:
    """The stage in a route's terms."""
    stage: str = terms_of(terms)["stage"]
    return stage


def settle(sleep: Callable[[float], None] = time.sleep) -> None:
    """Wait until every facade and service has taken a change up: none decides by what is older than MAX_AGE."""
    sleep(MAX_AGE + MARGIN)
