"""The compiled table against the facade's own decisions: 100,000 calls over mixtures of stages."""

import re
from collections import Counter
from itertools import islice
from urllib.parse import unquote

import pytest

from infra.routing.compiled import Compiled, Matcher, compile_routes
from infra.routing.compiled.cells import METHODS, STRANGLER
from infra.routing.compiled.planning import RESOURCE_LIMIT, plan
from services.strangler.decide import candidates, decide, segments_of
from services.strangler.table import ELSEWHERE, Decision, Route, Table
from shared.stages import LEGACY, SHADOW
from tests.unit.routing_compiled.tables import ADDRESSES, calls_of, mixture, repeatable, target_of
from tests.unit.strangler.calls import incoming

MIXTURES, CALLS = 25, 4_000
# A path that could be read in two ways, or that is spelled as no client spells it.
DOUBTFUL = re.compile(
    r"//|;|/\.{1,2}(/|$)|%(2[de]|5f|7e|3\d|4[1-9a-f]|5[\da]|6[1-9a-f]|7[\da])|%(?![\da-f]{2})", re.IGNORECASE
)


def found_at(table: Table, segments: list[str], method: str) -> Route | Decision:
    """What the facade finds for a path, whoever calls."""
    fitting = (methods[method] for methods in candidates(table, segments) if method in methods)
    return next(fitting, table.defaults.get(segments[0], ELSEWHERE))


def side(found: Route | Decision) -> str:
    """The one side that answers; else why there is none."""
    if isinstance(found, Route) and found.settled is None:
        return "undecided"
    decision = found if isinstance(found, Decision) else found.settled
    assert decision is not None
    if decision.stage == SHADOW:
        return "undecided"
    return "host" if decision.keep_host and decision.upstream == LEGACY else decision.upstream


def reason(table: Table, method: str, path: str) -> str:
    """Why a call may pass the strangler; `limit` where nothing but the number of resources can be it."""
    segments = segments_of(path)
    plain = segments if segments[-1] else segments[:-1]
    sides = {
        side(found_at(table, spelling, "GET" if method == "HEAD" else method))
        for spelling in (plain, [*plain, ""])
        if spelling
    }
    if len(sides) > 1:
        return "slash"
    (only,) = sides
    return only if only in ("undecided", "host") else "limit"


@pytest.mark.parametrize("seed", range(MIXTURES))
def test_compiled_and_interpreted_decisions_agree(seed: int) -> None:
    chance = repeatable(seed)
    compiled = compile_routes(mixture(chance))
    matcher = Matcher(compiled.document(ADDRESSES))
    assert len(compiled.resources) <= RESOURCE_LIMIT
    counted: Counter[str] = Counter()
    for method, path in islice(calls_of(compiled.specs, chance), CALLS):
        counted[agreed(compiled, matcher, method, path)] += 1
    assert counted.total() == CALLS
    assert counted["settled"] > 0 or compiled.strangler_needed
    if counted["limit"]:
        assert len(plan(compiled.root, 10 * RESOURCE_LIMIT)) > RESOURCE_LIMIT, "there was room for all"


def agreed(compiled: Compiled, matcher: Matcher, method: str, path: str) -> str:
    """Hold the two decisions on one call together: `settled`, or why it passes the strangler."""
    found = matcher.match(method, path)
    if method not in METHODS:
        assert found is None
        return "refused"
    assert found is not None, (method, path)
    if not DOUBTFUL.search(path):
        raw = path.split("/")[1:]
        assert matcher.match_segments(method, raw, raw) == found, "it depends on how a gateway reads paths"
    call = incoming(path, method)
    decision, target = decide(compiled.table, call), target_of(found)
    if target.name == STRANGLER:
        return reason(compiled.table, method, path)
    assert target.name == decision.upstream, (method, path, decision, found.resource)
    if not target.streamed:
        assert target.seconds == decision.deadline
    if target.name == LEGACY and not DOUBTFUL.search(path):
        listed = found_at(compiled.table, segments_of(f"{path.rstrip('/')}/"), "GET" if method == "HEAD" else method)
        slash = "/" * (path == "/" or (isinstance(listed, Route) and listed.old.route.endswith("/")))
        assert unquote(target.uri) == unquote(f"https://old.example{path.rstrip('/')}{slash}")
    return "settled"
