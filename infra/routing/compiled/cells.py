"""What the gateway is told of a method at a path: who answers, and within what time. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from infra.routing.compiled.large import LARGE
from services.strangler.decide import candidates
from services.strangler.table import ELSEWHERE, Decision, Route, Table
from shared.stages import CANARY, LEGACY, SHADOW

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")  # all that API Gateway knows
STRANGLER = "strangler"
GATEWAY_SECONDS = 29.0  # the longest that a REST API waits for a whole answer
VARIABLE, GREEDY = "{}", "{+}"  # segments of paths: one that no template names, and any number of any


class Cell(NamedTuple):
    """Who answers a method at a path: `legacy`, a service, or the strangler."""

    target: str
    seconds: float
    streamed: bool = False
    ends_in_slash: bool = False  # the old servers ask for the slash at the end, which the gateway takes off


Row = tuple[Cell, ...]
"""A cell for each of METHODS."""

FACADE = Cell(STRANGLER, GATEWAY_SECONDS)
UNDECIDED: Row = (FACADE,) * len(METHODS)


def answering(table: Table, segments: Sequence[str], method: str) -> Route | Decision:
    """The route, or where there is none the default, that `decide` takes for a path of these segments."""
    method = "GET" if method == "HEAD" else method
    for methods in candidates(table, list(segments)):
        if (route := methods.get(method)) is not None:
            return route
    return table.defaults.get(segments[0], ELSEWHERE)


def reason_of(found: Route | Decision) -> str:
    """Why the facade must decide, in a word; empty where it need not."""
    if isinstance(found, Route) and found.settled is None:
        return "canary" if found.new.stage == CANARY else "rules"
    decision = settled_of(found)
    if decision.stage == SHADOW:
        return "shadow"  # the old servers answer, but the facade sends the sampled copies
    return "host" if decision.keep_host and decision.upstream == LEGACY else ""  # the gateway sends the server's own


def settled_of(found: Route | Decision) -> Decision:
    """The decision of a route that is the same for every caller, or a default."""
    if isinstance(found, Route):
        return found.settled or found.new
    return found


def cell_of(found: Route | Decision) -> Cell:
    """The cell of a route, or of a default."""
    if reason_of(found):
        return FACADE
    decision = settled_of(found)
    if decision.upstream != LEGACY:
        return Cell(decision.upstream, decision.deadline)
    return Cell(LEGACY, decision.deadline, decision.route in LARGE, decision.route.endswith("/"))


def cell_at(table: Table, segments: Sequence[str], method: str) -> Cell:
    """The cell of a path with and without a slash at its end, which the gateway does not tell apart.

    Where they have two answers, the facade decides; where only the spelling with the slash is listed, that one counts.
    """
    slashed = answering(table, (*segments, ""), method)
    if not segments:
        return cell_of(slashed)
    plain = answering(table, segments, method)
    with_slash, without = cell_of(slashed), cell_of(plain)
    if with_slash == without or (with_slash.target == without.target and not isinstance(plain, Route)):
        return with_slash
    return FACADE


def row_at(table: Table, segments: Sequence[str]) -> Row:
    """The cells of a path."""
    return tuple(cell_at(table, segments, method) for method in METHODS)


def default_row(table: Table, segments: Sequence[str]) -> Row:
    """The cells of the paths below a path that no template fits."""
    decision = table.defaults.get(segments[0], ELSEWHERE) if segments else ELSEWHERE
    return (cell_of(decision),) * len(METHODS)


def fits(wanted: Row, given: Row) -> bool:
    """Is a row answered rightly by another? The strangler always decides rightly."""
    return all(one in (cell, FACADE) for cell, one in zip(wanted, given, strict=True))
