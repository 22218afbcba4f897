"""Where a call goes: a pure function of the table and the request."""

from collections.abc import Iterator
from urllib.parse import unquote

from services.strangler.callers import identity
from services.strangler.incoming import Incoming
from services.strangler.table import ELSEWHERE, Decision, Route, Table
from shared.cohort import in_cohort
from shared.stages import CANARY, LIVE

ANY = "*"


def decide(table: Table, incoming: Incoming) -> Decision:
    """The decision for a request; HEAD follows GET, and a path holds with and without a trailing slash."""
    segments = segments_of(incoming.path)
    method = "GET" if incoming.method == "HEAD" else incoming.method
    for methods in candidates(table, segments):
        route = methods.get(method)
        if route is not None:
            return route.settled or pick(route, incoming)
    return table.defaults.get(segments[0], ELSEWHERE)


def candidates(table: Table, segments: list[str]) -> Iterator[dict[str, Route]]:
    """The routes at a path by method, the best fitting template first."""
    for methods, _ in table.trie.matches(segments):
        yield methods
    for methods, _ in table.trie.matches([*segments, ""] if segments[-1] else segments[:-1]):
        yield methods


def pick(route: Route, incoming: Incoming) -> Decision:
    """The side of a route whose stage leaves it to the caller: the first fitting rule's, else the cohort's."""
    for rule in route.rules:
        if all(fits(incoming, kind, name or route.client_header, value) for kind, name, value in rule.tests):
            return route.new if rule.to_new else route.old
    if route.new.stage == CANARY:
        chosen = in_cohort(route.journey, identity(incoming, route.client_header), route.permyriad)
        return route.new if chosen else route.old
    return route.new if route.new.stage == LIVE else route.old


def fits(incoming: Incoming, kind: str, name: str, value: str) -> bool:
    """Does the request carry the value, in one of the places where a rule may look?"""
    if kind == "claim":
        claim = incoming.identity.claims.get(name) if incoming.identity else None
        found = [] if claim is None else [str(one) for one in claim] if isinstance(claim, list) else [str(claim)]
    else:
        found = incoming.values(kind, name)
    return bool(found) and (value == ANY or value in found)


def segments_of(path: str) -> list[str]:
    """The decoded segments of a path, as a server reads it: path parameters and `.` left out, `..` taken back.

    Decoded once, so that `%2e%2e` is `..` while `%252e` is not, and `%2f` stays within its segment.
    """
    segments = path.split("/")[1:]
    if "%" not in path and ";" not in path and "//" not in path and "/." not in path:
        return segments or [""]
    resolved: list[str] = []
    for raw in segments:
        segment = unquote(raw.partition(";")[0])
        if segment == "..":
            del resolved[-1:]
        elif segment not in ("", "."):
            resolved.append(segment)
    if not segments[-1] or not resolved or unquote(segments[-1]) in (".", ".."):
        resolved.append("")
    return resolved
